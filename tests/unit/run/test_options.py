"""Run options: read, checked, listed and documented by one declaration."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from click.testing import CliRunner
from pyinfra.api.config import Config
from pyinfra.api.exceptions import InventoryError
from pyinfra.api.host import Host
from pyinfra.api.inventory import Inventory
from pyinfra.api.state import State

from mailfleet.aws.connector import AwsData
from mailfleet.commands.options import options as options_command
from mailfleet.run import option as declarations
from mailfleet.run import options
from mailfleet.run.given_data import check_given
from mailfleet.run.option import Option, choice, declare
from scripts.run_options import PAGE, page
from tests.support.cli import ROOT


def host(given: dict[str, Any], data: dict[str, Any] | None = None, page: str = "") -> Host:
    """A host of an inventory, as a page sees it that was run with `--data`."""
    inventory = Inventory((["@local"], data or {}), override_data=given)  # type: ignore[no-untyped-call]
    state = State(inventory, Config())  # type: ignore[no-untyped-call]
    state.current_exec_filename = page and str(ROOT / page)
    return inventory.get_host("@local")


@pytest.fixture
def toy() -> Iterator[Option[str]]:
    """An option that is declared here, and nowhere else."""
    yield declare(choice("toy", "Which toy to play with.", ("ball", "kite"), ("deploy.py",)))
    del declarations.DECLARED["toy"]


def test_a_declared_option_is_read_checked_listed_and_documented(toy: Option[str]) -> None:
    assert toy.of(host({})) == "ball"
    assert toy.of(host({"toy": "kite"})) == "kite"
    check_given(host({"toy": "kite"}, page="deploy.py"))
    with pytest.raises(InventoryError, match=r"^--data toy: found 'car', expected ball or kite$"):
        check_given(host({"toy": "car"}))
    with pytest.raises(InventoryError, match=r"found it with switch\.py, expected .* deploy\.py$"):
        check_given(host({"toy": "kite"}, page="switch.py"))
    with pytest.raises(InventoryError, match="expected an option such as toy"):
        check_given(host({"toyy": "kite"}))
    listed = CliRunner().invoke(options_command, ["deploy.py"]).output
    assert "toy=ball or kite (default: ball)\n    deploy.py: Which toy" in listed
    assert "toy" not in CliRunner().invoke(options_command, ["switch.py"]).output
    row = "| `toy` | ball or kite | `ball` | `deploy.py` | Which toy to play with. |"
    assert row in page(PAGE.read_text())


def test_the_page_is_what_the_declarations_say() -> None:
    """If this fails, run `python -m scripts.run_options`."""
    text = PAGE.read_text()
    assert page(text) == text


def test_an_option_is_declared_once(toy: Option[str]) -> None:
    with pytest.raises(ValueError, match="option toy: found two declarations"):
        declare(toy)


@pytest.mark.parametrize(
    ("given", "near"),
    [("rolout", "rollout"), ("plan-out", "plan_out"), ("Read", "read"), ("ssh_usr", "ssh_user"),
     ("sudo", "_sudo")],
)  # fmt: skip
def test_a_misspelt_name_is_answered_with_the_closest_one(given: str, near: str) -> None:
    with pytest.raises(InventoryError) as mistake:
        check_given(host({given: "all"}))
    assert f"--data {given}: found a name that nothing reads" in str(mistake.value)
    assert f"such as {near}:" in str(mistake.value)
    assert "\n" not in str(mistake.value)


@pytest.mark.parametrize(
    "name", ["ssh_user", "_sudo", "docker_identifier", "own", "answers_within"]
)
def test_names_of_pyinfra_its_connectors_and_the_inventory_are_fine(name: str) -> None:
    check_given(host({name: 5}, {"own": 1}, page="deploy.py"))


def test_data_of_the_inventory_alone_are_not_judged_by_their_names() -> None:
    check_given(host({}, {"anything": 1}))


@pytest.mark.parametrize(
    ("option", "given", "value"),
    [
        (options.MANY_CHANGES, "yes", True),
        (options.CHECK_DELEGATION, False, False),
        (options.PLAN_OUT, 2026, "2026"),
        (options.TO, "ses:9,sendgrid:1", "ses:9,sendgrid:1"),
        (options.ANSWERS_WITHIN, 60, 60),
        (options.RESOLVER, ["192.0.2.53", 53], ("192.0.2.53", 53)),
        (options.AWS_RATES, {"ses": 5}, {"ses": 5.0}),
        (options.AWS_TIMEOUT, 0.5, 0.5),
    ],
)
def test_values_have_types(option: Option[Any], given: Any, value: Any) -> None:
    assert option.of(host({option.name: given})) == value


@pytest.mark.parametrize(
    ("option", "given"),
    [
        (options.MANY_CHANGES, "maybe"),
        (options.MANY_CHANGES, ["yes"]),
        (options.READ, "all"),
        (options.ROLLOUT, True),
        (options.ANSWERS_WITHIN, 0),
        (options.ANSWERS_WITHIN, True),
        (options.ANSWERS_WITHIN, "long"),
        (options.RESOLVER, "192.0.2.53"),
        (options.RESOLVER, ["192.0.2.53", 0]),
        (options.AWS_RATES, {"ses": 0}),
        (options.AWS_RATES, "fast"),
        (options.PLAN_OUT, ""),
    ],
)
def test_a_wrong_value_is_one_sentence(option: Option[Any], given: Any) -> None:
    with pytest.raises(InventoryError) as mistake:
        check_given(host({option.name: given}))
    assert str(mistake.value) == (
        f"--data {option.name}: found {given!r}, expected {option.values}"
    )


def test_a_wrong_setting_names_its_host() -> None:
    with pytest.raises(InventoryError, match=r"^@local: answers_within: found 'x', expected 1 to"):
        check_given(host({}, {"answers_within": "x"}))


def test_the_connectors_data_are_declared() -> None:
    assert set(get_type_hints(AwsData)) <= set(declarations.DECLARED)


def test_data_are_read_by_their_declarations_alone() -> None:
    """Apart from the policy itself, and what pyinfra defines."""
    allowed = {"mail", "relay", "ssh_hostname"}
    for folder in ("mailfleet", "tasks"):
        for path in (ROOT / folder).rglob("*.py"):
            for name in _names_read(path):
                assert name in allowed, (
                    f"{path} reads {name}: declare it in mailfleet/run/options.py"
                )


def _names_read(path: Path) -> Iterator[str]:
    for part in path.read_text().split("data.get(")[1:]:
        name = part.split(",")[0].split(")")[0].strip()
        if name != "self.name":
            yield name.strip('"')
