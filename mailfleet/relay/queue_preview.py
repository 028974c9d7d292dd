"""Asking a host what a configuration would do with its queued mail."""

from collections.abc import Mapping
from typing import Any

from pyinfra.api.host import Host

from mailfleet.relay.agent import WITHIN, program
from mailfleet.relay.queue_facts import QueuePreview
from mailfleet.relay.queued_mail import preview_notes
from mailfleet.relay.request import preview_request, preview_rollback_request
from mailfleet.relay.state import HostState
from mailfleet.relay.tree import Desired


def preview(host: Host, desired: Desired, state: HostState) -> tuple[str, ...]:
    """What would happen to the queued mail, as notes for the plan. A host without queued mail, or
    whose Postfix stays as it is, is not asked. One that does not answer has failed in this run."""
    return _asked(host, preview_request(desired, state))


def preview_rollback(host: Host, state: HostState) -> tuple[str, ...]:
    """The same, with the previous configuration."""
    return _asked(host, preview_rollback_request(state))


def _asked(host: Host, request: Mapping[str, Any] | None) -> tuple[str, ...]:
    if request is None:
        return ()
    answer = host.get_fact(QueuePreview, _stdin=program("queue_preview", request), _timeout=WITHIN)
    return preview_notes(answer) if answer else ()
