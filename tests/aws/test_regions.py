"""One policy, several regions; and identities of single addresses."""

from tests.aws.conftest import Fleet
from tests.aws.two_regions import SECOND, both
from tests.support.cloud import REGION

TWO = f"Ses({REGION!r}), Ses({SECOND!r}, name='second')"


def test_a_domain_is_verified_in_both_regions(fleet: Fleet) -> None:
    routes = f"routes=[Route(via='second', senders=['bills@{fleet.domain}'])]"
    fleet.write(providers=TWO, more=routes)
    planned = fleet.plan()
    assert fleet.deploy("-y").status == 0
    identities = both(fleet)
    tokens = [set(found["DkimAttributes"]["Tokens"]) for found in identities.values()]
    assert not tokens[0] & tokens[1]
    names = {record["Name"] for record in fleet.records()}
    for region, found in identities.items():
        assert found["VerificationStatus"] == "SUCCESS"
        assert found["MailFromAttributes"]["MailFromDomainStatus"] == "SUCCESS"
        assert f"ses-{region}.{fleet.domain}." in names
    created = [change["id"] for change in planned if change["kind"] == "identity"]
    assert created == [f"{REGION}/{fleet.domain}", f"{SECOND}/{fleet.domain}"]
    users = [change["id"] for change in planned if change["kind"] == "iam user"]
    assert users == [f"{fleet.name}-smtp-{REGION}", f"{fleet.name}-smtp-{SECOND}"]
    assert fleet.plan() == []
    assert fleet.plan("--data", "read=deep") == []


def test_a_second_region_is_added_to_what_is_there(fleet: Fleet) -> None:
    assert fleet.deploy("-y").status == 0
    fleet.write(providers=TWO, more=f"routes=[Route(via='second', senders=['b@{fleet.domain}'])]")
    assert {change["action"] for change in fleet.plan()} == {"create", "update"}
    assert not any(REGION in change["id"] for change in fleet.plan())
    assert fleet.deploy("-y").status == 0
    assert fleet.plan() == []


def test_an_address_waits_for_its_click_and_nobody_waits_for_it(fleet: Fleet) -> None:
    bills, foreign = f"bills@{fleet.domain}", f"{fleet.name}@elsewhere.example"
    addresses = f"addresses=[Address({bills!r}), Address({foreign!r})]"
    fleet.write(more=addresses)
    run = fleet.deploy("-y")
    assert run.status == 0, run.output
    ses = fleet.cloud.client("sesv2")
    mail_from = ses.get_email_identity(EmailIdentity=bills)["MailFromAttributes"]
    assert mail_from["MailFromDomain"] == f"ses-{REGION}.{fleet.domain}"
    again = fleet.deploy("--dry")
    assert "No changes." in again.output
    assert f"{REGION}/{foreign} is PENDING: it waits for a click" in again.output
