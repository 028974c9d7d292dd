"""What fails from the first file on is undone; the sentence says what failed, and what is now."""

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.host import canary, common
from agent.host.common import HostError
from agent.host.state import KEPT
from tests.support.host_walks import (
    MAIN,
    MASTER,
    PASSWORDS,
    adopt,
    back,
    by_two,
    first,
    somebodys,
    then,
)
from tests.support.stand_ins import StandIn, stand_in

WENT_BACK = "; this host was rolled back to what worked before"
REFUSES = "printf 'Q1: message-id=%s\\nQ1: to=<x>, dsn=5.0.0, status=bounced (said: 554 no)\\n'"


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with stand_in(tmp_path, monkeypatch) as found:
        yield found


def refused(host: StandIn, act: Any = then) -> str:
    with pytest.raises(HostError) as reason:
        act(host)
    return str(reason.value)


def canary_is_refused(host: StandIn) -> None:
    script = "#!/bin/sh\nid=$(sed -n 's/^Message-ID: //p')\n"
    (host.root / "usr/sbin/sendmail").write_text(f'{script}{REFUSES} "$id" > "$STATE/mail.log"\n')


@pytest.mark.case("hosts-8")
def test_a_file_that_cannot_be_replaced_brings_the_others_back(
    host: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    first(host)
    before = host.snapshot()
    real = os.replace

    def replace(source: str, target: str) -> None:
        if target.endswith("/master.cf") and source.endswith(".mailfleet"):
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), source)
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    assert refused(host) == f"{MASTER}: Operation not permitted{WENT_BACK}"
    assert host.snapshot() == before


def test_a_file_that_takes_no_second_name_is_found_beforehand(
    host: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that is immutable (chattr +i), or where something is mounted."""
    first(host)
    before = host.snapshot()
    real = os.link

    def link(source: str, target: str, **options: Any) -> None:
        if source.endswith("/main.cf"):
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), source)
        real(source, target, **options)

    monkeypatch.setattr(os, "link", link)
    said = refused(host)
    assert said.startswith(f"{MAIN}: Operation not permitted: it cannot be replaced; check whether")
    assert said.endswith("; no live file was changed")
    assert host.snapshot() == before


@pytest.mark.case("hosts-9")
def test_a_unit_that_fails_after_all_brings_everything_back(host: StandIn) -> None:
    first(host)
    before = host.snapshot()
    systemctl = host.root.parent / "programs/systemctl"
    text = systemctl.read_text()
    fails = '\ncase "$*" in *"restart comes"*) echo no >&2; exit 1 ;; esac\n'
    systemctl.write_text(text.replace("#!/bin/sh\n", f"#!/bin/sh{fails}", 1))
    assert refused(host) == f"systemctl restart comes.service: no{WENT_BACK}"
    assert host.snapshot() == before


@pytest.mark.case("hosts-10")
def test_a_symbolic_link_comes_back_as_it_was(host: StandIn) -> None:
    somebodys(host)
    before = host.snapshot()
    canary_is_refused(host)
    assert "the canary message was bounced: said: 554 no" in refused(host, adopt)
    assert host.snapshot() == before
    assert (host.root / "srv/git/main.cf").read_text() == "somebody's main.cf\n"


@pytest.mark.case("hosts-10")
def test_going_back_by_hand_after_adopting_a_symbolic_link(host: StandIn) -> None:
    somebodys(host)
    link = os.readlink(host.root / MAIN[1:])
    adopt(host)
    assert not (host.root / MAIN[1:]).is_symlink()
    back(host)
    assert os.readlink(host.root / MAIN[1:]) == link
    back(host)
    assert (host.root / MAIN[1:]).read_text().startswith(f"old {MAIN}\n")


@pytest.mark.case("hosts-10")
def test_a_rollback_that_postfix_does_not_load_returns_to_what_ran(
    host: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    first(host)
    then(host)
    before = host.snapshot()
    postfix = host.root.parent / "programs/postfix"
    text = postfix.read_text()
    fails = f'\ngrep -q "^old" "$ROOT{MAIN}" && {{ echo bad >&2; exit 1; }}\n'
    postfix.write_text(text.replace("#!/bin/sh\n", f"#!/bin/sh{fails}", 1))
    assert refused(host, back) == "Postfix cannot reload: bad; this host runs what it ran before"
    assert host.snapshot() == before


@pytest.mark.case("hosts-11")
def test_a_full_disk_is_named(host: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """shutil has an error of its own, without a reason where others have it."""
    somebodys(host)
    before = host.snapshot()
    real = shutil.copyfile

    def copyfile(source: str, target: str, **options: Any) -> Any:
        if "adopted" in str(target):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), target)
        return real(source, target, **options)

    monkeypatch.setattr(shutil, "copyfile", copyfile)
    said = refused(host, adopt)
    assert f"{KEPT}/adopted" in said
    assert said.endswith("No space left on device; no live file was changed")
    assert host.snapshot() == before


@pytest.mark.case("hosts-12")
def test_a_sendmail_that_never_ends_is_stopped(
    host: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a queue that takes no more files: sendmail(1) tries without end."""
    first(host)
    before = host.snapshot()
    (host.root / "usr/sbin/sendmail").write_text("#!/bin/sh\nsleep 60\n")
    monkeypatch.setattr(canary, "_SECONDS_TO_SUBMIT", 0.2)
    said = refused(host)
    assert "did not end within 0.2 s and was killed" in said
    assert said.endswith(WENT_BACK)
    assert host.snapshot() == before


@pytest.mark.case("hosts-12")
def test_a_canary_that_does_not_leave_is_a_warning(
    host: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (host.root / "usr/sbin/sendmail").write_text("#!/bin/sh\ncat >/dev/null\n")
    monkeypatch.setattr(canary, "_SECONDS", 0.2)
    first(host)
    assert "\nwarning: the canary message was not sent within" in capsys.readouterr().out


def test_an_apply_has_an_end(host: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    first(host)
    before = host.snapshot()
    monkeypatch.setattr("agent.host.apply.WORK", -1.0)
    assert "this host is too slow or too busy" in refused(host)
    assert host.snapshot() == before
    assert common.UNDO + common.WORK < 75
    assert common.UNDO + common.WORK_WITH_PACKAGES < 900


@pytest.mark.case("hosts-15")
def test_somebodys_passwords_come_back_to_the_byte(host: StandIn) -> None:
    somebodys(host)
    adopt(host)
    assert (host.root / PASSWORDS[1:]).read_text() == "next old:password\n"
    back(host)
    theirs = host.root / PASSWORDS[1:]
    assert theirs.read_text() == "their own\n"
    assert theirs.stat().st_mode & 0o777 == 0o640


@pytest.mark.case("hosts-40")
def test_a_disk_that_is_full_once_the_files_are_live(
    host: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider refuses, and going back finds no space: it needs none."""
    first(host)
    before = host.snapshot()
    canary_is_refused(host)
    real = os.open
    full: list[str] = []

    def opened(path: Any, flags: int, *mode: int, **options: Any) -> int:
        if full and flags & os.O_CREAT:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
        return real(path, flags, *mode, **options)

    def swapped(source: str, target: str) -> None:
        os.rename(source, target)
        if target.endswith("/main.cf"):
            monkeypatch.setattr(os, "open", opened)
            full.append(target)

    monkeypatch.setattr(os, "replace", swapped)
    assert "No space left on device" in refused(host)
    monkeypatch.undo()
    assert host.snapshot() == before


def test_a_queue_too_long_to_be_requeued_in_time_undoes_no_switch(
    host: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    first(host)
    (host.root.parent / "programs/postsuper").unlink()
    by_two(host)
    said = capsys.readouterr().out
    assert "warning: found no program postsuper on this host\n" in said
    assert said.endswith("mail is sent through two\n")
    assert (host.root / f"{KEPT[1:]}/switch.json").exists()
    assert "choice1.0 two" in (host.root / "etc/postfix/switch").read_text()


def test_a_second_name_of_ours_does_not_stay_with_somebodys_files(host: StandIn) -> None:
    """An apply that was killed while it adopted, and then one that fails."""
    somebodys(host)
    (host.root / PASSWORDS[1:]).unlink()
    adopt(host)
    (host.root / f"{KEPT[1:]}/loaded").unlink()  # killed before it wrote that
    canary_is_refused(host)
    refused(host, then)
    assert not list((host.root / "etc/postfix").glob(".*"))
    assert not (host.root / PASSWORDS[1:]).exists()


def test_a_unit_that_is_about_to_start_again_is_not_stopped(host: StandIn) -> None:
    """As the milter between two of its starts, RestartSec: stopped, it would stay so."""
    first(host)
    systemctl = host.root.parent / "programs/systemctl"
    text = systemctl.read_text().replace("active=inactive;", "active=activating;")
    systemctl.write_text(text)
    calls = '\necho "$*" >> "$STATE/calls"\n'
    systemctl.write_text(text.replace("#!/bin/sh\n", f"#!/bin/sh{calls}", 1))
    canary_is_refused(host)
    refused(host)
    assert "stop" not in (host.state / "calls").read_text()


def test_directories_that_are_made_are_open_to_other_users(host: StandIn) -> None:
    """The milter's user has to come to its program, below /usr/local/bin."""
    before = os.umask(0o077)
    try:
        first(host)
    finally:
        os.umask(before)
    assert (host.root / "usr/local/bin").stat().st_mode & 0o777 == 0o755


@pytest.mark.case("hosts-25")
def test_new_tables_are_never_read_with_a_main_cf_that_returns_what_they_lack(
    host: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A daemon of Postfix's may start at any moment."""
    first(host)
    met = []
    real = os.replace

    def replace(source: str, target: str) -> None:
        real(source, target)
        if target.endswith("/destinations"):
            met.append((host.root / MAIN[1:]).read_text())

    monkeypatch.setattr(os, "replace", replace)
    then(host)
    assert met
    assert all("retry:4.7.1" in text and "error:" not in text for text in met)
    assert "error:5.7.1" in (host.root / MAIN[1:]).read_text()
