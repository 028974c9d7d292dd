"""Installing with dnf, on Amazon Linux. It starts no service that it installs."""

import time

from agent.host.common import WORK_WITH_PACKAGES, one_line, run
from agent.host.package_lock import LOCK_WAIT, until_free

_MAIL_SERVER = "server(smtp)"  # what every mail server's package provides


def dnf_fails(names: list[str]) -> str:
    """Empty, or why the packages could not be installed. Package lists are updated only when it
    fails without."""
    if "postfix" in names and (other := _mail_server()):
        return f"found the mail server {other}, expected none: remove it first"
    deadline = time.monotonic() + LOCK_WAIT
    return _dnf(deadline, names) and _dnf(deadline, names, "--refresh")


def _mail_server() -> str:
    """An existing mail server. dnf would install Postfix in addition, and both need port 25."""
    answer = run("rpm", "-q", "--whatprovides", _MAIL_SERVER)
    return one_line(answer.stdout) if answer.returncode == 0 else ""


def _dnf(deadline: float, names: list[str], *options: str) -> str:
    """Empty, or the message of dnf when it failed. dnf removes nothing without --allowerasing."""
    until_free(deadline)
    answer = run(
        "dnf", "--assumeyes", "--quiet", "--setopt=install_weak_deps=False", *options,
        "install", "--", *names,
        seconds=WORK_WITH_PACKAGES,
    )  # fmt: skip
    if answer.returncode == 0:
        return ""
    return one_line(answer.stderr or answer.stdout) or "dnf failed"
