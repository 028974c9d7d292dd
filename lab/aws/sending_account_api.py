"""SES v2's operations on the account itself, as boto3 names their parameters and results.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Operations.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.aws.sending_account import SendingAccount, SendingAccounts

Params = Mapping[str, Any]
Result = dict[str, Any]


class SendingAccountApi:
    """One method an operation; the lower-case name is the operation's."""

    def __init__(self, accounts: SendingAccounts) -> None:
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


def _quota(account: SendingAccount) -> Result:
    return {
        "Max24HourSend": float(account.max_24_hour_send),
        "MaxSendRate": float(account.max_send_rate),
        "SentLast24Hours": float(account.sent_last_24_hours),
    }
