"""Commands on hosts through the connectors that pyinfra's command line uses, on this machine."""

from pathlib import Path

import pytest

from tests.support.cli import Run, pyinfra

DEPLOY = """
from pyinfra.api.operation import operation

from mailfleet.commands import HostCommand

@operation()
def change():
    yield HostCommand({command!r}, "text", within={within}, unfinished="it may be half done")

change(name="Change")
"""


def deploy(scratch: Path, command: str, *arguments: str, within: int = 10) -> Run:
    file = scratch / "change.py"
    file.write_text(DEPLOY.format(command=command, within=within))
    return pyinfra("@local", "-y", *arguments, str(file), timeout=30)


@pytest.mark.case("hosts-12")
def test_a_warning_of_a_host_reaches_the_operator(tmp_path: Path) -> None:
    run = deploy(tmp_path, "cat; echo warning: no canary; echo wrote it")
    assert run.status == 0
    assert run.output.count("[@local] warning: no canary") == 1
    assert "wrote it" not in run.output


@pytest.mark.case("hosts-12")
def test_a_command_that_never_ends(tmp_path: Path) -> None:
    run = deploy(tmp_path, "sleep 20", within=1)
    assert run.status == 1
    assert "[@local] it did not end within 1 s: it may be half done" in run.output
    assert "Traceback" not in run.output


@pytest.mark.parametrize("arguments", [(), ("-vvv",)])
def test_a_command_that_fails_without_a_word(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """As one that is killed does."""
    run = deploy(tmp_path, "cat >/dev/null; exit 9", *arguments)
    assert run.status == 1
    sentence = "[@local] it ended without a reason (was it killed?): it may be half done"
    assert run.output.count(sentence) == 1


def test_a_command_that_says_why_it_fails_says_nothing_else(tmp_path: Path) -> None:
    run = deploy(tmp_path, "cat >/dev/null; echo mailfleet: no >&2; exit 1")
    assert run.status == 1
    assert "[@local] mailfleet: no" in run.output
    assert "half done" not in run.output
