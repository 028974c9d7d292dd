"""Lines of a mail log, as journalctl prints them and as the monitor's reader hands them on."""

import json

from agent.monitor.entry import Entry

SES = "email-smtp.us-east-1.amazonaws.com"
RELAY = f"{SES}[198.18.251.2]:587"
HOST = f"host {SES}[198.18.251.2]"
LOOPBACK = "127.0.0.1[127.0.0.1]:288"
LANES = {"ses": ["ses-1", "ses-2"], "sendgrid": ["sendgrid"]}
SERVERS = {"ses": {"host": SES}, "sendgrid": {"host": "smtp.sendgrid.net"}}
AT = 1_795_754_419.0


def entry(
    message: str,
    identifier: str = "postfix/ses-1/smtp",
    priority: int = 6,
    *,
    at: float = AT,
    unit: str = "postfix@-.service",
) -> Entry:
    return Entry(at, unit, identifier, priority, message)


def delivery(
    status: str,
    reason: str,
    *,
    queue_id: str = "4jbLLq3g0TzmVVx",
    relay: str = RELAY,
    delays: str = "0.01/0.06/0.06/0.07",
    to: str = "to=<a@b.example>",
) -> str:
    ended = f"delay=0.19, delays={delays}, dsn=2.0.0, status={status} ({reason})"
    return f"{queue_id}: {to}, relay={relay}, {ended}"


def journal_line(
    message: object,
    identifier: str = "postfix/ses-1/smtp",
    *,
    number: int = 1,
    priority: str = "6",
    unit: str = "postfix@-.service",
    uid: str = "0",
    **fields: object,
) -> bytes:
    """One line of `journalctl --output=json`, without its line feed."""
    entry = {
        "__CURSOR": f"s=7d8cb2c62ec1404b874dc64b9ca8fe0e;i={number:x};b=3a2b;m=7b4c;x={number}",
        "__REALTIME_TIMESTAMP": str(int(AT * 1e6) + number),
        "__MONOTONIC_TIMESTAMP": "33098253034",
        "_BOOT_ID": "3a2bb1811dfe4cf09a2f1abd52ef5f2f",
        "_TRANSPORT": "syslog",
        "_SYSTEMD_UNIT": unit,
        "_UID": uid,
        "PRIORITY": priority,
        "SYSLOG_FACILITY": "2",
        "SYSLOG_IDENTIFIER": identifier,
        "MESSAGE": message,
        **fields,
    }
    return json.dumps(entry, separators=(",", ":"), ensure_ascii=False).encode()
