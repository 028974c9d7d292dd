"""SES identities as a deploy makes, changes, adopts and leaves them."""

import math
from collections import Counter
from itertools import dropwhile
from typing import Any

import pytest

from tests.aws.conftest import Fleet
from tests.support.cli import Run

SETTINGS = "PutEmailIdentityMailFromAttributes"


def identity(fleet: Fleet, name: str = "") -> dict[str, Any]:
    answer = fleet.cloud.client("sesv2").get_email_identity(EmailIdentity=name or fleet.domain)
    found: dict[str, Any] = answer
    return found


def reads(fleet: Fleet, *arguments: str) -> Counter[str]:
    """The reads of identities and records by a plan which finds nothing to do."""
    fleet.cloud.control.forget_calls()
    assert fleet.plan(*arguments) == []
    return Counter(
        call.operation
        for call in fleet.cloud.control.calls()
        if call.service not in ("sts", "iam", "secretsmanager")
        and call.operation not in ("GetAccount", "GetConfigurationSet")
    )


def deploy(fleet: Fleet, domains: str = "", **more: Any) -> Run:
    """Deploy that policy; nothing is left to do after it."""
    fleet.write(domains=domains, **more)
    run = fleet.deploy("-y")
    assert run.status == 0, run.output
    assert fleet.plan() == []
    assert fleet.plan("--data", "read=deep") == []
    return run


def test_a_domain_gets_a_mail_from_domain(fleet: Fleet) -> None:
    deploy(fleet)
    name = f"ses-us-east-1.{fleet.domain}"
    assert identity(fleet)["MailFromAttributes"] == {
        "MailFromDomain": name,
        "MailFromDomainStatus": "SUCCESS",
        "BehaviorOnMxFailure": "USE_DEFAULT_VALUE",
    }
    records = {(r["Type"], r["Name"]): r.get("ResourceRecords") for r in fleet.records()}
    mx = "10 feedback-smtp.us-east-1.amazonses.com."
    assert records["MX", f"{name}."] == [{"Value": mx}]
    assert records["TXT", f"{name}."] == [{"Value": '"v=spf1 include:amazonses.com ~all"'}]
    owned = str(records["TXT", f"_mailfleet.{fleet.domain}."])
    assert f"owns=MX {name}" in owned
    assert f"owns=TXT {name}" in owned


def test_another_mail_from_domain_is_put_setting_by_setting(fleet: Fleet) -> None:
    deploy(fleet)
    domains = f"Domain({fleet.domain!r}, mail_from='m.{fleet.domain}', " + (
        "on_mx_failure='REJECT_MESSAGE')"
    )
    fleet.write(domains=domains)
    change, *records = fleet.plan()
    assert (change["kind"], change["action"]) == ("identity", "update")
    assert f"MAIL FROM: ses-us-east-1.{fleet.domain}" in change["before"].splitlines()
    assert f"MAIL FROM: m.{fleet.domain}" in change["after"].splitlines()
    assert [record["id"] for record in records] == [
        f"MX m.{fleet.domain}",
        f"TXT m.{fleet.domain}",
        f"TXT _mailfleet.{fleet.domain}",
    ]
    shown = fleet.deploy("--dry", "--diff").output
    assert "+ on MX failure: REJECT_MESSAGE" in shown
    run = deploy(fleet, domains)
    assert (
        f"MX ses-us-east-1.{fleet.domain} is mailfleet's, but the policy no longer asks"
        in run.output
    )
    assert identity(fleet)["MailFromAttributes"]["MailFromDomain"] == f"m.{fleet.domain}"


def test_none_switches_it_off(fleet: Fleet) -> None:
    deploy(fleet)
    deploy(fleet, f"Domain({fleet.domain!r}, mail_from=None)")
    assert "MailFromDomain" not in identity(fleet)["MailFromAttributes"]


def test_somebody_elses_mx_at_the_mail_from_domain_is_refused(fleet: Fleet) -> None:
    record = {"Name": f"ses-us-east-1.{fleet.domain}", "Type": "MX", "TTL": 60,
              "ResourceRecords": [{"Value": "10 mail.example.net."}]}  # fmt: skip
    fleet.cloud.client("route53").change_resource_record_sets(
        HostedZoneId=fleet.zone_id,
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]},
    )
    fleet.cloud.control.forget_calls()
    run = fleet.deploy("-y")
    assert run.status != 0
    assert f"found MX ses-us-east-1.{fleet.domain}" in run.output
    assert "which mailfleet does not own" in run.output
    assert fleet.cloud.writes() == []


def test_a_deploy_killed_before_the_mail_from_domain_was_set_is_finished(fleet: Fleet) -> None:
    deploy(fleet)
    client = fleet.cloud.client("sesv2")
    client.put_email_identity_mail_from_attributes(EmailIdentity=fleet.domain)
    fleet.cloud.control.forget_calls()
    deploy(fleet)
    assert fleet.cloud.writes() == [SETTINGS]


def test_a_rejecting_identity_is_pending_until_its_mx_is_found(fleet: Fleet) -> None:
    deploy(fleet)
    strict = f"Domain({fleet.domain!r}, on_mx_failure='REJECT_MESSAGE')"
    fleet.write(domains=strict, gate=1)
    fleet.cloud.control.set_faults(verification="never")
    for _ in range(2):
        run = fleet.deploy("-y")
        assert run.status != 0
        assert "MAIL FROM PENDING" in run.output
    fleet.cloud.control.reset_faults()
    deploy(fleet, strict)


def test_a_configuration_set_is_made_and_named_by_the_identity(fleet: Fleet) -> None:
    domains = f"Domain({fleet.domain!r}, configuration_set='{fleet.name}')"
    fleet.write(domains=domains)
    first, second, *_ = fleet.plan()
    assert (first["kind"], first["id"]) == ("configuration set", f"us-east-1/{fleet.name}")
    assert f"configuration set: {fleet.name}" in second["after"].splitlines()
    deploy(fleet, domains)
    assert identity(fleet)["ConfigurationSetName"] == fleet.name
    assert SETTINGS in fleet.cloud.writes()


def test_an_identity_gets_another_configuration_set(fleet: Fleet) -> None:
    deploy(fleet)
    domains = f"Domain({fleet.domain!r}, configuration_set='{fleet.name}')"
    fleet.cloud.control.forget_calls()
    deploy(fleet, domains)
    assert identity(fleet)["ConfigurationSetName"] == fleet.name
    assert fleet.cloud.writes() == [
        "CreateConfigurationSet",
        "PutEmailIdentityConfigurationSetAttributes",
        "TagResource",
    ]
    deploy(fleet)
    assert identity(fleet)["ConfigurationSetName"] == fleet.name


def test_a_fast_plan_sees_what_was_left_undone_and_a_deep_one_what_was_done_by_hand(
    fleet: Fleet,
) -> None:
    deploy(fleet, f"Domain({fleet.domain!r}, configuration_set='{fleet.name}')")
    assert reads(fleet)["GetEmailIdentity"] == 0
    other = f"Domain({fleet.domain!r}, configuration_set='{fleet.name}-other')"
    put = "PutEmailIdentityConfigurationSetAttributes"
    fleet.cloud.control.set_faults(
        aws={"status": 503, "code": "ServiceUnavailable", "match": f"sesv2:{put}"}
    )
    fleet.write(domains=other)
    assert fleet.deploy("-y").status != 0
    fleet.cloud.control.reset_faults()
    (change,) = fleet.plan()
    assert f"configuration set: {fleet.name}" in change["before"].splitlines()
    fleet.cloud.control.forget_calls()
    deploy(fleet, other)
    assert fleet.cloud.writes() == [put, "TagResource"]
    fleet.cloud.client("sesv2").put_email_identity_configuration_set_attributes(
        EmailIdentity=fleet.domain, ConfigurationSetName=fleet.name
    )
    assert fleet.plan() == []
    (change,) = fleet.plan("--data", "read=deep")
    assert f"configuration set: {fleet.name}-other" in change["after"].splitlines()


def test_an_identity_that_is_not_ours_is_named_and_left_alone(fleet: Fleet) -> None:
    fleet.cloud.client("sesv2").create_email_identity(EmailIdentity=fleet.domain)
    fleet.cloud.control.forget_calls()
    for arguments in (["--dry"], ["-y"]):
        run = fleet.deploy(*arguments)
        assert run.status != 0
        assert f"found the SES identity us-east-1/{fleet.domain}" in run.output
        assert "which mailfleet does not own" in run.output
        assert "Domain(..., adopt=True)" in run.output
        assert "Traceback" not in run.output
    assert fleet.cloud.writes() == []


def test_an_identity_is_adopted_by_policy(fleet: Fleet) -> None:
    fleet.cloud.client("sesv2").create_email_identity(EmailIdentity=fleet.domain)
    fleet.cloud.control.forget_calls()
    deploy(fleet, f"Domain({fleet.domain!r}, adopt=True)")
    assert identity(fleet)["Tags"] == [{"Key": "mailfleet", "Value": fleet.name}]
    assert fleet.cloud.writes()[:3] == ["ChangeResourceRecordSets", "TagResource", SETTINGS]
    deploy(fleet)


def test_an_identity_not_ours_that_needs_nothing_is_only_named(fleet: Fleet) -> None:
    deploy(fleet)
    arn = f"arn:aws:ses:us-east-1:123456789012:identity/{fleet.domain}"
    fleet.cloud.client("sesv2").untag_resource(ResourceArn=arn, TagKeys=["mailfleet"])
    assert fleet.plan() == []
    run = fleet.deploy("--dry")
    assert run.status == 0
    assert (
        f"SES identity us-east-1/{fleet.domain} is not mailfleet's, and stays as it is"
        in run.output
    )


def test_a_fast_plan_says_what_it_did_not_look_at_and_a_deep_one_looks(fleet: Fleet) -> None:
    deploy(fleet)
    fast, deep = reads(fleet), reads(fleet, "--data", "read=deep")
    assert fast["GetEmailIdentity"] == 0
    assert deep["GetEmailIdentity"] == 1
    note = "not looked at: key length, configuration set and policies of 1 SES identity"
    assert note in fleet.deploy("--dry").output
    assert note not in fleet.deploy("--dry", "--data", "read=deep").output
    wrong = fleet.deploy("--dry", "--data", "read=all")
    assert wrong.status != 0
    assert "--data read: found 'all', expected fast or deep" in wrong.output
    assert "Traceback" not in wrong.output


@pytest.mark.parametrize("failing", ["GetIdentityDkimAttributes", "GetIdentityMailFromDomainAttr"])
def test_a_failed_batch_read_is_not_nothing(fleet: Fleet, failing: str) -> None:
    deploy(fleet)
    fleet.cloud.control.forget_calls()
    fleet.cloud.control.set_faults(
        aws={"status": 503, "code": "ServiceUnavailable", "match": f"ses:{failing}"}
    )
    run = fleet.deploy("-y")
    assert run.status != 0
    assert f"ses:{failing}" in run.output
    assert fleet.cloud.writes() == []


@pytest.mark.parametrize("number", [1, 120])
def test_a_plan_without_changes_costs_few_calls(fleet: Fleet, number: int) -> None:
    names = [fleet.domain, *(f"d{n}.{fleet.domain}" for n in range(1, number))]
    domains = ", ".join(f"Domain({name!r}, zone={fleet.domain!r})" for name in names)
    fleet.write(
        domains=domains, gate=60, providers=f"Ses('us-east-1', configuration_set={fleet.name!r})"
    )
    fleet.cloud.client("sesv2").create_email_identity(EmailIdentity=f"a@{fleet.domain}")
    fleet.cloud.control.forget_calls()
    run = fleet.deploy("-y")
    assert run.status == 0, run.output
    applied = list(dropwhile(lambda call: not call.write, fleet.cloud.control.calls()))
    assert sum(call.service in ("ses", "sesv2") for call in applied) <= 10 * number
    made = Counter(call.operation for call in applied)
    calls = reads(fleet)
    pages = fleet.cloud.client("route53").get_paginator("list_resource_record_sets")
    records = [
        record
        for page in pages.paginate(HostedZoneId=fleet.zone_id)
        for record in page["ResourceRecordSets"]
    ]
    calls["ListHostedZones"] = 1  # the lab's account has the zones of other tests, too
    most = 3 * math.ceil(number / 100) + math.ceil(len(records) / 300) + 3
    assert calls.total() <= most, calls
    values = sum(len(value["Value"]) for record in records for value in record["ResourceRecords"])
    assert made["ChangeResourceRecordSets"] <= math.ceil(values / 32_000) + 2
    assert calls["GetIdentityNotificationAttributes"] == 1
    assert calls["GetEmailIdentity"] == 0
