"""Automatic failover: look at the providers, and move mail away from those that fail."""

from __future__ import annotations

import os
import socket
from typing import Any

from agent.health.deliveries import Look, counted, since
from agent.health.thresholds import STEPS, Health, assessed
from agent.host.common import HostError, ending_in_one_sentence, run, say
from agent.host.lock import locked
from agent.host.rerouting import move_mail
from agent.host.state import HEALTH, ROUTES, keep, kept
from agent.host.transaction import transaction
from agent.smtp_session import Failed, connected, held

ALERT = "/usr/local/bin/emergency_mail_sender"
ALERT_SETTINGS = "/etc/mailfleet/emergency.json"
TIMEOUT = 20  # seconds for each answer of a provider
ADVICE = (
    "\n\nUntil it recovers, this host sends its mail through the policy's other providers,\n"
    "if there are any. `switch.py --data to=...` overrides this on all hosts.\n"
)


def watch(root: str = "") -> None:
    """Only the change is made under the lock: looking takes long, and must not block a deploy."""
    routes, before = kept(root, ROUTES), kept(root, HEALTH) or {}
    if routes is None:
        raise HostError(
            "found no routes.json, expected the one that a deploy writes: run deploy.py"
        )
    entries, cursor = since(before.get("cursor"))
    looks = counted(entries, routes["lanes"])
    providers = {name: _health(before, name) for name in looks}
    news = [*before.get("news", []), *_news(root, routes, providers, looks)]
    with locked(root, f"mailfleet_health@{socket.gethostname()}"):
        keep(root, HEALTH, _record(providers, cursor, news))
        with transaction(root) as change:
            move_mail(root, change)
    unsent = [text for text in news if not _sent(text)]
    if unsent != news:
        keep(root, HEALTH, _record(providers, cursor, unsent))
    if unsent:
        raise HostError(f"the alert was not accepted, and will be sent again: {unsent[0]}")


def _news(
    root: str, routes: dict[str, Any], providers: dict[str, Health], looks: dict[str, Look]
) -> list[str]:
    news = []
    for name, health in providers.items():
        look = looks[name]
        silent = not (look.taken or look.failed)
        asked = silent and health.weight < STEPS[-1]
        answers = _answers(root, routes["servers"][name]) if asked else None
        if said := assessed(health, look, answers):
            news.append(f"{name} {said}")
            say(news[-1])
    return news


def _health(before: dict[str, Any], name: str) -> Health:
    try:
        return Health.read(before["providers"][name])
    except (KeyError, TypeError):
        return Health()


def _record(providers: dict[str, Health], cursor: str | None, news: list[str]) -> dict[str, Any]:
    return {
        "weights": {name: health.weight for name, health in providers.items()},
        "providers": {name: health.as_kept() for name, health in providers.items()},
        "cursor": cursor,
        "news": news,
    }


def _answers(root: str, server: dict[str, Any]) -> bool:
    """Whether it accepts the credential that Postfix has for it."""
    try:
        request = {**server, **held(server["nexthop"]), "timeout": TIMEOUT}
        if server["ca"]:
            with open(root + server["ca"], encoding="utf-8") as authorities:
                request["ca"] = authorities.read()
        with connected(request):
            return True
    except (Failed, OSError, ValueError):  # smtplib's errors are OSErrors
        return False


def _sent(text: str) -> bool:
    """Whether the alert was sent, or the policy has no alerts."""
    if not os.path.exists(ALERT_SETTINGS):
        return True
    subject = f"[mail] {socket.gethostname()}: {text}"
    return run(ALERT, subject, given=f"{text}{ADVICE}").returncode == 0


def main() -> None:
    os.umask(0o077)
    ending_in_one_sentence(watch)


if __name__ == "__main__":
    main()
