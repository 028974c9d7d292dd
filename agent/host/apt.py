"""Installing with apt, on Debian and Ubuntu."""

from __future__ import annotations

import time

from agent.host.common import WORK_WITH_PACKAGES, HostError, one_line, run, say
from agent.host.installed_packages import installed
from agent.host.package_lock import LOCK_WAIT, until_free

# Postfix's package asks for a kind of configuration; with this answer it writes none and starts
# nothing, so that nothing runs before our own configuration is there.
_ANSWER = "postfix postfix/main_mailer_type select No configuration\n"
# Debian starts what it installs. This runs by a unit of ours, which needs none of the mailboxes.
_OFF = {"dovecot-core": "dovecot.service"}
# A package's configuration file that is there already stays, and nobody is asked (dpkg(1)).
_KEEP = ("--force-confdef", "--force-confold")
_INTERRUPTED = "dpkg was interrupted"


def apt_fails(names: list[str]) -> str:
    """Nothing, or why the packages could not be installed. Lists are fetched only when it does not
    work without."""
    deadline = time.monotonic() + LOCK_WAIT
    _answer_beforehand(deadline)
    failure = _apt(deadline, "install", *names)
    if _INTERRUPTED in failure:
        left = _complete(deadline)
        failure = _apt(deadline, "install", *names)
        if failure and left:
            return (
                f"{failure}; an interrupted installation had left packages half installed: {left}"
            )
    if failure:
        _apt(deadline, "update")
        failure = _apt(deadline, "install", *names)
    if failure and all(installed(names).values()):
        say(f"warning: packages that this policy does not need are in trouble: {failure}")
        failure = ""
    for name in names if not failure else ():
        if name in _OFF:
            _switch_off(_OFF[name])
    return failure


def _answer_beforehand(deadline: float) -> None:
    until_free(deadline)
    answer = run("debconf-set-selections", given=_ANSWER)
    if answer.returncode != 0:
        raise HostError(f"debconf-set-selections: {one_line(answer.stderr)}")


def _complete(deadline: float) -> str:
    """Configure what an interrupted installation has left unpacked: apt installs nothing before.
    Nothing, or what can't be configured."""
    until_free(deadline)
    answer = run("dpkg", *_KEEP, "--configure", "-a", seconds=WORK_WITH_PACKAGES)
    if answer.returncode != 0:
        return _reason(answer.stderr)
    say("configured the packages that an interrupted installation had left half installed")
    return ""


def _switch_off(unit: str) -> None:
    answer = run("systemctl", "--quiet", "disable", "--now", unit)
    if answer.returncode != 0:
        raise HostError(f"systemctl disable --now {unit}: {one_line(answer.stderr)}")


def _apt(deadline: float, action: str, *names: str) -> str:
    """Nothing, or what apt-get and dpkg said when it failed."""
    until_free(deadline)
    options = ["--yes", "--no-remove", "--no-install-recommends"] if action == "install" else []
    answer = run(
        "apt-get", "--quiet", "--quiet",
        f"--option=DPkg::Lock::Timeout={max(0, deadline - time.monotonic()):.0f}",
        *(f"--option=Dpkg::Options::={option}" for option in _KEEP),
        action, *options, "--", *names,
        seconds=WORK_WITH_PACKAGES,
    )  # fmt: skip
    if answer.returncode == 0:
        return ""
    return _reason(answer.stderr) or one_line(answer.stdout) or "apt-get failed"


def _reason(said: str) -> str:
    """The lines that say what went wrong: dpkg's, whose second line has the cause, and apt's."""
    lines = said.splitlines()
    reasons = []
    for number, line in enumerate(lines):
        if line.startswith("dpkg: error"):
            reasons += lines[number : number + 2]
        elif line.startswith("E:"):
            reasons.append(line)
    return one_line("\n".join(reasons) or said)
