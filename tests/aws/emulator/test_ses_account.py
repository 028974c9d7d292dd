"""The SES account of a region as AWS tells of it.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.aws.emulator.conftest import Aws


def test_the_account_is_out_of_the_sandbox(aws: Aws) -> None:
    account = aws.client("sesv2").get_account()
    assert account["ProductionAccessEnabled"] is True
    assert account["SendingEnabled"] is True
    assert account["SendQuota"] == {
        "Max24HourSend": 50000.0,
        "MaxSendRate": 14.0,
        "SentLast24Hours": 0.0,
    }
    assert "Details" not in account
    assert "VdmAttributes" not in account


def test_the_lab_can_put_a_region_into_the_sandbox(aws: Aws) -> None:
    """ "The sandbox status for your account is unique per each AWS Region."
    https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html"""
    aws.control.set_ses_account("eu-west-1", production=False, max_send_rate=1)
    found = aws.client("sesv2", "eu-west-1").get_account()
    assert found["ProductionAccessEnabled"] is False
    assert found["SendQuota"]["MaxSendRate"] == 1
    assert aws.client("sesv2").get_account()["ProductionAccessEnabled"] is True
    with pytest.raises(RuntimeError, match="an SES account has no 'colour'"):
        aws.control.set_ses_account("eu-west-1", colour="red")


REQUEST = {
    "MailType": "TRANSACTIONAL",
    "WebsiteURL": "https://example.com",
    "UseCaseDescription": "Receipts of orders.",
    "AdditionalContactEmailAddresses": ["ops@example.com"],
    "ContactLanguage": "EN",
}


def test_production_access_waits_for_a_review(aws: Aws) -> None:
    """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_ReviewDetails.html"""
    aws.control.set_ses_account("us-east-1", production=False)
    sesv2 = aws.client("sesv2")
    sesv2.put_account_details(**REQUEST, ProductionAccessEnabled=True)
    account = sesv2.get_account()
    assert account["ProductionAccessEnabled"] is False
    review = account["Details"].pop("ReviewDetails")
    assert (review["Status"], account["Details"]) == ("PENDING", REQUEST)


@pytest.mark.parametrize("status", ["PENDING", "DENIED"])
def test_who_has_asked_does_not_ask_again(aws: Aws, status: str) -> None:
    """ConflictException: "If there is already an ongoing account details update under review"; seen
    after a denial, too."""
    aws.control.set_ses_account("us-east-1", production=False, review={"Status": status})
    sesv2 = aws.client("sesv2")
    with pytest.raises(sesv2.exceptions.ConflictException):
        sesv2.put_account_details(**REQUEST, ProductionAccessEnabled=True)


@pytest.mark.parametrize(
    "change", [{"MailType": "SPAM"}, {"ContactLanguage": "DE"}, {"UseCaseDescription": "x" * 5001}]
)
def test_what_a_request_may_say(aws: Aws, change: dict[str, str]) -> None:
    """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutAccountDetails.html"""
    sesv2 = aws.client("sesv2")
    with pytest.raises(sesv2.exceptions.BadRequestException):
        sesv2.put_account_details(**{**REQUEST, **change})


def test_the_reasons_for_suppression_are_put_as_a_whole(aws: Aws) -> None:
    """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutAccountSuppressionAttributes.html"""
    sesv2 = aws.client("sesv2")
    sesv2.put_account_suppression_attributes(SuppressedReasons=["COMPLAINT"])
    assert sesv2.get_account()["SuppressionAttributes"] == {"SuppressedReasons": ["COMPLAINT"]}
    sesv2.put_account_suppression_attributes()
    assert sesv2.get_account()["SuppressionAttributes"] == {"SuppressedReasons": []}
    with pytest.raises(sesv2.exceptions.BadRequestException):
        sesv2.put_account_suppression_attributes(SuppressedReasons=["SPAM"])


def test_vdm_is_told_of_once_it_was_set(aws: Aws) -> None:
    """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutAccountVdmAttributes.html"""
    sesv2 = aws.client("sesv2")
    sesv2.put_account_vdm_attributes(VdmAttributes={"VdmEnabled": "ENABLED"})
    assert sesv2.get_account()["VdmAttributes"] == {
        "VdmEnabled": "ENABLED",
        "DashboardAttributes": {"EngagementMetrics": "DISABLED"},
        "GuardianAttributes": {"OptimizedSharedDelivery": "DISABLED"},
    }
    sesv2.put_account_vdm_attributes(VdmAttributes={"VdmEnabled": "DISABLED"})
    assert sesv2.get_account()["VdmAttributes"] == {"VdmEnabled": "DISABLED"}
    with pytest.raises(sesv2.exceptions.BadRequestException):
        sesv2.put_account_vdm_attributes(VdmAttributes={"VdmEnabled": "YES"})
