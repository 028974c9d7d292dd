"""The AWS half of deploy.py, against the lab's AWS over HTTP."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mailfleet.aws.smtp_password import smtp_password
from tests.aws.conftest import Fleet

EVERY_WRITE = [
    "CreateEmailIdentity",
    "ChangeResourceRecordSets",
    "PutEmailIdentityMailFromAttributes",
    "CreateUser",
    "PutUserPolicy",
    "CreateAccessKey",
    "CreateSecret",
]


def test_dry_run_then_run_then_nothing(fleet: Fleet) -> None:
    planned = fleet.plan()
    assert fleet.cloud.writes() == []
    path = fleet.directory / "run.json"
    run = fleet.deploy("-y", "--data", f"plan_out={path}")
    assert run.status == 0, run.output
    assert json.loads(path.read_text()) == planned
    assert fleet.cloud.writes() == EVERY_WRITE
    fleet.cloud.control.forget_calls()
    again = fleet.deploy("-y")
    assert again.status == 0
    assert "Plan: No changes." in again.output
    assert fleet.cloud.writes() == []
    assert fleet.plan() == []


def test_dry_json_lists_no_change_after_a_deploy(fleet: Fleet) -> None:
    assert fleet.deploy("-y").status == 0
    shown = fleet.deploy("--dry", "--json").output
    plan = json.loads(shown[shown.index('{"plan"') :].splitlines()[0])["plan"]
    assert plan
    for operation in plan:
        assert operation["hosts_with_change"] == []
        assert operation["hosts_with_conditional_change"] == []


def test_the_plan_shows_what_is_to_come(fleet: Fleet) -> None:
    kinds = [(change["kind"], change["action"]) for change in fleet.plan()]
    assert kinds == [
        ("identity", "create"),
        *[("dns record", "create")] * 7,
        ("iam user", "create"),
        ("iam policy", "create"),
        ("access key", "create"),
        ("secret", "create"),
    ]
    shown = fleet.deploy("--dry", "--diff").output
    assert "(known after apply)._domainkey" in shown
    assert "RSA_2048_BIT" in shown
    assert '"Action": "ses:SendRawEmail"' in shown


def test_what_is_made_is_what_ses_asks_for(fleet: Fleet) -> None:
    assert fleet.deploy("-y").status == 0
    identity = fleet.cloud.client("sesv2").get_email_identity(EmailIdentity=fleet.domain)
    dkim = identity["DkimAttributes"]
    assert identity["VerifiedForSendingStatus"]
    assert dkim["CurrentSigningKeyLength"] == "RSA_2048_BIT"
    records = {record["Name"]: record for record in fleet.records()}
    for token in dkim["Tokens"]:
        record = records[f"{token}._domainkey.{fleet.domain}."]
        assert record["Type"] == "CNAME"
        target = f"{token}.{dkim['SigningHostedZone']}"
        assert record["ResourceRecords"][0]["Value"].rstrip(".") == target


def test_the_user_may_send_and_nothing_else(fleet: Fleet) -> None:
    assert fleet.deploy("-y").status == 0
    iam = fleet.cloud.client("iam")
    assert iam.list_user_policies(UserName=fleet.user)["PolicyNames"] == ["mailfleet-send"]
    policy = iam.get_user_policy(UserName=fleet.user, PolicyName="mailfleet-send")
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "ses:SendRawEmail")
    allowed = {"ses:FromAddress": [f"*@*.{fleet.domain}", f"*@{fleet.domain}"]}
    assert statement["Condition"] == {"StringLike": allowed}
    keys = iam.list_access_keys(UserName=fleet.user)["AccessKeyMetadata"]
    stored = fleet.stored()
    assert [key["AccessKeyId"] for key in keys] == [stored["username"]]
    assert len(stored["password"]) == len(smtp_password("x", "us-east-1"))
    fleet.cloud.client("route53").create_hosted_zone(Name="more.example", CallerReference="more")
    fleet.write(domains=f"Domain({fleet.domain!r}), Domain('more.example')")
    (change,) = (change for change in fleet.plan() if change["kind"].startswith("iam"))
    assert (change["kind"], change["action"]) == ("iam policy", "update")
    assert "*@more.example" in change["after"]
    assert "*@more.example" not in change["before"]


def test_a_key_whose_secret_was_never_stored_is_replaced(fleet: Fleet) -> None:
    """Killed between CreateAccessKey and storing it (fault 34c)."""
    fleet.cloud.control.set_faults(
        aws={"status": 500, "code": "InternalFailure", "match": "secretsmanager:CreateSecret"}
    )
    failed = fleet.deploy("-y")
    assert failed.status != 0
    assert "secretsmanager:CreateSecret failed" in failed.output
    iam = fleet.cloud.client("iam")
    (orphan,) = iam.list_access_keys(UserName=fleet.user)["AccessKeyMetadata"]
    fleet.cloud.control.reset_faults()
    assert fleet.deploy("-y").status == 0
    (key,) = iam.list_access_keys(UserName=fleet.user)["AccessKeyMetadata"]
    assert key["AccessKeyId"] == fleet.stored()["username"] != orphan["AccessKeyId"]
    assert fleet.plan() == []


@pytest.mark.parametrize(
    "failing",
    [
        "sts:GetCallerIdentity",
        "sesv2:ListEmailIdentities",
        "sesv2:GetEmailIdentity",
        "route53:ListHostedZones",
        "route53:ListResourceRecordSets",
        "iam:ListAccessKeys",
        "iam:GetUserPolicy",
        "secretsmanager:GetSecretValue",
    ],
)
def test_after_a_failed_read_nothing_is_created(fleet: Fleet, failing: str) -> None:
    fleet.cloud.control.set_faults(
        aws={"status": 503, "code": "ServiceUnavailable", "match": f"{failing}$"}
    )
    for arguments in (["-y"], ["--dry"]):
        run = fleet.deploy(*arguments)
        assert run.status != 0
        assert f"{failing} failed in us-east-1: ServiceUnavailable" in run.output
        assert "Traceback" not in run.output
    assert fleet.cloud.writes() == []


def test_aws_out_of_reach_is_one_sentence(fleet: Fleet) -> None:
    config = fleet.directory / "nowhere"
    nowhere = fleet.cloud.config_file.read_text().replace(fleet.cloud.url, "http://127.0.0.1:9")
    config.write_text(nowhere)
    run = fleet.deploy("-y", "--data", f"aws_config_file={config}")
    assert run.status != 0
    assert "sts:GetCallerIdentity failed in us-east-1: Could not connect" in run.output
    assert "Traceback" not in run.output


def test_a_record_of_somebody_elses_is_left_alone(fleet: Fleet) -> None:
    assert fleet.deploy("-y").status == 0
    before = [r for r in fleet.records() if r["Type"] == "CNAME"]
    ownership = next(r for r in fleet.records() if r["Name"].startswith("_mailfleet."))
    taken = {**before[0], "ResourceRecords": [{"Value": "somebody.example.net."}]}
    _change(fleet, ("DELETE", before[0]), ("CREATE", taken), ("DELETE", ownership))
    run = fleet.deploy("-y")
    assert run.status != 0
    assert "which mailfleet does not own" in run.output
    assert "Traceback" not in run.output
    assert taken["ResourceRecords"] in [r.get("ResourceRecords") for r in fleet.records()]


def test_what_is_ours_is_put_right_again(fleet: Fleet) -> None:
    assert fleet.deploy("-y").status == 0
    before = fleet.records()
    record = next(r for r in before if r["Type"] == "CNAME")
    edited = {**record, "TTL": 60}
    _change(fleet, ("DELETE", record), ("CREATE", edited))
    (change,) = fleet.plan()
    assert (change["kind"], change["action"]) == ("dns record", "update")
    assert fleet.deploy("-y").status == 0
    assert fleet.records() == before


def test_foreign_records_of_the_zone_stay_as_they_are(fleet: Fleet) -> None:
    foreign = {
        "Name": f"{fleet.domain}.",
        "Type": "TXT",
        "TTL": 60,
        "ResourceRecords": [{"Value": '"v=spf1 include:example.net -all"'}],
    }
    _change(fleet, ("CREATE", foreign))
    assert fleet.deploy("-y").status == 0
    assert foreign in fleet.records()


def test_a_domain_without_a_zone_is_one_sentence(fleet: Fleet) -> None:
    fleet.write(domains="Domain('nozone.example')")
    run = fleet.deploy("-y")
    assert run.status != 0
    assert "found no public hosted zone nozone.example" in run.output
    assert "Traceback" not in run.output
    assert fleet.cloud.writes() == []


def test_two_zones_of_the_name_are_refused(fleet: Fleet) -> None:
    fleet.cloud.client("route53").create_hosted_zone(Name=fleet.domain, CallerReference="again")
    run = fleet.deploy("--dry")
    assert run.status != 0
    assert f"found 2 public hosted zones {fleet.domain}" in run.output


def test_verified_late_the_gate_waits_and_opens(fleet: Fleet) -> None:
    fleet.cloud.control.set_faults(verification={"late": 7})
    run = fleet.deploy("-y")
    assert run.status == 0, run.output
    assert "waiting for SES" in run.output
    assert f"{fleet.domain} is verified in us-east-1" in run.output


def test_never_verified_the_gate_says_pending(fleet: Fleet) -> None:
    fleet.write(gate=6)
    fleet.cloud.control.set_faults(verification="never")
    run = fleet.deploy("-y")
    assert run.status != 0
    assert f"pending: after 6 s {fleet.domain} is PENDING" in run.output
    fleet.cloud.control.reset_faults()
    assert fleet.deploy("-y").status == 0


def test_no_secret_is_shown_at_any_verbosity(fleet: Fleet) -> None:
    outputs = [
        fleet.deploy("--dry", "--diff", "-vvv", "--debug-all").output,
        fleet.deploy("-y", "--diff", "-vvv", "--debug-all").output,
        fleet.deploy("--dry", "--diff", "-vvv", "--debug-operations").output,
        fleet.deploy("--dry", "--diff", "-vvv", "--json").output,
    ]
    password = fleet.stored()["password"]
    for output in outputs:
        assert password not in output
        assert "SecretAccessKey" not in output.replace('"SecretAccessKey": "*MASKED*"', "")


def _change(fleet: Fleet, *changes: tuple[str, dict[str, Any]]) -> None:
    """Change records behind mailfleet's back."""
    fleet.cloud.client("route53").change_resource_record_sets(
        HostedZoneId=fleet.zone_id,
        ChangeBatch={
            "Changes": [{"Action": action, "ResourceRecordSet": r} for action, r in changes]
        },
    )


def test_the_emulator_is_as_strict_as_we_rely_on(fleet: Fleet) -> None:
    """Compare and swap needs Route 53 to refuse CREATE of what is there."""
    record = {"Name": f"x.{fleet.domain}.", "Type": "A", "TTL": 60,
              "ResourceRecords": [{"Value": "198.51.100.1"}]}  # fmt: skip
    _change(fleet, ("CREATE", record))
    with pytest.raises(ClientError, match="already exists"):
        _change(fleet, ("CREATE", record))
