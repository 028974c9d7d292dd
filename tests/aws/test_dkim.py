"""What SES signs with: its own keys, a key of ours, the keys of another region; and changes."""

import re
from typing import Any

import pytest

from mailfleet.aws.rsa_key import new_private_key, public_key
from tests.aws.conftest import Fleet
from tests.aws.two_regions import SECOND, both
from tests.support.cli import Run
from tests.support.cloud import REGION

PUT = "PutEmailIdentityDkimSigningAttributes"


def domain(fleet: Fleet, dkim: str) -> str:
    return f"Domain({fleet.domain!r}, dkim={dkim})"


def deploy(fleet: Fleet, dkim: str, *arguments: str, **more: Any) -> Run:
    """Deploy that policy; nothing is left to do after it, deep as one looks."""
    fleet.write(domains=domain(fleet, dkim), **more)
    fleet.cloud.control.forget_calls()
    run = fleet.deploy("-y", *arguments)
    assert run.status == 0, run.output
    assert fleet.plan("--data", "read=deep") == []
    return run


def writes(fleet: Fleet) -> list[str]:
    return [name for name in fleet.cloud.writes() if name != "PutEmailIdentityMailFromAttributes"]


def keys(fleet: Fleet) -> dict[str, Any]:
    found = fleet.cloud.client("sesv2").get_email_identity(EmailIdentity=fleet.domain)
    dkim: dict[str, Any] = found["DkimAttributes"]
    return dkim


def published(fleet: Fleet) -> dict[str, str]:
    """The DKIM records of the domain: label and value."""
    end = f"._domainkey.{fleet.domain}."
    return {
        record["Name"].removesuffix(end): record["ResourceRecords"][0]["Value"]
        for record in fleet.records()
        if record["Name"].endswith(end)
    }


def private_key(fleet: Fleet, selector: str) -> str:
    name = f"{fleet.name}/dkim/{fleet.domain}/{selector}"
    return str(fleet.cloud.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])


def test_a_key_of_ours_is_made_stored_and_published_and_never_shown(fleet: Fleet) -> None:
    fleet.write(domains=domain(fleet, "Byodkim('mf1')"))
    plan = fleet.plan()
    (secret,) = [c for c in plan if c["kind"] == "secret" and "/dkim/" in c["id"]]
    assert (secret["id"], secret["after"]) == (f"{fleet.name}/dkim/{fleet.domain}/mf1", "(secret)")
    (txt,) = [change for change in plan if change["id"] == f"TXT mf1._domainkey.{fleet.domain}"]
    assert "(known after apply)" in txt["after"]
    outputs = [deploy(fleet, "Byodkim('mf1')", "--diff", "-vvv", "--debug-all").output]
    assert writes(fleet).index("CreateSecret") < writes(fleet).index("CreateEmailIdentity")
    fleet.cloud.control.forget_calls()
    outputs.append(fleet.deploy("--dry", "--diff", "-vvv", "--debug-all").output)
    assert "No changes." in outputs[1]
    assert "GetEmailIdentity" not in [call.operation for call in fleet.cloud.control.calls()]
    private = private_key(fleet, "mf1")
    assert not any(private[at : at + 40] in out for out in outputs for at in (0, 100, 400, 800))
    value = published(fleet)["mf1"]
    strings = re.findall(r'"([^"]*)"', value)
    assert "".join(strings) == f"v=DKIM1; k=rsa; p={public_key(private)}"
    assert [len(string) for string in strings] == [255, len("".join(strings)) - 255]
    assert keys(fleet)["Status"] == "SUCCESS"
    assert keys(fleet)["SigningAttributesOrigin"] == "EXTERNAL"
    without_its_private_half_it_is_refused(fleet)


def without_its_private_half_it_is_refused(fleet: Fleet) -> None:
    fleet.cloud.client("secretsmanager").delete_secret(
        SecretId=f"{fleet.name}/dkim/{fleet.domain}/mf1", ForceDeleteWithoutRecovery=True
    )
    fleet.cloud.control.forget_calls()
    run = fleet.deploy("-y")
    assert run.status != 0
    assert f"found TXT mf1._domainkey.{fleet.domain}, but not its private key" in run.output
    assert "Traceback" not in run.output
    assert fleet.cloud.writes() == []


def test_a_run_killed_after_the_key_was_stored_is_finished_with_that_key(fleet: Fleet) -> None:
    private = new_private_key()
    fleet.cloud.client("secretsmanager").create_secret(
        Name=f"{fleet.name}/dkim/{fleet.domain}/mf1", SecretString=private
    )
    deploy(fleet, "Byodkim('mf1')")
    assert str(public_key(private))[-40:] in published(fleet)["mf1"]


@pytest.mark.slow
def test_a_key_that_was_tampered_with_in_dns_is_published_again(fleet: Fleet) -> None:
    deploy(fleet, "Byodkim('mf1')")
    good = published(fleet)["mf1"]
    tamper(fleet)
    assert {change["kind"] for change in fleet.plan()} == {"identity", "dns record"}
    deploy(fleet, "Byodkim('mf1')")
    assert published(fleet)["mf1"] == good


def tamper(fleet: Fleet) -> None:
    """Publish another key where ours is."""
    record = {"Name": f"mf1._domainkey.{fleet.domain}", "Type": "TXT", "TTL": 300,
              "ResourceRecords": [{"Value": '"v=DKIM1; k=rsa; p=MIGf"'}]}  # fmt: skip
    fleet.cloud.client("route53").change_resource_record_sets(
        HostedZoneId=fleet.zone_id,
        ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]},
    )


def test_other_keys_are_published_before_ses_signs_with_them_and_old_ones_stay(
    fleet: Fleet,
) -> None:
    assert fleet.deploy("-y").status == 0
    easy = published(fleet)
    fleet.write(domains=domain(fleet, "Byodkim('mf1')"))
    change = next(change for change in fleet.plan() if change["kind"] == "identity")
    assert "DKIM: Easy DKIM RSA_2048_BIT" in change["before"].splitlines()
    assert "DKIM: BYODKIM, selector mf1, key (known after apply)" in change["after"].splitlines()
    run = deploy(fleet, "Byodkim('mf1')")
    assert writes(fleet) == ["CreateSecret", "ChangeResourceRecordSets", PUT]
    assert "its mail may leave signed as amazonses.com alone" in " ".join(run.output.split())
    first = published(fleet)
    assert first.items() >= easy.items()
    assert keys(fleet)["Tokens"] == ["mf1"]
    run = deploy(fleet, "Byodkim('mf2')")
    assert writes(fleet) == ["CreateSecret", "ChangeResourceRecordSets", PUT]
    assert (
        f"TXT mf1._domainkey.{fleet.domain} is mailfleet's, but the policy no longer" in run.output
    )
    second = published(fleet)
    assert second.items() > first.items()
    assert second["mf1"] != second["mf2"]
    deploy(fleet, "EasyDkim()")
    assert writes(fleet) == [PUT, "ChangeResourceRecordSets"]
    assert published(fleet).items() > second.items()
    assert keys(fleet)["Status"] == "SUCCESS"


def test_another_key_length_keeps_the_old_keys_and_relays_wait_for_nothing(fleet: Fleet) -> None:
    assert fleet.deploy("-y").status == 0
    old = published(fleet)
    fleet.cloud.control.set_faults(verification="never")
    deploy(fleet, "EasyDkim(key_length=1024)", gate=5)
    assert writes(fleet) == [PUT, "ChangeResourceRecordSets"]
    assert (keys(fleet)["Status"], keys(fleet)["CurrentSigningKeyLength"]) == (
        "PENDING",
        "RSA_2048_BIT",
    )
    assert published(fleet).items() > old.items()
    fleet.cloud.control.reset_faults()
    assert fleet.plan() == []
    assert keys(fleet)["CurrentSigningKeyLength"] == "RSA_1024_BIT"
    fleet.write(domains=domain(fleet, "EasyDkim()"))
    fleet.cloud.control.forget_calls()
    run = fleet.deploy("-y", "--data", "read=deep")
    assert run.status != 0
    assert f"sesv2:{PUT} failed in {REGION}: BadRequestException" in run.output
    assert fleet.cloud.writes() == [PUT]


def two_regions(fleet: Fleet) -> dict[str, Any]:
    """More of a policy: the domain's mail leaves by two regions, the second one first."""
    return {
        "providers": f"Ses({SECOND!r}, name='second'), Ses({REGION!r})",
        "more": f"routes=[Route(via='ses', senders=['bills@{fleet.domain}'])]",
    }


def test_two_regions_sign_with_the_keys_of_one(fleet: Fleet) -> None:
    more = two_regions(fleet)
    fleet.write(domains=domain(fleet, f"EasyDkim(parent={REGION!r})"), **more)
    replica = next(change for change in fleet.plan() if change["id"].startswith(SECOND))
    assert "DKIM: Deterministic Easy DKIM of us-east-1" in replica["after"].splitlines()
    deploy(fleet, f"EasyDkim(parent={REGION!r})", **more)
    found = [identity["DkimAttributes"] for identity in both(fleet).values()]
    assert found[0]["Tokens"] == found[1]["Tokens"]
    assert found[1]["SigningAttributesOrigin"] == "AWS_SES_US_EAST_1"
    assert {dkim["Status"] for dkim in found} == {"SUCCESS"}
    assert len(published(fleet)) == 3
    fleet.cloud.control.forget_calls()
    assert fleet.plan() == []
    assert "GetEmailIdentity" not in [call.operation for call in fleet.cloud.control.calls()]
    replicas_go_before_their_parent(fleet)


def replicas_go_before_their_parent(fleet: Fleet) -> None:
    """The parent stands first in the policy."""
    other = f"Domain('kept.{fleet.domain}', zone={fleet.domain!r}, dmarc=None)"
    fleet.write(
        domains=f"{other}, Domain({fleet.domain!r}, absent=True)",
        providers=f"Ses({REGION!r}), Ses({SECOND!r}, name='second')",
    )
    run = fleet.deploy("-y", "--data", "many_changes=yes")
    assert run.status == 0, run.output
    assert fleet.cloud.writes().count("DeleteEmailIdentity") == 2


@pytest.mark.slow
def test_regions_get_keys_of_their_own_and_share_them_again(fleet: Fleet) -> None:
    more = two_regions(fleet)
    deploy(fleet, f"EasyDkim(parent={REGION!r})", **more)
    deploy(fleet, "EasyDkim()", **more)
    assert writes(fleet) == [PUT, "ChangeResourceRecordSets"]
    assert len(published(fleet)) == 6
    deploy(fleet, f"EasyDkim(parent={REGION!r})", **more)
    assert len(published(fleet)) == 6


def test_signing_that_was_switched_off_by_hand_is_switched_on_again(fleet: Fleet) -> None:
    assert fleet.deploy("-y").status == 0
    fleet.cloud.client("sesv2").put_email_identity_dkim_attributes(
        EmailIdentity=fleet.domain, SigningEnabled=False
    )
    (change,) = fleet.plan()
    assert "DKIM: Easy DKIM RSA_2048_BIT, switched off" in change["before"].splitlines()
    deploy(fleet, "EasyDkim()")
    assert fleet.cloud.writes() == ["PutEmailIdentityDkimAttributes"]
    assert keys(fleet)["SigningEnabled"] is True
