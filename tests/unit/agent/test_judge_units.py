"""Units are judged before any file is live: what systemd would refuse later, it refuses now."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.host import common
from agent.host.common import HostError
from agent.host.judge_units import judge_units
from mailfleet.policy import Relay
from mailfleet.relay.systems import SYSTEMS
from mailfleet.relay.tree import desired_host
from tests.support.relay_policy import CREDENTIALS, policy

ETC = "/etc/systemd/system"
SHOWN = (
    "Id=postfix.service\nLoadState={}\nType={}\n\nId=postfix@-.service\nLoadState={}\nType=forking"
)
Systemctl = Callable[[str], None]

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="this machine has no systemd-analyze"
)


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Systemctl:
    """Lets systemctl say something; the other programs are this machine's own."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setitem(common._ENVIRONMENT, "PATH", f"{programs}:/usr/bin:/bin")

    def answer(script: str) -> None:
        (programs / "systemctl").write_text(f"#!/bin/sh\n{script}\n")
        (programs / "systemctl").chmod(0o755)

    answer(f"echo '{SHOWN.format('loaded', 'oneshot', 'loaded')}'")
    return answer


def request(*files: tuple[str, str], load: str | None = "reload", **units: Any) -> dict[str, Any]:
    return {
        "files": [{"path": path, "content": content.encode()} for path, content in files],
        "load": load,
        "units": {"reload": bool(files), "enable": [], "restart": [], "disable": [], **units},
    }


def timer(event: str) -> tuple[str, str]:
    return f"{ETC}/check-mail-logs.timer", f"[Timer]\nOnCalendar={event}\n"


def service(text: str) -> tuple[str, str]:
    return f"{ETC}/x.service", f"[Service]\n{text}\n"


@needs_systemd
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_every_unit_of_ours_is_taken(systemctl: Systemctl, system: Any) -> None:
    """Also before its program is there, which comes with the same request."""
    relays = [Relay(provider_failover=True)]
    relays += [Relay(rewrite_from=True)] if system.milter else []
    for relay in relays:
        tree = desired_host(policy(relay=relay), CREDENTIALS, system=system)
        files = [(file.path, (file.content or b"").decode()) for file in tree.files]
        judge_units("", request(*files, enable=[unit.name for unit in tree.units]))


@needs_systemd
@pytest.mark.parametrize(
    ("file", "said"),
    [
        (timer("* * * * *"), r"check-mail-logs.timer has the calendar event '\* \* \* \* \*', "
         "which systemd refuses"),
        (timer("Mon 25:00"), "calendar event 'Mon 25:00', which systemd refuses"),
        (timer("2020-01-01"), "calendar event '2020-01-01', which is in the past"),
        (service("ExecStart=/usr/bin/nosuch"), "x.service: Command /usr/bin/nosuch is not exec"),
        (service("Type=oneshot"), "x.service: Service has no ExecStart="),
        ((f"{ETC}/x.service", "[Service\nExecStart"), "x.service:1: Invalid section header"),
        (service("ExecStart=/bin/true\n[Unit]\nRequires=gone.service"), "Unit gone.service not fo"),
    ],
)  # fmt: skip
def test_what_systemd_would_refuse(systemctl: Systemctl, file: tuple[str, str], said: str) -> None:
    with pytest.raises(HostError, match=rf"{said}.*$"):
        judge_units("", request(file))


@needs_systemd
def test_what_systemd_only_ignores_is_no_reason(systemctl: Systemctl) -> None:
    """An older one does not know every key."""
    judge_units("", request(service("ExecStart=/bin/true\nBrandNew=yes")))


def test_without_systemd_analyze_the_rest_is_judged(
    systemctl: Systemctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.host.judge_units.is_there", lambda _: False)
    judge_units("", request(timer("* * * * *")))
    systemctl("echo 'Failed to connect to bus' >&2; exit 1")
    with pytest.raises(HostError, match=r"systemd does not answer.*Failed to connect to bus$"):
        judge_units("", request())


@pytest.mark.parametrize(
    ("types", "masked"),
    [
        (("masked", "oneshot", "loaded"), "postfix.service"),
        (("loaded", "oneshot", "masked"), "postfix@-.service"),  # Debian 12
        (("loaded", "forking", "masked"), None),  # Debian 13 has no use for the instance
    ],
)
def test_a_masked_postfix(systemctl: Systemctl, types: tuple[str, ...], masked: str | None) -> None:
    systemctl(f"echo '{SHOWN.format(*types)}'")
    if masked is None:
        judge_units("", request())
        return
    with pytest.raises(
        HostError, match=f"{masked} is masked, expected.*systemctl unmask {masked}`"
    ):
        judge_units("", request())
    judge_units("", request(load=None))


@pytest.mark.parametrize(
    ("directory", "desired", "said"),
    [
        (ETC, "/dev/null", "is masked by /etc/systemd/system/x.timer.*`systemctl unmask x.timer`"),
        ("/run/systemd/system", "/dev/null", "`systemctl unmask --runtime x.timer`"),
        (ETC, "/lib/systemd/system/y.timer", "is a symbolic link to /lib/systemd/system/y.timer"),
    ],
)
@pytest.mark.parametrize("verb", ["enable", "restart", "disable", "written"])
def test_a_unit_that_is_a_link(
    systemctl: Systemctl, tmp_path: Path, directory: str, desired: str, said: str, verb: str
) -> None:
    link = tmp_path / f"root{directory}/x.timer"
    link.parent.mkdir(parents=True)
    link.symlink_to(desired)
    files = [(f"{ETC}/x.timer", "[Timer]\nOnCalendar=hourly\n")] if verb == "written" else []
    units: dict[str, Any] = {} if verb == "written" else {verb: ["x.timer"]}
    with pytest.raises(HostError, match=f"{said}"):
        judge_units(f"{tmp_path}/root", request(*files, **units))
