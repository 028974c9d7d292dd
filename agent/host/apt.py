"""Installing with apt, on Debian and Ubuntu."""

from __future__ import annotations

import time

from agent.host.common import WORK_WITH_PACKAGES, HostError, one_line, run, say
from agent.host.installed_packages import installed
from agent.host.package_lock import LOCK_WAIT, until_free

# Postfix's package asks for a type of configuration; with this answer it writes none and starts
# nothing, so that nothing runs before the host's configuration is there.
_ANSWER = "postfix postfix/main_mailer_type select No configuration\n"
# Debian starts what it installs. mailfleet has its own unit for this, without mailboxes.
_OFF = {"dovecot-core": "dovecot.service"}
# Existing configuration files stay, without a question (dpkg(1)).
_KEEP = ("--force-confdef", "--force-confold")
_INTERRUPTED = "dpkg was interrupted"


def apt_fails(names: list[str]) -> str:
    """Empty, or why the packages could not be installed. Package lists are updated only when it
    fails without."""
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
        say(f"warning: packages that this policy does not need have failed: {failure}")
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
    """Configure packages that an interrupted installation has left unpacked: until then apt
    installs nothing. Empty, or what can't be configured."""
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
    """Empty, or the messages of apt-get and dpkg when it failed."""
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
    """The lines with the error: dpkg's, whose second line has the cause, and apt's."""
    lines = said.splitlines()
    reasons = []
    for number, line in enumerate(lines):
        if line.startswith("dpkg: error"):
            reasons += lines[number : number + 2]
        elif line.startswith("E:"):
            reasons.append(line)
    return one_line("\n".join(reasons) or said)
