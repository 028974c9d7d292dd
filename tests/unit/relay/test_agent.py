import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from mailfleet.relay.agent import _PARTS, AGENT, ANSWER, UNFINISHED, answer_in, program
from mailfleet.relay.health import health
from tests.support.relay_policy import policy

REQUEST = {"files": [{"path": "/nowhere/é\n'\"\\", "secret": False}], "packages": [], "units": [],
           "previous": False}  # fmt: skip


def test_a_program_reads_its_request_from_its_own_text() -> None:
    text = program("read", REQUEST)
    answer = subprocess.run(
        [sys.executable, "-I", "-"], input=text.encode(), capture_output=True, check=True
    )
    found = answer_in(answer.stdout.decode().splitlines())
    assert found["files"] == {"/nowhere/é\n'\"\\": None}


@pytest.mark.parametrize(
    "name",
    [
        "read",
        "apply",
        "drain_connections",
        "rollback",
        "switch",
        "probe_smtp",
        "probe_message",
        "queue_preview",
        "mailq",
        "trace",
    ],
)
def test_programs_are_whole(name: str) -> None:
    text = program(name, {}).encode().decode()
    assert "from agent" not in text
    assert twice(text) == []


def twice(text: str) -> list[str]:
    """Names that two parts of a program define: the later one would count for both."""
    names: list[str] = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        found = [name for target in targets if target for name in ast.walk(target)]
        names += [name.id for name in found if isinstance(name, ast.Name)]
    return sorted({name for name in names if names.count(name) > 1})


@pytest.mark.parametrize(
    "path",
    [path for path in AGENT.rglob("*.py") if "from_rewriting" not in path.parts],
    ids=lambda p: p.stem,
)
def test_whatever_runs_on_any_host_suits_python_3_9(path: Path) -> None:
    """Amazon Linux 2023 has it; there, `X | None` is for annotations alone."""
    tree = ast.parse(path.read_text(), feature_version=(3, 9))
    annotations = [getattr(node, "annotation", None) or getattr(node, "returns", None)
                   for node in ast.walk(tree)]  # fmt: skip
    inside = {id(node) for found in annotations if found for node in ast.walk(found)}
    unions = [node for node in ast.walk(tree)
              if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr)]  # fmt: skip
    assert not [
        ast.unparse(node)
        for node in unions
        if id(node) not in inside and "None" in ast.unparse(node)
    ]


def test_nothing_of_a_program_is_logged() -> None:
    text = program("probe_smtp", {"password": "sentinel"})
    assert "sentinel" not in f"{text}{text!s}{text!r}%s" % text
    assert b"sentinel" in text.encode()


def test_a_mistake_of_ours_shows_no_request() -> None:
    text = program("apply", {"files": "sentinel"})
    answer = subprocess.run(
        [sys.executable, "-I", "-"], input=text.encode(), capture_output=True, check=False
    )
    assert answer.returncode == 1
    assert b"sentinel" not in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_the_watch_over_providers_is_whole() -> None:
    text = (health(policy()).files[0].content or b"").decode()
    assert "from agent" not in text
    assert twice(text) == []


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["Welcome"],
        [f"{ANSWER}1", "Bye", f"{ANSWER}1"],
        [f'{ANSWER}{{"files": {{'],
        [f"{ANSWER}1 Bye"],
    ],
)
def test_no_answer_two_answers_or_a_cut_one_are_none(lines: list[str]) -> None:
    with pytest.raises(ValueError, match=r"expected|Expecting|Extra"):
        answer_in(lines)


def test_noise_of_a_log_in_shell_around_an_answer() -> None:
    text = f"Welcome to Debian! {ANSWER}{json.dumps([ANSWER])}"
    assert answer_in(["Last login: today", text, "Bye", ""]) == [ANSWER]


def test_what_a_host_may_have_done_is_known_of_each_program() -> None:
    assert UNFINISHED.keys() == _PARTS.keys()


def test_a_program_that_ends_well_says_so(tmp_path: Path) -> None:
    """Nothing is taken for done where a log-in shell ended well without starting it."""
    request = {"ports": [], "within": 1}
    text = program("drain_connections", request).encode().decode()
    text = text.replace("/etc/postfix/sasl_passwd", str(tmp_path))
    text = text.replace('("smtp", "tlsproxy")', '("none of this machine",)')
    done = subprocess.run([sys.executable, "-I", "-"], input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert answer_in(done.stdout.splitlines()) is None
    bad = program("probe_message", {}).encode().decode()
    done = subprocess.run([sys.executable, "-I", "-"], input=bad, capture_output=True, text=True)
    assert done.returncode != 0
    assert ANSWER not in done.stdout
