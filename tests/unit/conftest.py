"""What several unit tests share."""

import pytest

from tests.support import rfc7208


@pytest.fixture(scope="session")
def rfc7208_checks() -> list[rfc7208.Check]:
    """The published test suite of RFC 7208; without it the test is skipped, saying why."""
    try:
        return list(rfc7208.checks())
    except rfc7208.NoSuite as reason:
        pytest.skip(str(reason))
