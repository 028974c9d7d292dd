"""What strangers say to a relay, generated: each dialogue tries to have a mail accepted.

A dialogue is refused when nothing in it is answered as a mail that has been taken: no 354 after
which content may come, and no "queued as". Whoever is no client must not get that far.
"""

import contextlib
import re
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

MARK = "stranger-was-here"
_TAKEN = re.compile(rb"^(354 |250 .*queued as)", re.MULTILINE)
_FINAL = re.compile(rb"^\d{3} .*\r\n", re.MULTILINE)
_SECONDS = 30
_ANY_CERTIFICATE = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_ANY_CERTIFICATE.check_hostname = False
_ANY_CERTIFICATE.verify_mode = ssl.CERT_NONE


@dataclass(frozen=True)
class Dialogue:
    """`parts` are sent one after the other, each once the one before it has been answered; one that
    ends in no line break is not waited for. `before` goes out ahead of STARTTLS, in its packet
    `behind`."""

    name: str
    parts: tuple[bytes, ...]
    port: int = 587
    tls: bool = True
    before: tuple[bytes, ...] = ()
    behind: bytes = b""


def dialogues(domain: str, host: str, address: str, user: str) -> Iterator[Dialogue]:
    """For a relay that calls itself `host`, serves `domain`, and knows `user` by a password."""
    for made in (_envelopes(domain, host, address), _login(domain, user), _clothes(domain),
                 _endings(domain), _orders(domain)):  # fmt: skip
        yield from made


def recipients(domain: str, host: str, address: str) -> tuple[str, ...]:
    """Whom a stranger could reach: the postmaster in every spelling (RFC 5321 section 4.1.1.3,
    source routes included), users of the host, somebody elsewhere."""
    postmaster = (
        "<postmaster>", "<Postmaster>", "<POSTMASTER>", "postmaster", "< postmaster >",
        '<"postmaster">', '<"post\\master">', '<"Postmaster"@{d}>', "<postmaster@>",
        "<postmaster@{d}>", "<postmaster@{d}.>", "<postmaster@{h}>", "<postmaster@localhost>",
        "<postmaster@[127.0.0.1]>", "<postmaster@[{a}]>", "<postmaster@[IPv6:::1]>",
        "<@{h}:postmaster>", "<@{h}:postmaster@{d}>", "<@a.example,@{h}:postmaster@{d}>",
        "<postmaster+x>", "<postmaster%elsewhere.example>", "<postmaster%elsewhere.example@{h}>",
        "<elsewhere.example!postmaster>", "<{h}!postmaster>", "<postmaster (the one)>",
        "<postmaster> NOTIFY=NEVER", "<postmaster> ORCPT=rfc822;you@elsewhere.example",
    )  # fmt: skip
    others = (
        "<root>", "<root@{h}>", "<abuse>", "<mailer-daemon>", "<double-bounce>",
        "<double-bounce@{d}>", "<>", "<noreply@{d}>", "<ops@{d}>", "<you@elsewhere.example>",
        "<you%elsewhere.example@{d}>", "<@{h}:you@elsewhere.example>",
    )  # fmt: skip
    return tuple(t.format(d=domain, h=host, a=address) for t in (*postmaster, *others))


def senders(domain: str) -> tuple[str, ...]:
    return (
        f"<ceo@{domain}>", "<>", "<postmaster>", f"<app@{domain}> SIZE=100",
        f"<double-bounce@{domain}>", f"<app@{domain}> AUTH=<>",
        f"<@a.example:app@{domain}> BODY=8BITMIME", "<stranger@stranger.example> RET=FULL",
    )  # fmt: skip


def _content(domain: str) -> bytes:
    head = f"From: ceo@{domain}\r\nSubject: {MARK}\r\nMessage-ID: <{MARK}@stranger.example>\r\n"
    return f"{head}\r\n{MARK}\r\n".encode()


def _mail(domain: str, sender: str = "", recipient: str = "<postmaster>") -> tuple[bytes, ...]:
    sender = sender or f"<ceo@{domain}>"
    return (
        f"MAIL FROM:{sender}\r\n".encode(), f"RCPT TO:{recipient}\r\n".encode(), b"DATA\r\n",
        _content(domain) + b".\r\n",
    )  # fmt: skip


def _envelopes(domain: str, host: str, address: str) -> Iterator[Dialogue]:
    every = recipients(domain, host, address)
    for n, (recipient, sender) in enumerate(product(every, senders(domain))):
        if n % 2 and recipient != "<postmaster>":
            continue  # half of the product
        tls = n % 6 != 0
        mail = _mail(domain, sender, recipient)
        yield Dialogue(f"{sender} to {recipient}, TLS: {tls}", mail, tls=tls)
    for recipient in every[:6]:
        yield Dialogue(f"port 25, {recipient}", _mail(domain, "<>", recipient), port=25, tls=False)


def _login(domain: str, user: str) -> Iterator[Dialogue]:
    """AUTH before and after everything else, with what a stranger can know."""
    mail = _mail(domain)
    plain = b"AUTH PLAIN " + b64encode(f"\0{user}\0a-guess".encode()) + b"\r\n"
    nobody = b"AUTH PLAIN " + b64encode(b"\0\0") + b"\r\n"
    login = (b"AUTH LOGIN\r\n", b64encode(user.encode()) + b"\r\n", b"*\r\n")
    yield Dialogue("a wrong password, then mail", (plain, *mail))
    yield Dialogue("AUTH before STARTTLS", mail, before=(plain,))
    yield Dialogue("AUTH without TLS", (plain, *mail), tls=False)
    yield Dialogue("no user and no password", (nobody, *mail))
    yield Dialogue("AUTH LOGIN given up", (*login, *mail))
    yield Dialogue("AUTH EXTERNAL", (b"AUTH EXTERNAL =\r\n", *mail))
    yield Dialogue("AUTH ANONYMOUS", (b"AUTH ANONYMOUS c3RyYW5nZXI=\r\n", *mail))
    yield Dialogue("AUTH GSSAPI", (b"AUTH GSSAPI\r\n", *mail))
    for n in range(1, 4):
        yield Dialogue(f"AUTH given up after {n}", (*mail[:n], *login, *mail[n:]))
        yield Dialogue(f"AUTH EXTERNAL after {n}", (*mail[:n], b"AUTH EXTERNAL =\r\n", *mail[n:]))
    yield Dialogue("MAIL AUTH=", _mail(domain, f"<app@{domain}> AUTH={user}"))
    yield Dialogue("a half-said AUTH", (b"AUTH PLAIN\r\n", *mail))


def _clothes(domain: str) -> Iterator[Dialogue]:
    """As somebody else: a client, the host itself, what stands before it."""
    mail = _mail(domain)
    for said in (
        "XCLIENT ADDR=127.0.0.1", "XCLIENT NAME=localhost ADDR=127.0.0.1 PROTO=ESMTP",
        "XCLIENT ADDR=IPV6:::1", "XCLIENT LOGIN=app1", "XFORWARD ADDR=127.0.0.1 NAME=localhost",
        "EHLO localhost", "EHLO [127.0.0.1]", f"EHLO {domain}", "HELO localhost", "HELO",
    ):  # fmt: skip
        line = f"{said}\r\n".encode()
        yield Dialogue(said, (line, *mail))
        yield Dialogue(f"{said}, before STARTTLS", mail, before=(line,))
    proxy = b"PROXY TCP4 127.0.0.1 127.0.0.1 4242 587\r\n"
    yield Dialogue("the PROXY protocol", (b"EHLO localhost\r\n", *mail), before=(proxy,), tls=False)


def _endings(domain: str) -> Iterator[Dialogue]:
    """Content after a DATA that is refused would be read as commands."""
    mail = _mail(domain)
    inner = b"".join(mail)
    ends = (b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r.\r\n", b"\n.\r",
            b"\r\n\x00.\r\n", b"\r\n..\r\n", b"\r\n.\r\n")  # fmt: skip
    for end, sender in product(ends, (f"<ceo@{domain}>", "<>")):
        first = _mail(domain, sender)
        yield Dialogue(f"{end!r} inside, {sender}", (*first[:3], b"x" + end + inner))
        yield Dialogue(f"{end!r} inside, {sender}, at once",
                       (b"".join(first[:3]) + b"x" + end + inner,))  # fmt: skip
    content = _content(domain)
    size = len(content)
    yield Dialogue("BDAT", (*mail[:2], b"BDAT %d LAST\r\n" % size + content))
    yield Dialogue("BDAT in two", (*mail[:2], b"BDAT %d\r\n" % size + content, b"BDAT 0 LAST\r\n"))
    yield Dialogue("BDAT at once", (b"".join(mail[:2]) + b"BDAT %d LAST\r\n" % size + content,))
    yield Dialogue("BDAT, then DATA", (*mail[:2], b"BDAT %d\r\n" % size + content, *mail[2:]))


def _orders(domain: str) -> Iterator[Dialogue]:
    """Commands in another order, or all at once."""
    mail = _mail(domain)
    other = _mail(domain, recipient="<you@elsewhere.example>")
    blob = b"".join(mail)
    yield Dialogue("all at once", (blob,))
    yield Dialogue("all at once with EHLO", (b"EHLO x\r\n" + blob,))
    yield Dialogue("without EHLO after TLS", mail)
    yield Dialogue("in the packet of STARTTLS", (b"NOOP\r\n",), behind=blob)
    yield Dialogue("in the packet of STARTTLS, by halves", mail[2:], behind=b"".join(mail[:2]))
    yield Dialogue("the envelope before STARTTLS", mail[2:], before=mail[:2])
    yield Dialogue("bare LF alone", tuple(part.replace(b"\r\n", b"\n") for part in mail))
    yield Dialogue("bare LF at once", (blob.replace(b"\r\n", b"\n"),))
    yield Dialogue("DATA alone", (mail[2], mail[3]))
    yield Dialogue("RCPT before MAIL", (mail[1], mail[0], *mail[2:]))
    yield Dialogue("postmaster and others", (*mail[:2], other[1], mail[1], *mail[2:]))
    yield Dialogue("others and postmaster", (*other[:2], mail[1], *mail[2:]))
    yield Dialogue("RSET between", (*mail[:2], b"RSET\r\n", *mail[2:]))
    yield Dialogue("DATA twice", (*mail[:3], *mail[2:]))
    yield Dialogue("a second mail", (*mail, *mail))
    for said in ("VRFY postmaster", "EXPN postmaster", f"ETRN {domain}", f"ETRN @{domain}",
                 "TURN", "HELP", "SEND FROM:<ceo>", "SOML FROM:<ceo>"):  # fmt: skip
        yield Dialogue(said, (f"{said}\r\n".encode(), *mail))


def said_to(dialogue: Dialogue, host: str) -> bytes:
    """The transcript of what the relay at that address (of either family) answered.

    OSError where it does not even connect.
    """
    until = time.monotonic() + 2 * _SECONDS
    while True:
        answer = _attempt(dialogue, host)
        if not answer.startswith(b"421") or time.monotonic() > until:
            return answer
        time.sleep(0.2)  # too many connections of one address


def taken(transcript: bytes) -> bool:
    return _TAKEN.search(transcript) is not None


def refused(transcript: bytes) -> bool:
    """Whether anything was turned down: who hears nothing has not asked."""
    return re.search(rb"^[45]\d\d[ -]", transcript, re.MULTILINE) is not None


def _attempt(dialogue: Dialogue, host: str) -> bytes:
    with socket.create_connection((host, dialogue.port), timeout=_SECONDS) as server:
        heard = _heard(server)
        if heard.startswith(b"421"):
            return heard
        with contextlib.suppress(OSError):  # hung up: what was heard until then counts
            for part in (*dialogue.before, b"EHLO stranger.example\r\n"):
                server.sendall(part)
                heard += _heard(server)
            if not dialogue.tls:
                return heard + _rest(dialogue, server)
            server.sendall(b"STARTTLS\r\n" + dialogue.behind)
            heard += _heard(server)
            with _ANY_CERTIFICATE.wrap_socket(server) as secured:
                if dialogue.name != "without EHLO after TLS":
                    secured.sendall(b"EHLO stranger.example\r\n")
                    heard += _heard(secured)
                return heard + _rest(dialogue, secured)
        return heard


def _rest(dialogue: Dialogue, server: socket.socket) -> bytes:
    heard = b""
    with contextlib.suppress(OSError):
        for part in dialogue.parts:
            server.sendall(part)
            heard += _heard(server)
        server.sendall(b"\r\nQUIT\r\n")
        while more := server.recv(65536):
            heard += more
    return heard


def _heard(server: socket.socket) -> bytes:
    """All that is answered until a reply's last line, and whatever else has come with it."""
    heard = b""
    while not _FINAL.search(heard):
        more = server.recv(65536)
        if not more:
            return heard
        heard += more
    return heard
