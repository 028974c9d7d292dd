"""A host's answer, and damaged records in it."""

import pytest

from mailfleet.relay.state import Applied, Loaded, parse
from tests.support.relay_hosts import READ_ANSWER


def test_records_are_understood() -> None:
    state = parse(READ_ANSWER)
    assert state.loaded == Loaded("d", "l")
    assert state.applied == Applied("ann", "desk", "now")
    assert state.switch.to == {"ses": 1}
    assert state.switch.health == {"sendgrid": 0.05}


@pytest.mark.parametrize("damaged", [None, {}, {"digest": "d"}, {"by": "ann"}, {"x": "y"}])
def test_a_damaged_record_is_none(damaged: dict[str, str] | None) -> None:
    state = parse({**READ_ANSWER, "loaded": damaged, "applied": damaged})
    assert state.loaded is None
    assert state.applied is None
