"""What holds for all tests."""

import re

from tests.support.cli import ROOT

IMPORTS_A_TEST = re.compile(
    r"^\s*(from|import) (tests\.\S*\btest_|tests\S* import .*\btest_)", re.MULTILINE
)


def test_no_test_imports_another() -> None:
    """What several need stands in tests/support, or beside them under a name of its own."""
    tests = (ROOT / "tests").rglob("*.py")
    assert [str(path) for path in tests if IMPORTS_A_TEST.search(path.read_text())] == []


def test_an_import_of_a_test_would_be_found() -> None:
    for line in ("from tests.aws.test_dns import put", "import tests.aws.test_dns",
                 "from tests.aws import test_dns"):  # fmt: skip
        assert IMPORTS_A_TEST.search(line)
