"""Programs on the hosts of an inventory, for commands: the inventory's own connections, without a
run of pyinfra's and without what that prints.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

import gevent
from gevent.pool import Pool
from pyinfra import logger
from pyinfra.api.arguments import CONNECTOR_ARGUMENT_KEYS, pop_global_arguments
from pyinfra.api.exceptions import InventoryError, NoGroupError, PyinfraError
from pyinfra.api.host import Host
from pyinfra.api.inventory import Inventory

from mailfleet.run.commands import HostCommand
from mailfleet.run.connectors import NO_REASON, NOT_SENT
from mailfleet.run.groups import ACCOUNTS

AT_A_TIME = 100
"""Hosts that are asked at the same time."""
DISCONNECTED_WITHIN = 5
_LONGEST = 300

CommandFor = Callable[[Host], HostCommand]


@dataclass(frozen=True)
class Reply:
    """What a host answered; or `problem`, one sentence that says why it gave no answer."""

    host: str
    answer: Any = None
    problem: str = ""


def relays_of(inventory: Inventory, limit: Sequence[str] = ()) -> list[Host]:
    """The relay hosts of an inventory; with `limit`, those of these groups and names, which may
    have wildcards, as pyinfra's --limit. InventoryError for one that matches none."""
    relays = [host for host in inventory if ACCOUNTS not in host.groups]
    if not relays:
        raise InventoryError("found no relay host in the inventory, expected at least one")
    if not limit:
        return relays
    chosen = {host.name for pattern in limit for host in _matching(inventory, relays, pattern)}
    return [host for host in relays if host.name in chosen]


def _matching(inventory: Inventory, relays: Sequence[Host], pattern: str) -> Sequence[Host]:
    try:
        group = {host.name for host in inventory.get_group(pattern)}
    except NoGroupError:
        group = set()
    found = [host for host in relays if host.name in group or fnmatch(host.name, pattern)]
    if not found:
        names = ", ".join(host.name for host in relays[:5]) + (", ..." if relays[5:] else "")
        raise InventoryError(
            f"--limit {pattern}: found no relay host, expected a group or one of {names}"
        )
    return found


def ask(hosts: Sequence[Host], command_for: CommandFor, within: float) -> Iterator[Reply]:
    """Run a program on each host and yield replies as they come, all hosts at the same time.

    `within`: seconds for connecting and the program together. Connections stay open, for another
    round, until disconnect().
    """
    if not any(isinstance(handler, logging.NullHandler) for handler in logger.handlers):
        logger.addHandler(logging.NullHandler())  # else warnings reach standard error
    pool = Pool(max(1, min(len(hosts), AT_A_TIME)))
    try:
        yield from pool.imap_unordered(lambda host: _reply(host, command_for(host), within), hosts)
    finally:
        pool.kill(block=False)


def disconnect(hosts: Sequence[Host]) -> None:
    """Close all connections; no host is waited for long."""
    gevent.joinall([gevent.spawn(_disconnect, host) for host in hosts if host.connected])


def _reply(host: Host, command: HostCommand, within: float) -> Reply:
    connected = host.connected
    try:
        with gevent.Timeout(within):
            if not connected:
                host.connect(show_errors=False, raise_exceptions=True)
                connected = True
            return Reply(host.name, _answer(host, command))
    except gevent.Timeout:
        done = command.unfinished if connected else "nothing was sent to it"
        reason = f"no answer within {within:g} s: {done}"
    except (PyinfraError, OSError, ValueError) as error:
        said = _one_line(str(error) or type(error).__name__)
        reason = said if connected else f"not reached: {said.removesuffix(f'; {NOT_SENT}')}"
    _disconnect(host)
    return Reply(host.name, problem=reason)


def _answer(host: Host, command: HostCommand) -> Any:
    """Raises ValueError with a sentence when there is none."""
    found, _ = pop_global_arguments(host.state, host, {})
    arguments = {key: value for key, value in found.items() if key in CONNECTOR_ARGUMENT_KEYS}
    arguments.update(command.connector_arguments)
    status, output = host.run_shell_command(command, **arguments)
    if status:
        return command.answer_from(output.stdout_lines)
    said = [line for line in output.stderr_lines if line.strip()]
    raise ValueError(said[-1].removeprefix("mailfleet: ") if said else NO_REASON)


def _disconnect(host: Host) -> None:
    """A connection that is gone already cannot be closed properly, and need not be."""
    host.connected = False
    with contextlib.suppress(gevent.Timeout, Exception), gevent.Timeout(DISCONNECTED_WITHIN):
        host.disconnect()


def _one_line(text: str) -> str:
    words = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 4]} ..."
