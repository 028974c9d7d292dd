"""`make bench`: what a deploy costs, at AWS and on relay hosts, and how fast relays send, beside
other ways to the same. `python -m benchmarks aws|deploys|relay` does a part of it.

On relay hosts: a deploy that changes nothing, beside pyinfra's stock operations. Both run against
the same hosts of the lab, in turns, in one go. Counts are exact; times are of this machine and
this moment, so compare them with each other only.
"""

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import aws, relay
from lab.control import Control
from lab.errors import LabError
from lab.state import CHECKOUT, Lab

INVENTORY = "inventory/lab.py"
STOCK = "benchmarks/stock_operations.py"
PARTS = ("aws", "deploys", "relay")
ROUNDS = 5
_COMMAND = re.compile(r"\[(relay\d)\]\s+>>>")


@dataclass(frozen=True)
class Cost:
    seconds: float
    commands: float  # remote commands a host
    calls: int  # AWS API calls


def main(parts: Sequence[str]) -> None:
    unknown = set(parts) - set(PARTS)
    if unknown:
        raise LabError(f"found {' '.join(sorted(unknown))}, expected some of {' '.join(PARTS)}")
    wanted = parts or PARTS
    if "aws" in wanted:
        aws.main()
    if {"deploys", "relay"} & set(wanted):
        lab = _lab()
        if "deploys" in wanted:
            _deploys(lab)
        if "relay" in wanted:
            relay.main(lab)


def _deploys(lab: Lab) -> None:
    measured: dict[str, list[Cost]] = {"deploy.py": [], STOCK: []}
    for _ in range(ROUNDS):
        for deploy, costs in measured.items():
            costs.append(_measure(lab, deploy))
    _print(measured, len(lab.relays))


def _lab() -> Lab:
    """The lab with the policy deployed; brought up when it is not."""
    subprocess.run([sys.executable, "-m", "lab", "up"], cwd=CHECKOUT, check=True)
    lab = Lab.load()
    if not lab.relays:
        raise LabError(f"nothing to measure: {lab.why_no_relays}")
    _pyinfra("deploy.py")
    return lab


def _measure(lab: Lab, deploy: str) -> Cost:
    control = Control(lab.control)
    control.forget_calls()
    start = time.monotonic()
    output = _pyinfra(deploy)
    seconds = time.monotonic() - start
    return Cost(seconds, len(_COMMAND.findall(output)) / len(lab.relays), len(control.calls()))


def _pyinfra(deploy: str) -> str:
    done = subprocess.run(
        [Path(sys.executable).parent / "pyinfra", INVENTORY, deploy, "-y", "-vv"],
        cwd=CHECKOUT, env={**os.environ, "PYINFRA_PROGRESS": "off"}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise LabError(f"{deploy} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def _print(measured: dict[str, list[Cost]], hosts: int) -> None:
    table = Table(title=f"A deploy that changes nothing, {hosts} relay hosts, {ROUNDS} rounds")
    for heading in ("", "remote commands a host", "AWS calls", "seconds (min / median)", "ratio"):
        table.add_column(heading, no_wrap=True)
    ours = statistics.median(cost.seconds for cost in measured["deploy.py"])
    for deploy, costs in measured.items():
        seconds = [cost.seconds for cost in costs]
        median = statistics.median(seconds)
        table.add_row(
            Path(deploy).stem.replace("_", " "),
            f"{costs[-1].commands:g}",
            str(costs[-1].calls),
            f"{min(seconds):.2f} / {median:.2f}",
            f"{median / ours:.1f}",
        )
    Console(width=100).print(table)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except LabError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
