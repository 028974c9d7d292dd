"""What is read of the SES account of a region."""

from typing import Any

from mailfleet.aws.call import AwsCall
from mailfleet.aws.facts import AwsFact
from mailfleet.ses.sending_account import Account, from_ses


class SendingAccount(AwsFact[Account]):
    """Sandbox or production, quota and its use, and the account's settings in one region."""

    def command(self, region: str) -> AwsCall:
        return AwsCall("sesv2", "GetAccount", region=region)

    def understand(self, answer: Any) -> Account:
        return from_ses(answer)
