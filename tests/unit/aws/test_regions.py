"""A region without SES is refused before AWS is asked for anything there."""

from collections.abc import Sequence

import pytest

from mailfleet.aws.regions import check_regions
from mailfleet.dns.lookup import Unanswered
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Domain, Mail, Ses


def mail(region: str) -> Mail:
    return Mail(domains=[Domain("example.com")], providers=[Ses(region)])


def nothing(name: str, type_: str) -> Sequence[str]:
    return []


def silent(name: str, type_: str) -> Sequence[str]:
    raise Unanswered("DNS did not answer within 5 s")


def test_a_region_of_any_partition_is_known() -> None:
    for region in ("us-east-1", "af-south-1", "us-gov-west-1"):
        check_regions(mail(region), silent)


@pytest.mark.parametrize("lookup", [nothing, silent])
def test_a_region_that_does_not_exist_is_refused(lookup: object) -> None:
    with pytest.raises(
        PlanError, match=r"Ses 'ses': found no SES in a region 'us-east-9', .*us-eas"
    ):
        check_regions(mail("us-east-9"), lookup)  # type: ignore[arg-type]


def test_a_region_younger_than_botocore_is_in_dns() -> None:
    asked = []

    def there(name: str, type_: str) -> Sequence[str]:
        asked.append(name)
        return ["192.0.2.1"]

    check_regions(mail("us-east-9"), there)
    assert asked == ["email-smtp.us-east-9.amazonaws.com"]
