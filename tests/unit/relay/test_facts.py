"""The answer of a host, whatever its log-in shells print."""

import json
import subprocess
import sys

import pytest
from pyinfra.api.exceptions import FactProcessError

from mailfleet.relay.agent import program
from mailfleet.relay.facts import RelayState
from mailfleet.relay.request import read_request
from mailfleet.relay.tree import desired_host
from tests.support.relay_policy import policy


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """What the program "read" prints on this very machine."""
    text = program("read", {**read_request(desired_host(policy(), {})), "units": []})
    done = subprocess.run(
        [sys.executable, "-I", "-"], input=text.encode(), capture_output=True, check=True
    )
    return done.stdout.decode().splitlines()


@pytest.mark.case("hosts-35")
@pytest.mark.parametrize(
    ("before", "after"), [([], ["Bye"]), (["+ python3 -I -"], ["", "logout", "{}"])]
)
def test_noise_after_the_answer(lines: list[str], before: list[str], after: list[str]) -> None:
    state = RelayState().process([*before, *lines, *after])
    assert state
    assert "/etc/postfix/main.cf" in state.files


def test_noise_before_the_answer(lines: list[str]) -> None:
    """Also when it ends without a line feed."""
    text = "\n".join(lines)
    assert RelayState().process(f"{{}}\nWelcome{text}".splitlines())


def test_two_answers_or_a_cut_one_are_not_read(lines: list[str]) -> None:
    for found in ([*lines, *lines], [*lines[:-1], lines[-1][:-20]], [json.dumps({})]):
        with pytest.raises(FactProcessError, match="the answer is not a relay host's state"):
            RelayState().process(found)
