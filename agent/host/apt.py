"""Installing with apt, on Debian and Ubuntu."""

from agent.host.common import Refused, one_line, run

# Postfix's package asks for a kind of configuration; with this answer it writes none and starts
# nothing, so that nothing runs before our own configuration is there.
_ANSWER = "postfix postfix/main_mailer_type select No configuration\n"
_LOCK_SECONDS = 120
# Debian starts what it installs. This runs by a unit of ours, which needs none of the mailboxes.
_OFF = {"dovecot-core": "dovecot.service"}


def apt_fails(names: list[str]) -> str:
    """Nothing, or why the packages could not be installed. Lists are fetched only when it does not
    work without."""
    _answer_beforehand()
    failure = _apt("install", *names)
    if failure:
        _apt("update")
        failure = _apt("install", *names)
    for name in names if not failure else ():
        if name in _OFF:
            _switch_off(_OFF[name])
    return failure


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
