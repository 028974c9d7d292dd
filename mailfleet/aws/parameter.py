"""A secret that is kept as a parameter of AWS Systems Manager."""

from typing import Any

from mailfleet.aws.command import AwsCommand
from mailfleet.aws.facts import AwsFact
from mailfleet.credential import SecretText
from mailfleet.plan.call import AwsCall


class Parameter(AwsFact[SecretText | None]):
    """A parameter's value, decrypted; None when there is none ("GetParameter", AWS Systems Manager
    API Reference)."""

    def command(self, parameter: str, region: str) -> AwsCommand:
        return AwsCommand(
            AwsCall(
                "ssm",
                "GetParameter",
                {"Name": parameter, "WithDecryption": True},
                region=region,
                absent=("ParameterNotFound",),
            )
        )

    def understand(self, answer: Any) -> SecretText | None:
        return answer and SecretText(answer["Parameter"]["Value"])
