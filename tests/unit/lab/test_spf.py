"""SPF as the lab's receivers evaluate it agrees with RFC 7208's published test suite."""

from lab.spf import check_host
from tests.support.rfc7208 import Check


def test_every_answer_of_the_published_suite(rfc7208_checks: list[Check]) -> None:
    wrong = {}
    for check in rfc7208_checks:
        found = check_host(check.host, check.mail_from, check.helo, check.zone.records)
        if found.result not in check.results:
            wrong[check.name] = (found.result, check.results)
    assert len(rfc7208_checks) == 203
    assert wrong == {}
