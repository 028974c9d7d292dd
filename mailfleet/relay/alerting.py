"""Alerting: what searches the logs for failures, and the servers that alerts are sent through."""

import json
from collections.abc import Mapping

from mailfleet.credential import Credential
from mailfleet.policy import Mail, Provider
from mailfleet.relay.component import UNITS, Component
from mailfleet.relay.file import File
from mailfleet.relay.postfix import ca_path
from mailfleet.relay.render import render

EMERGENCY = "/etc/mailfleet/emergency.json"
TIMER = "check-mail-logs.timer"


def alerting(mail: Mail, credentials: Mapping[str, Credential | None]) -> Component:
    paths = [f"{UNITS}check-mail-logs.{kind}" for kind in ("service", "timer")]
    units = (File(path, render(path, check_logs=mail.relay.check_logs)) for path in paths)
    return Component(bool(mail.alerts), (*units, _emergency(mail, credentials)), TIMER)


def _emergency(mail: Mail, credentials: Mapping[str, Credential | None]) -> File:
    """No content while the credential of one of the servers is not known."""
    names = dict.fromkeys(alert.via for alert in mail.alerts)
    servers = [_server(mail.provider(name), credentials.get(name)) for name in names]
    settings = {
        "from": mail.noreply,
        "to": list(dict.fromkeys(alert.to for alert in mail.alerts)),
        "servers": servers,
    }
    content = None if None in servers else f"{json.dumps(settings, indent=2)}\n".encode()
    return File(EMERGENCY, content, mode="600", secret=True)


def _server(provider: Provider, credential: Credential | None) -> dict[str, object] | None:
    if credential is None:
        return None
    return {
        "host": provider.host,
        "port": provider.port,
        "tls": "implicit" if provider.wrapper else "starttls",
        **({"ca": ca_path(provider)} if provider.ca else {}),
        "username": credential.username,
        "password": credential.password,
    }
