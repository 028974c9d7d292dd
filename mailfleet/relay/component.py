"""A component of a relay host: what not every policy needs."""

from dataclasses import dataclass

from mailfleet.relay.file import File

UNITS = "/etc/systemd/system/"


@dataclass(frozen=True)
class Component:
    """Its files, and the unit that is enabled and active: present where it is `needed`, removed
    where it is not. `package` is installed for it, and is never removed."""

    needed: bool
    files: tuple[File, ...]
    unit: str
    package: str | None = None
