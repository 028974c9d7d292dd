"""An identity's calls, as they are counted before any of them is made."""

from mailfleet.aws.dkim import Dkim
from mailfleet.aws.identity import Identity
from mailfleet.aws.identity_plan import IdentityPlan
from mailfleet.aws.identity_settings import Settings
from mailfleet.aws.resources.email_identity import EmailIdentity
from mailfleet.plan.engine import Plan

SHORT, LONG = Dkim(key_length="RSA_1024_BIT"), Dkim(key_length="RSA_2048_BIT")


def calls(found: Dkim | None, desired: Dkim) -> list[str]:
    identity = (
        None
        if found is None
        else Identity(
            ("a", "b", "c"), "dkim.amazonses.com", settings=Settings(fleet="fleet", dkim=found)
        )
    )
    settings = Settings(fleet="fleet", dkim=desired)
    plan = IdentityPlan("example.com", "us-east-1", identity, settings)
    return [call.operation for call in Plan("@aws", [EmailIdentity(plan, "fleet", "")]).calls]


def test_other_keys_are_asked_for_once() -> None:
    assert calls(SHORT, LONG) == ["PutEmailIdentityDkimSigningAttributes"]


def test_a_new_identity_has_its_keys_from_the_beginning() -> None:
    assert calls(None, LONG) == ["CreateEmailIdentity"]
    assert calls(LONG, LONG) == []
