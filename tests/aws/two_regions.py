"""A policy's second region, and the identities in both."""

from typing import Any

from tests.aws.conftest import Fleet
from tests.support.cloud import REGION

SECOND = "eu-west-1"


def both(fleet: Fleet) -> dict[str, Any]:
    """The domain's identity in each region."""
    return {
        region: fleet.cloud.client("sesv2", region).get_email_identity(EmailIdentity=fleet.domain)
        for region in (REGION, SECOND)
    }
