"""Drop-ins that restart Postfix after a crash, which the units of its packages do not."""

from mailfleet.relay.component import UNITS
from mailfleet.relay.file import File
from mailfleet.relay.render import render
from mailfleet.relay.systems import POSTFIX_UNITS

_TEMPLATE = f"{UNITS}postfix.service.d/mailfleet.conf"


def drop_in_path(unit: str) -> str:
    return f"{UNITS}{unit}.d/mailfleet.conf"


def drop_ins() -> tuple[File, ...]:
    """The same on every system, for whichever unit runs the master there. They name no PID file:
    systemd would remove it when the other unit stops."""
    content = render(_TEMPLATE)
    return tuple(File(drop_in_path(unit), content) for unit in POSTFIX_UNITS)
