"""One emulated account for all golden policies: nothing that it holds of one changes another."""

from collections.abc import Iterator

import pytest

from tests.support.cloud import Cloud


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    cloud = Cloud(tmp_path_factory.mktemp("golden"), [])
    yield cloud
    cloud.stop()
