"""Commands on hosts through the connectors that pyinfra's command line uses, on this machine."""

from pathlib import Path

import pytest

from tests.support.cli import Run, pyinfra

DEPLOY = """
from pyinfra.api.operation import operation

from mailfleet.run.commands import HostCommand
from mailfleet.relay.agent import answer_in

@operation()
def change():
    yield HostCommand({command!r}, "text", within={within}, unfinished="it may be half done",
                      answer_in=answer_in)

change(name="Change")
"""

ANY = """
from pyinfra.operations import server

server.shell(name="Any", commands=[{command!r}])
"""


def deploy(scratch: Path, command: str, *arguments: str, within: int = 10) -> Run:
    file = scratch / "change.py"
    file.write_text(DEPLOY.format(command=command, within=within))
    return pyinfra("@local", "-y", *arguments, str(file), timeout=30)


@pytest.mark.case("hosts-12")
def test_a_warning_of_a_host_reaches_the_operator(tmp_path: Path) -> None:
    file = tmp_path / "any.py"
    file.write_text(ANY.format(command="echo warning: no canary; echo wrote it"))
    run = pyinfra("@local", "-y", str(file))
    assert run.status == 0
    assert run.output.count("[@local] warning: no canary") == 1
    assert "wrote it" not in run.output


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


@pytest.mark.parametrize("said", ["Welcome", "mailfleet-answer: {", "mailfleet-answer: 1 Bye"])
def test_a_shell_that_ends_well_without_an_answer_has_done_nothing(
    tmp_path: Path, said: str
) -> None:
    run = deploy(tmp_path, f"cat >/dev/null; echo '{said}'")
    assert run.status == 1
    assert "in what came from the host: it may be half done" in run.output
    assert "Traceback" not in run.output


def test_an_answer_among_others(tmp_path: Path) -> None:
    run = deploy(tmp_path, "cat >/dev/null; echo Hi; echo 'mailfleet-answer: null'; echo Bye")
    assert run.status == 0, run.output
