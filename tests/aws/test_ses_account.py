"""The SES account, its dedicated IP pools and configuration sets, as a deploy shows and sets them.

Account settings are a whole region's, so each test that needs some has a region of its own.
"""

import json
from typing import Any

import boto3

from tests.aws.conftest import Fleet

REQUEST = (
    "ProductionAccess('TRANSACTIONAL', website='https://shop.example', "
    "use_case='Receipts of orders.', contacts=['ops@example.net'])"
)


def client(fleet: Fleet, region: str) -> Any:
    session = boto3.Session(aws_access_key_id="AKIALAB", aws_secret_access_key="lab")
    return session.client("sesv2", region_name=region, endpoint_url=fleet.cloud.url)


def deploy(fleet: Fleet) -> list[dict[str, Any]]:
    """The plan of a deploy that goes well, as data."""
    path = fleet.directory / "plan.json"
    run = fleet.deploy("-y", "--data", f"plan_out={path}")
    assert run.status == 0, run.output
    plan: list[dict[str, Any]] = json.loads(path.read_text())
    return plan


def ids(plan: list[dict[str, Any]]) -> list[str]:
    return [change["id"] for change in plan]


def ours(plan: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The changes that are not of identities, records and the sender."""
    kinds = ("ses account", "dedicated ip pool", "configuration set")
    return [change for change in plan if change["kind"] in kinds]


def test_a_no_op_plan_tells_the_quota_and_reads_little(fleet: Fleet) -> None:
    assert fleet.deploy("-y").status == 0
    fleet.cloud.control.forget_calls()
    run = fleet.deploy("--dry")
    assert "No changes." in run.output
    quota = "SES in us-east-1: 0 of 50,000 messages (0%) sent in 24 hours, 14 a second at most"
    assert quota in run.output
    assert len(fleet.cloud.control.calls()) <= 12


def test_the_sandbox_is_told_and_left_only_when_the_policy_asks(fleet: Fleet) -> None:
    region = "eu-west-1"
    control = fleet.cloud.control
    sandbox = {"production": False, "max_24_hour_send": 200, "max_send_rate": 1}
    control.set_ses_account(region, **sandbox, sent_last_24_hours=170, enforcement="PROBATION")
    fleet.write(providers=f"Ses({region!r})")
    output = fleet.deploy("-y").output
    assert "170 of 200 messages (85%) sent in 24 hours, 1 a second at most: ask AWS" in output
    assert "is in the sandbox: only verified recipients get mail; to ask AWS for prod" in output
    assert "the account is PROBATION: under review" in output

    settings = f"SesAccount(suppression=['COMPLAINT'], vdm=True, production={REQUEST})"
    fleet.write(providers=f"Ses({region!r}, account={settings})")
    control.forget_calls()
    planned = deploy(fleet)
    assert ids(planned) == [
        f"{region}/suppression",
        f"{region}/VDM",
        f"{region}/request for production access",
    ]
    assert "use case: Receipts of orders." in planned[-1]["after"]
    assert fleet.cloud.writes() == [
        "PutAccountSuppressionAttributes",
        "PutAccountVdmAttributes",
        "PutAccountDetails",
    ]
    account = client(fleet, region).get_account()
    assert account["SuppressionAttributes"]["SuppressedReasons"] == ["COMPLAINT"]
    assert account["VdmAttributes"]["VdmEnabled"] == "ENABLED"
    assert account["Details"]["AdditionalContactEmailAddresses"] == ["ops@example.net"]
    again = fleet.deploy("--dry").output
    assert "No changes." in again
    assert "AWS reviews a request for production access (case " in again
    control.set_ses_account(region, review={"Status": "DENIED", "CaseId": "77"}, sending=False)
    denied = fleet.deploy("--dry").output
    assert "No changes." in denied
    assert "AWS has denied production access (case 77)" in denied
    assert "sending is paused, no mail leaves" in denied


def test_a_configuration_set_is_bound_to_a_pool_and_changed_setting_by_setting(
    fleet: Fleet,
) -> None:
    region = "eu-central-1"
    ses = client(fleet, region)
    pools = "pools=[DedicatedPool('bulk'), DedicatedPool('auto', scaling='MANAGED')]"
    more = "pool='bulk', tls='REQUIRE', suppression=[]"
    sets = f"configuration_sets=[ConfigurationSet('news', {more})]"
    fleet.write(providers=f"Ses({region!r}, configuration_set='news', {pools}, {sets})")
    planned = ours(deploy(fleet))
    assert ids(planned) == [f"{region}/bulk", f"{region}/auto", f"{region}/news"]
    assert planned[-1]["after"] == (
        f"news\npool: bulk\ntls: REQUIRE\nsuppression: (never)\ntag mailfleet: {fleet.name}"
    )
    found = ses.get_configuration_set(ConfigurationSetName="news")
    assert found["DeliveryOptions"] == {"TlsPolicy": "REQUIRE", "SendingPoolName": "bulk"}
    assert found["SuppressionOptions"] == {"SuppressedReasons": []}
    assert ses.get_email_identity(EmailIdentity=fleet.domain)["ConfigurationSetName"] == "news"

    fleet.cloud.control.set_ses_account(region, dedicated_ips={"192.0.2.1": 40})
    ses.put_dedicated_ip_in_pool(Ip="192.0.2.1", DestinationPoolName="bulk")
    again = fleet.deploy("--dry").output
    assert "No changes." in again
    assert f"dedicated IP pool {region}/bulk warms up: 192.0.2.1 40 %" in again

    sets = "configuration_sets=[ConfigurationSet('news', pool='auto', sending=False)]"
    pools = pools.replace("'bulk'", "'bulk', scaling='MANAGED'")
    fleet.write(providers=f"Ses({region!r}, {pools}, {sets})")
    fleet.cloud.control.forget_calls()
    assert fleet.deploy("-y").status == 0
    assert fleet.cloud.writes() == [
        "PutDedicatedIpPoolScalingAttributes",
        "PutConfigurationSetDeliveryOptions",
        "PutConfigurationSetSendingOptions",
    ]
    found = ses.get_configuration_set(ConfigurationSetName="news")
    assert found["DeliveryOptions"] == {"TlsPolicy": "REQUIRE", "SendingPoolName": "auto"}
    assert fleet.plan() == []


def test_what_is_not_ours_is_refused_then_adopted(fleet: Fleet) -> None:
    region = "ap-south-1"
    ses = client(fleet, region)
    ses.create_configuration_set(ConfigurationSetName="theirs")
    ses.create_dedicated_ip_pool(PoolName="theirs")
    fleet.cloud.control.forget_calls()
    as_it_is = "pools=[DedicatedPool('theirs')], configuration_set='theirs'"
    fleet.write(providers=f"Ses({region!r}, {as_it_is})")
    assert ours(deploy(fleet)) == []
    fleet.cloud.control.forget_calls()

    word = "ConfigurationSet('theirs', tls='REQUIRE', pool='theirs'{})"
    asked = f"pools=[DedicatedPool('theirs')], configuration_sets=[{word.format('')}]"
    fleet.write(providers=f"Ses({region!r}, {asked})")
    run = fleet.deploy("-y")
    assert run.status != 0
    assert (
        "found ap-south-1/theirs with tls: OPTIONAL, reputation_metrics: True, send" in run.output
    )
    assert "ConfigurationSet(..., adopt=True)" in run.output
    assert "Traceback" not in run.output
    assert fleet.cloud.writes() == []

    adopted = "pools=[DedicatedPool('theirs', adopt=True)], configuration_sets=["
    fleet.write(providers=f"Ses({region!r}, {adopted}{word.format(', adopt=True')}])")
    assert [change["action"] for change in deploy(fleet)] == ["update", "update"]
    assert fleet.cloud.writes() == [
        "TagResource",
        "TagResource",
        "PutConfigurationSetDeliveryOptions",
    ]
    fleet.write(providers=f"Ses({region!r}, {asked})")
    assert fleet.plan() == []
