"""What a relay host of each system should hold is what it was when it was recorded."""

import pytest

from tests.golden.golden import Golden
from tests.golden.policies import EVERY
from tests.golden.recorded import differences, read
from tests.golden.relays import relays


@pytest.mark.parametrize("golden", [pytest.param(golden, id=golden.name) for golden in EVERY])
def test_the_relays_get_what_was_recorded(golden: Golden) -> None:
    assert list(differences(read(golden.name)["relays"], relays(golden))) == []
