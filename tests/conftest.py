"""What all tests share. pyinfra needs gevent's patches, and boto3 needs them before its import."""

from gevent import monkey

monkey.patch_all()

import pytest  # noqa: E402


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--inventory",
        default=None,
        help="the pyinfra inventory that tests/verify looks at, such as inventory/production.py",
    )
