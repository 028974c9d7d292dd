"""SES v2's operations on the account itself, as boto3 names their parameters and results.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Operations.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.aws.errors import ApiError, NotEmulatedError, check_values
from lab.aws.ses_account import SesAccount, SesAccounts

Params = Mapping[str, Any]
Result = dict[str, Any]

_FEATURE = ("DISABLED", "ENABLED")


class SesAccountApi:
    """One method an operation; the lower-case name is the operation's."""

    def __init__(self, accounts: SesAccounts) -> None:
        self._accounts = accounts

    def get_account(self, region: str, params: Params) -> Result:
        """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html"""
        account = self._accounts.of(region)
        found: Result = {
            "DedicatedIpAutoWarmupEnabled": account.auto_warmup,
            "EnforcementStatus": account.enforcement,
            "ProductionAccessEnabled": account.production,
            "SendQuota": _quota(account),
            "SendingEnabled": account.sending,
            "SuppressionAttributes": {"SuppressedReasons": list(account.suppressed)},
        }
        if account.vdm:
            found["VdmAttributes"] = dict(account.vdm)
        if account.details:
            found["Details"] = {**account.details, "ReviewDetails": dict(account.review)}
        return found

    def put_account_details(self, region: str, params: Params) -> Result:
        """A request for production access waits for a review; while there is one, and after a
        denial, AWS takes no other.

        https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutAccountDetails.html
        """
        check_values("MailType", params["MailType"], ("MARKETING", "TRANSACTIONAL"))
        check_values("ContactLanguage", params.get("ContactLanguage", "EN"), ("EN", "JA"))
        if not 1 <= len(params["WebsiteURL"]) <= 1000:
            raise ApiError("BadRequestException", "WebsiteURL must have 1 to 1000 characters")
        if len(params.get("UseCaseDescription", "")) > 5000:
            raise ApiError("BadRequestException", "UseCaseDescription must have at most 5000")
        if len(params.get("AdditionalContactEmailAddresses", ())) > 4:
            raise ApiError("BadRequestException", "at most 4 AdditionalContactEmailAddresses")
        account = self._accounts.of(region)
        asks = bool(params.get("ProductionAccessEnabled")) and not account.production
        if asks and account.review.get("Status") in ("PENDING", "DENIED"):
            raise ApiError("ConflictException", "None", 409)
        account.details = {k: v for k, v in params.items() if k != "ProductionAccessEnabled"}
        if asks:
            account.review = {"Status": "PENDING", "CaseId": "100000000000001"}
        return {}

    def put_account_suppression_attributes(self, region: str, params: Params) -> Result:
        """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutAccountSuppressionAttributes.html"""
        if "ValidationAttributes" in params:
            raise NotEmulatedError("suppression by validation")
        reasons = params.get("SuppressedReasons") or []
        check_values("SuppressedReasons", reasons, ("BOUNCE", "COMPLAINT"))
        self._accounts.of(region).suppressed = list(reasons)
        return {}

    def put_account_vdm_attributes(self, region: str, params: Params) -> Result:
        """What is not said is off, and VDM that is off has no more to tell.

        https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutAccountVdmAttributes.html
        """
        given = params["VdmAttributes"]
        dashboard = given.get("DashboardAttributes", {}).get("EngagementMetrics", "DISABLED")
        guardian = given.get("GuardianAttributes", {}).get("OptimizedSharedDelivery", "DISABLED")
        check_values("VdmEnabled", given.get("VdmEnabled", ""), _FEATURE)
        check_values("EngagementMetrics", dashboard, _FEATURE)
        check_values("OptimizedSharedDelivery", guardian, _FEATURE)
        more = {
            "DashboardAttributes": {"EngagementMetrics": dashboard},
            "GuardianAttributes": {"OptimizedSharedDelivery": guardian},
        }
        on = given["VdmEnabled"] == "ENABLED"
        self._accounts.of(region).vdm = {"VdmEnabled": given["VdmEnabled"], **(more if on else {})}
        return {}


def _quota(account: SesAccount) -> Result:
    return {
        "Max24HourSend": float(account.max_24_hour_send),
        "MaxSendRate": float(account.max_send_rate),
        "SentLast24Hours": float(account.sent_last_24_hours),
    }
