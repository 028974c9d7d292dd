"""What SES signs with: as the policy says, as SES tells, and what has to be done between them."""

from dataclasses import replace
from typing import Any

import pytest

from mailfleet.aws.dkim import (
    DEFAULT,
    Dkim,
    check_key,
    desired_dkim,
    dkim_from_ses,
    is_rotating,
    published_key,
)
from mailfleet.aws.domain_plan import DomainPlan
from mailfleet.aws.hosted_zone import HostedZone
from mailfleet.aws.identity import Identity
from mailfleet.aws.identity_plan import IdentityPlan, identity_notes
from mailfleet.aws.identity_settings import Settings
from mailfleet.aws.resources.dkim_key import missing_dkim_keys
from mailfleet.aws.resources.email_identity import EmailIdentity
from mailfleet.plan.change import Change
from mailfleet.plan.engine import Plan
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Byodkim, Domain, EasyDkim, Mail, PolicyError, Route, Ses, Smtp, secret

REGIONS = ("us-east-1", "eu-west-1")
KEY = "MIIB" + "A" * 388
OWN = Dkim("EXTERNAL", selector="mf1", public=KEY)
REPLICA = Dkim("AWS_SES_US_EAST_1")
SHORT = Dkim(key_length="RSA_1024_BIT")
TXT = OWN.record("example.com")


def policy(dkim: EasyDkim | Byodkim, regions: tuple[str, ...] = REGIONS, **more: Any) -> Mail:
    return Mail(
        domains=[Domain("example.com", dkim=dkim)],
        providers=[Ses(region, name=region) for region in regions],
        routes=[Route(region, senders=[f"{region}@example.com"]) for region in regions[1:]],
        **more,
    )


def desired(dkim: EasyDkim | Byodkim) -> list[Dkim]:
    mail = policy(dkim)
    return [desired_dkim(mail.domains[0], region, mail) for region in REGIONS]


def sending(found: Dkim, want: Dkim, **more: Any) -> IdentityPlan:
    settings = Settings(fleet="fleet", dkim=found)
    identity = Identity(("a", "b", "c"), "dkim.amazonses.com", "SUCCESS", "SUCCESS")
    identity = replace(identity, settings=settings, **more)
    return IdentityPlan("example.com", "eu-west-1", identity, replace(settings, dkim=want))


def test_each_region_has_keys_of_its_own_unless_the_policy_names_a_parent() -> None:
    assert desired(EasyDkim()) == [DEFAULT, DEFAULT]
    assert desired(EasyDkim(parent="us-east-1")) == [DEFAULT, REPLICA]
    assert desired(EasyDkim(key_length=1024)) == [SHORT, SHORT]
    assert REPLICA.parent == "us-east-1"
    assert DEFAULT.parent is OWN.parent is None


def key_changes(*desired: Dkim | None) -> list[Change]:
    """For the keys of a domain's identities."""
    identities = [
        IdentityPlan("example.com", f"region-{n}", None, Settings(dkim=dkim))
        for n, dkim in enumerate(desired)
    ]
    plan = DomainPlan("example.com", HostedZone("Z1", "example.com"), {}, tuple(identities))
    return Plan("@aws", list(missing_dkim_keys([plan]))).changes


def test_one_key_of_ours_serves_all_regions_and_is_kept_once() -> None:
    first, second = desired(Byodkim("mf1"))
    assert first == second == Dkim("EXTERNAL", selector="mf1")
    assert first.secret == second.secret
    (change,) = key_changes(first, second, DEFAULT, None)
    assert change == Change(
        "@aws", "secret", "mailfleet/dkim/example.com/mf1", "create", None, "(secret)"
    )
    assert key_changes(replace(first, public=KEY)) == []


@pytest.mark.parametrize(
    ("regions", "parent"), [(REGIONS, "eu-central-1"), (("us-east-1",), "eu-west-1")]
)
def test_a_parent_that_the_domain_does_not_send_from_is_refused(
    regions: tuple[str, ...], parent: str
) -> None:
    with pytest.raises(PolicyError, match=f"found the parent {parent}, expected a region .*us-e"):
        policy(EasyDkim(parent=parent), regions)


def test_a_selector_that_a_provider_uses_is_refused() -> None:
    smtp = Smtp("smtp.x.example", "x", "u", secret("env:X"), dkim={"s1._domainkey": "s1.x.example"})
    with pytest.raises(PolicyError, match=r"found 's1\._domainkey' twice"):
        Mail([Domain("example.com", dkim=Byodkim("s1"))], [smtp])


def test_what_ses_tells() -> None:
    lengths = {"NextSigningKeyLength": "RSA_1024_BIT", "CurrentSigningKeyLength": "RSA_2048_BIT"}
    assert dkim_from_ses({"SigningAttributesOrigin": "AWS_SES", **lengths}) == SHORT
    assert dkim_from_ses({"SigningAttributesOrigin": "AWS_SES_US_EAST_1", **lengths}) == REPLICA
    own = {"SigningAttributesOrigin": "EXTERNAL", "Tokens": ["MF1"], "Status": "FAILED"}
    assert dkim_from_ses(own) == Dkim("EXTERNAL", selector="mf1", failed=True)
    assert is_rotating(lengths)
    assert not is_rotating({**lengths, "CurrentSigningKeyLength": "RSA_1024_BIT"})
    assert not is_rotating({})


@pytest.mark.parametrize(
    "value",
    [
        TXT.values[0],
        f'"p={KEY}"',
        f'"v=DKIM1; n=p; p = {KEY[:200]} " "{KEY[200:]};"',
    ],
)
def test_the_published_key_is_found_in_its_record(value: str) -> None:
    zone = {TXT.id: replace(TXT, values=(value,))}
    assert published_key("example.com", "mf1", zone) == KEY
    assert published_key("example.com", "mf2", zone) is None


def test_ses_has_the_key_that_is_published_at_its_selector() -> None:
    zone = {TXT.id: TXT}
    told = replace(OWN, public=None)
    assert told.published("example.com", zone, replace(OWN, selector="mf2")) == OWN
    assert told.published("example.com", {}, OWN).public is None
    assert replace(told, selector=None).published("example.com", zone, OWN) == OWN
    assert DEFAULT.published("example.com", zone, OWN) == DEFAULT


def test_a_key_is_published_in_strings_of_255_octets() -> None:
    assert TXT.name == "mf1._domainkey.example.com"
    assert [len(string) for string in TXT.values[0].split('"')[1::2]] == [255, 392 + 18 - 255]
    unknown = replace(OWN, public=None)
    assert unknown.record("example.com").values == ("(known after apply)",)
    assert "key (known after apply)" in unknown.text


def test_a_new_key_never_takes_the_place_of_a_published_one() -> None:
    unknown = desired(Byodkim("mf1"))[0]
    zone = {TXT.id: TXT}
    with pytest.raises(PlanError, match=r"found TXT mf1\._domain.*restore that secret, or"):
        check_key("example.com", unknown, zone)
    check_key("example.com", unknown, {})
    check_key("example.com", replace(unknown, public=KEY), zone)
    check_key("example.com", DEFAULT, zone)


@pytest.mark.parametrize(
    ("found", "want"),
    [
        (DEFAULT, SHORT),
        (DEFAULT, OWN),
        (DEFAULT, REPLICA),
        (OWN, DEFAULT),
        (REPLICA, DEFAULT),
        (OWN, replace(OWN, selector="mf2")),
        (OWN, replace(OWN, public=KEY.replace("A", "B"))),
        (replace(OWN, public=None), OWN),
        (replace(OWN, failed=True), OWN),
    ],
)
def test_other_keys_are_told_and_the_gate_looks_at_them(found: Dkim, want: Dkim) -> None:
    identity = sending(found, want)
    assert identity.new_keys == want
    assert not identity.verified
    (change,) = Plan("@aws", [EmailIdentity(identity, "fleet", "")]).changes
    assert change.before == f"DKIM: {found.text}\ntag mailfleet: fleet"
    assert change.after == f"DKIM: {want.text}\ntag mailfleet: fleet"
    told = identity.resigned(("d", "e", "f"), "dkim.amazonses.com")
    assert told.new_keys is None
    assert Plan("@aws", [EmailIdentity(told, "fleet", "")]).changes == []


def test_the_records_of_keys() -> None:
    def ids(identity: IdentityPlan) -> list[str]:
        return [record.id for record in identity.records]

    assert ids(sending(DEFAULT, DEFAULT))[0] == "CNAME a._domainkey.example.com"
    assert "(known after apply)" in ids(sending(DEFAULT, SHORT))[0]
    told = sending(DEFAULT, SHORT).resigned(("d", "e", "f"), "dkim.amazonses.com")
    assert ids(told)[0] == "CNAME d._domainkey.example.com"
    assert ids(sending(DEFAULT, OWN)) == [TXT.id]
    assert ids(sending(DEFAULT, REPLICA)) == []


def test_signing_that_is_off_is_no_other_key() -> None:
    off = sending(replace(DEFAULT, enabled=False), DEFAULT, signing=False)
    assert off.new_keys is None
    assert not off.verified
    assert "switched off" in str(off.found and off.found.shown_status)
    (change,) = Plan("@aws", [EmailIdentity(off, "fleet", "")]).changes
    assert "DKIM: Easy DKIM RSA_2048_BIT, switched off" in str(change.before)


def test_only_keys_of_ours_leave_a_gap_without_signatures() -> None:
    assert list(identity_notes([sending(DEFAULT, SHORT), sending(OWN, OWN)])) == []
    for identity in (sending(DEFAULT, OWN), sending(OWN, DEFAULT)):
        (note,) = identity_notes([identity])
        assert "eu-west-1/example.com gets other DKIM keys" in note


def test_while_easy_dkims_keys_rotate_the_old_ones_sign() -> None:
    identity = Identity(("a",), "dkim.amazonses.com", "SUCCESS", "PENDING", rotating=True)
    assert identity.verified
    assert not replace(identity, rotating=False).verified
    assert not replace(identity, status="PENDING").verified
    assert not replace(identity, dkim_status="FAILED").verified
