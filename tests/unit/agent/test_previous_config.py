"""Postfix's files that worked before: kept, given later credentials, put back."""

from pathlib import Path

from agent.host.previous_config import (
    ADOPTED,
    CREDENTIALS,
    files_of,
    previous,
    remember,
    renew_credentials,
    set_aside,
)
from agent.host.state import APPLIED, LOADED, POSTFIX, keep, kept, live_digest, observed
from agent.host.transaction import transaction

MAIN = f"{POSTFIX}main.cf"
TABLE = f"{POSTFIX}destinations"
MANAGED = [
    {"path": MAIN, "secret": False},
    {"path": TABLE, "secret": False},
    {"path": CREDENTIALS, "secret": True},
    {"path": "/usr/local/bin/program", "secret": False},
]


def write(root: Path, path: str, text: str) -> None:
    file = root / path[1:]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def works(root: Path) -> None:
    keep(str(root), APPLIED, {"by": "ops"})
    keep(str(root), LOADED, {"digest": live_digest(observed(str(root), MANAGED)), "listen": ""})


def back(root: Path) -> None:
    record = kept(str(root), "/var/lib/mailfleet/previous")
    assert record is not None
    with transaction(str(root)) as change:
        files = files_of(record)
        change.keep(list(files))
        change.stage([file for file in files.values() if file])
        list(change.put_all())
        for path in (path for path, file in files.items() if file is None):
            change.remove(path)


def test_what_worked_comes_back_and_what_was_new_goes(tmp_path: Path) -> None:
    write(tmp_path, MAIN, "old")
    write(tmp_path, "/usr/local/bin/program", "old")
    works(tmp_path)
    remember(str(tmp_path), MANAGED)
    for file in MANAGED:
        write(tmp_path, str(file["path"]), "new")
    back(tmp_path)
    assert (tmp_path / MAIN[1:]).read_text() == "old"
    assert not (tmp_path / TABLE[1:]).exists()
    assert (tmp_path / "usr/local/bin/program").read_text() == "new"


def test_what_was_never_loaded_is_not_kept(tmp_path: Path) -> None:
    write(tmp_path, MAIN, "good")
    works(tmp_path)
    remember(str(tmp_path), MANAGED)
    write(tmp_path, MAIN, "written by a run that was killed")
    remember(str(tmp_path), MANAGED)
    back(tmp_path)
    assert (tmp_path / MAIN[1:]).read_text() == "good"


def test_later_credentials_are_kept_with_it(tmp_path: Path) -> None:
    write(tmp_path, MAIN, "old")
    write(tmp_path, CREDENTIALS, "# ours\n[a]:587 u:old\n[gone]:587 u:p\n")
    works(tmp_path)
    remember(str(tmp_path), MANAGED)
    write(tmp_path, CREDENTIALS, "# ours\n[a]:587 u:new\n")
    renew_credentials(str(tmp_path))
    assert (tmp_path / "var/lib/mailfleet/previous").stat().st_mode & 0o777 == 0o600
    back(tmp_path)
    assert (tmp_path / CREDENTIALS[1:]).read_text() == "# ours\n[a]:587 u:new\n[gone]:587 u:p\n"
    seen = (previous(str(tmp_path)) or {})[CREDENTIALS]
    assert seen == observed(str(tmp_path), MANAGED)[CREDENTIALS]


def test_without_a_record_there_is_nothing_to_renew(tmp_path: Path) -> None:
    renew_credentials(str(tmp_path))
    assert previous(str(tmp_path)) is None


def test_somebodys_configuration_is_kept_whole_and_can_come_back(tmp_path: Path) -> None:
    root = str(tmp_path)
    write(tmp_path, MAIN, "theirs")
    write(tmp_path, f"{POSTFIX}virtual", "their own table")
    set_aside(root)
    remember(root, MANAGED)
    keep(root, APPLIED, {"by": "ops"})
    write(tmp_path, MAIN, "ours")
    set_aside(root)
    kept_aside = tmp_path / ADOPTED[1:]
    assert kept_aside.stat().st_mode & 0o777 == 0o700
    assert (kept_aside / "postfix/main.cf").read_text() == "theirs"
    assert (kept_aside / "postfix/virtual").read_text() == "their own table"
    back(tmp_path)
    assert (tmp_path / MAIN[1:]).read_text() == "theirs"


def test_a_bare_host_has_nothing_to_set_aside(tmp_path: Path) -> None:
    set_aside(str(tmp_path))
    assert not (tmp_path / ADOPTED[1:]).exists()
