"""A part of a relay host that not every policy needs."""

from dataclasses import dataclass

from mailfleet.relay.file import File

UNITS = "/etc/systemd/system/"


@dataclass(frozen=True)
class Part:
    """What is there where it is `needed`, and gone where it is not: its files, and the unit that is
    enabled and active. `package` is installed for it, and stays."""

    needed: bool
    files: tuple[File, ...]
    unit: str
    package: str | None = None
