"""What a deploy plans at AWS, writes there and announces is what it was when it was recorded."""

from pathlib import Path

import pytest

from tests.golden.account import deployed
from tests.golden.golden import Golden
from tests.golden.policies import EVERY
from tests.golden.recorded import differences, read
from tests.support.cloud import Cloud


@pytest.mark.parametrize(
    "golden", [pytest.param(golden, id=golden.name) for golden in EVERY if not golden.hosts_only]
)
def test_the_account_gets_what_was_recorded(cloud: Cloud, tmp_path: Path, golden: Golden) -> None:
    found = deployed(cloud, tmp_path, golden)
    assert list(differences(read(golden.name)["account"], found)) == []
