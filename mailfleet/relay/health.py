"""Provider failover: the program that watches the providers, and its units."""

from mailfleet.policy import Mail
from mailfleet.relay.agent import CHANGE, joined
from mailfleet.relay.component import UNITS, Component
from mailfleet.relay.file import File
from mailfleet.relay.render import render

TIMER = "mailfleet-health.timer"
PROGRAM = "/usr/local/bin/mailfleet_health"
_PARTS = ("smtp_session.py", "health/deliveries.py", "health/thresholds.py", "health/watch.py")


def fails_over(mail: Mail) -> bool:
    """Whether the policy asks for failover, and has another provider for it."""
    return mail.relay.provider_failover and len(mail.providers) > 1 and not mail.relay.relay_hosts


def health(mail: Mail) -> Component:
    program = "#!/usr/bin/python3 -I\n" + joined(*CHANGE, "host/rerouting.py", *_PARTS)
    paths = [f"{UNITS}mailfleet-health.{kind}" for kind in ("service", "timer")]
    units = (File(path, render(path, program=PROGRAM)) for path in paths)
    files = (File(PROGRAM, program.encode(), mode="755"), *units)
    return Component(fails_over(mail), files, TIMER)
