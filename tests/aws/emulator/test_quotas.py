"""What comes faster than AWS allows is answered as AWS does.

https://docs.aws.amazon.com/general/latest/gr/ses.html#ses_quotas
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from lab.aws.errors import ApiError
from lab.aws.quotas import RATES, Quotas

if TYPE_CHECKING:
    from tests.aws.emulator.conftest import Aws, Zone


def let_in(rates: dict[str, float], times: list[float], service: str = "route53") -> list[float]:
    """When requests at these times are let in."""
    now = iter(times)
    quotas = Quotas(lambda: rates, lambda: next(now))
    passed = []
    for at in times:
        try:
            quotas.count(service, "us-east-1")
            passed.append(at)
        except ApiError:
            continue
    return passed


def test_five_requests_within_any_second() -> None:
    assert let_in(RATES, [0, 0, 0, 0, 0, 0.5, 0.99, 1.0]) == [0, 0, 0, 0, 0, 1.0]


def test_strict_is_evenly_spaced() -> None:
    strict = {**RATES, "strict": True}
    assert let_in(strict, [0, 0.1, 0.2, 0.39, 0.4]) == [0, 0.2, 0.4]


def test_other_services_are_not_counted() -> None:
    assert let_in(RATES, [0] * 100, "iam") == [0] * 100


def refused(call: Any, **parameters: Any) -> tuple[str, str, int]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return (
        error["Code"],
        error["Message"],
        caught.value.response["ResponseMetadata"]["HTTPStatusCode"],
    )


def test_ses_is_throttled_over_both_apis_together_in_a_region(aws: Aws) -> None:
    aws.control.set_faults(rates={"ses": 0.01})
    aws.client("sesv2").list_email_identities()
    v1 = aws.client("ses").get_identity_dkim_attributes
    assert refused(v1, Identities=["a.example"]) == ("Throttling", "Rate exceeded", 400)
    v2 = aws.client("sesv2").list_email_identities
    assert refused(v2) == ("TooManyRequestsException", "Rate exceeded", 429)
    aws.client("sesv2", region="eu-west-1").list_email_identities()
    aws.client("route53").list_hosted_zones()


def test_route53_is_throttled_over_the_account(aws: Aws) -> None:
    aws.control.set_faults(rates={"route53": 0.01})
    aws.client("route53").list_hosted_zones()
    again = aws.client("route53", region="eu-west-1").list_hosted_zones
    assert refused(again) == ("Throttling", "Rate exceeded", 400)


def test_a_zone_takes_one_batch_at_a_time(aws: Aws, zone: Zone) -> None:
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html"""
    other = aws.zone("example.net")
    aws.control.set_faults(busy_zone=60)
    zone.change(zone.entry("CREATE", "a.example.com", "A", "192.0.2.1"))
    second = zone.entry("CREATE", "b.example.com", "A", "192.0.2.1")
    code, message, status = refused(lambda: zone.change(second))
    assert (code, status) == ("PriorRequestNotComplete", 400)
    assert "still processing a prior request" in message
    other.change(zone.entry("CREATE", "a.example.net", "A", "192.0.2.1"))
