"""Which system a host runs, as it says itself: os-release(5)."""

import contextlib
import shlex

_FIELDS = {"id": "ID", "version": "VERSION_ID", "name": "PRETTY_NAME", "like": "ID_LIKE"}


def release(root: str) -> dict[str, str]:
    """Its id, version, name and what it was made of ("like"); empty what it does not say."""
    found: dict[str, str] = {}
    for path in ("/usr/lib/os-release", "/etc/os-release"):  # the latter counts, where it is
        with contextlib.suppress(FileNotFoundError), open(root + path, encoding="utf-8") as file:
            found = dict(_setting(line) for line in file if "=" in line)
    return {name: found.get(field, "") for name, field in _FIELDS.items()}


def _setting(line: str) -> tuple[str, str]:
    """NAME=value, quoted as in a shell."""
    name, _, value = line.strip().partition("=")
    return name, " ".join(shlex.split(value, comments=True))
