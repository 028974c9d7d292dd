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
