"""What all tests share. pyinfra needs gevent's patches, and boto3 needs them before its import."""

from gevent import monkey

monkey.patch_all()

from pathlib import Path  # noqa: E402

import pytest  # noqa: E402


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--inventory",
        default=None,
        help="the pyinfra inventory that tests/verify looks at, such as inventory/production.py",
    )
    parser.addoption(
        "--group-data",
        action="append",
        default=[],
        help="further group_data folders, as pyinfra's own option of that name",
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """tests/verify looks at a real fleet: only when one is named."""
    if collection_path.name == "verify" and not config.getoption("--inventory"):
        return True
    return None
