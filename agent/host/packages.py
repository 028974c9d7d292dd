"""Install what is missing, from the host's own package sources."""

from agent.host.apt import apt_fails
from agent.host.common import HostError, say
from agent.host.dnf import dnf_fails

_MANAGERS = {"apt": apt_fails, "dnf": dnf_fails}


def install(manager: str, names: list[str]) -> None:
    """Install the packages by "apt" or "dnf".

    Raises HostError with that one's own message. Nothing is ever removed to make room: another mail
    server on the host is somebody's decision to take away.
    """
    if not names:
        return
    if reason := _MANAGERS[manager](names):
        raise HostError(f"cannot install {', '.join(names)}: {reason}; nothing live was touched")
    for name in names:
        say(f"installed {name}")
