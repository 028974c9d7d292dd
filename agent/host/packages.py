"""Install what is missing, from the host's own package sources."""

from agent.host.common import Refused, one_line, run, say

# Postfix's package asks for a kind of configuration; with this answer it writes none and starts
# nothing, so that nothing runs before our own configuration is there.
_ANSWER = "postfix postfix/main_mailer_type select No configuration\n"
_LOCK_SECONDS = 120
# Debian starts what it installs. This runs by a unit of ours, which needs none of the mailboxes.
_OFF = {"dovecot-core": "dovecot.service"}


def install(names: list[str]) -> None:
    """Install the packages. Lists are fetched only when it does not work without.

    Raises Refused with apt's own message. Nothing is ever removed to make room: another mail
    server on the host is somebody's decision to take away.
    """
    if not names:
        return
    _answer_beforehand()
    first = _apt("install", *names)
    if first:
        _apt("update")
        second = _apt("install", *names)
        if second:
            raise Refused(f"cannot install {', '.join(names)}: {second}")
    for name in names:
        say(f"installed {name}")
        if name in _OFF:
            _switch_off(_OFF[name])


def _answer_beforehand() -> None:
    answer = run("debconf-set-selections", given=_ANSWER)
    if answer.returncode != 0:
        raise Refused(f"debconf-set-selections: {one_line(answer.stderr)}")


def _switch_off(unit: str) -> None:
    answer = run("systemctl", "--quiet", "disable", "--now", unit)
    if answer.returncode != 0:
        raise Refused(f"systemctl disable --now {unit}: {one_line(answer.stderr)}")


def _apt(action: str, *names: str) -> str:
    """Nothing, or what apt-get said when it failed."""
    options = ["--yes", "--no-remove", "--no-install-recommends"] if action == "install" else []
    answer = run(
        "apt-get", "--quiet", "--quiet", f"--option=DPkg::Lock::Timeout={_LOCK_SECONDS}",
        action, *options, "--", *names,
    )  # fmt: skip
    if answer.returncode == 0:
        return ""
    errors = [line for line in answer.stderr.splitlines() if line.startswith("E:")]
    return one_line("\n".join(errors) or answer.stderr or answer.stdout) or "apt-get failed"
