"""Time spans that commands are given."""

import pytest

from mailfleet.commands.time_span import seconds_of


@pytest.mark.parametrize(("given", "seconds"), [("30m", 1800), ("12h", 43200), ("2d", 172800)])
def test_time_spans(given: str, seconds: int) -> None:
    assert seconds_of(given) == seconds


@pytest.mark.parametrize("given", ["", "2", "0d", "2w", "-1d", "2d3h"])
def test_what_is_no_time_span(given: str) -> None:
    with pytest.raises(ValueError, match="expected a time span such as"):
        seconds_of(given)
