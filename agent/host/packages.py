"""Install what is missing, from the host's own package sources."""

from agent.host.apt import apt_fails
from agent.host.common import HostError, say
from agent.host.dnf import dnf_fails

_MANAGERS = {"apt": apt_fails, "dnf": dnf_fails}


def install(manager: str, names: list[str]) -> None:
    """Install the packages with "apt" or "dnf".

    Raises HostError with the package manager's message. No package is ever removed: another mail
    server on the host has to be removed by its administrator.
    """
    if not names:
        return
    if reason := _MANAGERS[manager](names):
        raise HostError(f"cannot install {', '.join(names)}: {reason}; no live file was changed")
    for name in names:
        say(f"installed {name}")
