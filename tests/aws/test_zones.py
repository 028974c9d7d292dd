"""Hosted zones: which one is meant, what is refused there, and what becomes of what we wrote."""

import json
import re
from typing import Any

from mailfleet.aws.route53 import from_route53
from mailfleet.dns.authoritative import NameServer
from mailfleet.dns.changes import RecordChange
from tests.aws.conftest import Fleet
from tests.aws.zone_records import put, refused, settles, texts


def test_of_several_zones_the_policy_says_which(fleet: Fleet) -> None:
    route53 = fleet.cloud.client("route53")
    first = fleet.zone_id.rpartition("/")[2]
    vpc = {"VPCRegion": "us-east-1", "VPCId": "vpc-1"}
    for reference, more in (("second", {}), ("private", {"VPC": vpc})):
        route53.create_hosted_zone(
            Name=fleet.domain, CallerReference=f"{fleet.domain} {reference}", **more
        )
    refused(fleet, f"found 2 public hosted zones {fleet.domain}", "Domain(..., zone_id=...)")
    fleet.write(domains=f"Domain({fleet.domain!r}, zone_id='Z0123')")
    refused(fleet, "found no public hosted zone Z0123 in this account")
    fleet.write(domains=f"Domain({fleet.domain!r}, zone_id={first!r})")
    settles(fleet)
    listed = route53.list_hosted_zones_by_name(DNSName=fleet.domain)["HostedZones"][:3]
    counts = {zone["Id"]: zone["ResourceRecordSetCount"] for zone in listed}
    assert [n > 2 for id, n in counts.items() if id.endswith(first)] == [True]
    assert sum(counts.values()) == counts[f"/hostedzone/{first}"] + 4


def test_what_route_53_or_the_world_would_not_take_is_refused(fleet: Fleet) -> None:
    put(fleet, "_dmarc", "TXT", '"v=DMARC1; p=none"', ttl=60)
    fleet.write(domains=f"Domain({fleet.domain!r}, dmarc=Dmarc('reject'), adopt=True)")
    route53 = fleet.cloud.client("route53")
    protected = {"RecordName": f"_dmarc.{fleet.domain}", "RecordType": "TXT"}
    ask = {"HostedZoneId": fleet.zone_id, "Protections": [protected]}
    route53.create_resource_record_set_protections(**ask)
    refused(fleet, f"TXT _dmarc.{fleet.domain} would change, and has a record set protection")
    route53.delete_resource_record_set_protections(**ask)
    put(fleet, "_domainkey", "NS", "ns.example.net.")
    refused(fleet, f"_domainkey.{fleet.domain} is delegated to ns.example.net.")


def test_the_undo_restores_the_zone(fleet: Fleet) -> None:
    put(fleet, "", "TXT", '"v=spf1 a -all"', '"b"', '"a"')
    put(fleet, "_dmarc", "TXT", '"v=DMARC1; p=none; pct=50"')
    before = fleet.records()
    fleet.write(
        domains=f"Domain({fleet.domain!r}, dmarc=Dmarc('reject'), adopt=True)",
        providers="Ses('us-east-1'), Smtp('smtp.second.example', name='second', username='u', "
        "password=secret('aws:second'), spf='ip4:192.0.2.1')",
        more="alerts=[EmailAlert(to='a@b.example', via='second')]",
    )
    fleet.deploy("--dry")
    undo = fleet.directory / "undo"
    assert not undo.exists()
    undo.write_text("a file in the way")
    assert "the undo of" in (output := fleet.deploy("-y").output)
    assert "could not be written, so nothing was changed" in output
    assert fleet.records() == before
    undo.unlink()
    output = settles(fleet)
    (file,) = undo.iterdir()
    assert f"--change-batch file://{file}" in output
    assert file.stat().st_mode & 0o777 == 0o600
    assert fleet.records() != before
    fleet.cloud.client("route53").change_resource_record_sets(
        HostedZoneId=fleet.zone_id, ChangeBatch=json.loads(file.read_text())
    )
    assert fleet.records() == before


def test_name_servers_that_lag_leave_the_run_pending(fleet: Fleet) -> None:
    fleet.write(published=1)
    fleet.cloud.control.set_faults(dns_lag=3600)
    run = fleet.deploy("-y", "--data", "check_delegation=no")
    assert run.status != 0
    assert "pending: after 1 s ns-" in run.output
    assert "though Route 53 says INSYNC" in run.output
    assert "PutEmailIdentityMailFromAttributes" not in fleet.cloud.writes()
    fleet.cloud.control.reset_faults()
    settles(fleet)


def test_a_name_server_is_asked_for_exactly_what_was_written(fleet: Fleet) -> None:
    put(fleet, "x", "TXT", r'"\303\244" "2"', '"1"')
    server = NameServer("ns", lambda name, type_: ["127.0.0.1"], fleet.cloud.dns_port)
    (there,) = (from_route53(r) for r in fleet.records() if r["Name"].startswith("x."))
    other = from_route53(put(fleet, "y", "TXT", '"3"') | {"Name": f"x.{fleet.domain}."})
    assert server.has(RecordChange(None, there))
    assert not server.has(RecordChange(there, other))
    assert not server.has(RecordChange(there, None))
    assert server.has(RecordChange(other, None))


def dkim(number: int) -> str:
    """A provider with so many DKIM records, and thereby what a policy is to write."""
    keys = {f"s{n}._domainkey": f"s{n}.x.example" for n in range(number)}
    return (
        "Ses('us-east-1'), Smtp('smtp.second.example', name='second', username='u', "
        f"password=secret('aws:second'), dkim={keys!r})"
    )


def test_what_leaves_the_policy_goes_when_told_so_and_much_of_a_zone_does_not(
    fleet: Fleet,
) -> None:
    alert = "alerts=[EmailAlert(to='a@b.example', via='second')]"
    fleet.write(providers=dkim(13), more=alert)
    settles(fleet)
    put(fleet, "s12._domainkey", "CNAME", "edited.example")
    fleet.write(providers=dkim(1), more=alert)
    fleet.cloud.control.forget_calls()
    removal = ("--data", "remove_unlisted=yes")
    run = fleet.deploy("-y", *removal)
    assert run.status != 0
    assert "record sets would be changed or deleted, expected 30% at most" in run.output
    assert fleet.cloud.writes() == []
    run = fleet.deploy("-y", *removal, "--data", "many_changes=yes")
    assert run.status == 0, run.output
    assert f"s12._domainkey.{fleet.domain} was mailfleet's, but has been edited" in run.output
    names = (record["Name"] for record in fleet.records())
    left = sorted(name for name in names if re.match(r"(s\d+|ses-us-east-1)\.", name))
    mail_from = ["ses-us-east-1"] * 2
    assert [name.partition(".")[0] for name in left] == ["s0", "s12", *mail_from]
    assert fleet.plan(*removal) == []


def foreign(fleet: Fleet) -> list[dict[str, Any]]:
    """300 record sets of somebody else's, of all sorts."""
    end = f".{fleet.domain}."
    plain = [
        {"Name": f"h{n}{end}", "Type": "TXT", "TTL": n, "ResourceRecords": [{"Value": f'"{n}"'}]}
        for n in range(297)
    ]
    weighted = [
        {"Name": f"w{end}", "Type": "A", "SetIdentifier": name, "Weight": 1, "TTL": 60,
         "ResourceRecords": [{"Value": "192.0.2.1"}]}
        for name in ("a", "b")
    ]  # fmt: skip
    target = {
        "HostedZoneId": "Z2FDTNDATAQYW2",
        "DNSName": "d1.example.",
        "EvaluateTargetHealth": False,
    }
    alias = {"Name": f"alias{end}", "Type": "A", "AliasTarget": target}
    return [*plain, *weighted, alias]


def test_an_absent_domain_leaves_nothing_of_ours_and_all_else(fleet: Fleet) -> None:
    fleet.cloud.client("route53").change_resource_record_sets(
        HostedZoneId=fleet.zone_id,
        ChangeBatch={
            "Changes": [
                {"Action": "CREATE", "ResourceRecordSet": record} for record in foreign(fleet)
            ]
        },
    )
    old, theirs = f"old.{fleet.domain}", f"theirs.{fleet.domain}"
    ses = fleet.cloud.client("sesv2")
    ses.create_email_identity(EmailIdentity=theirs)
    put(fleet, "old", "TXT", '"v=spf1 mx -all"', '"x"', ttl=77)
    before = fleet.records()
    smtp = (
        "Smtp('smtp.second.example', name='second', username='u', password=secret('aws:second'), "
        "spf='ip4:192.0.2.1')"
    )

    def write(more: str = "", route: str = "") -> None:
        entry = f"Domain({old!r}, zone={fleet.domain!r}, {more})"
        fleet.write(
            domains=f"Domain({fleet.domain!r}, dmarc=None), {entry}, "
            f"Domain({theirs!r}, zone={fleet.domain!r}, absent=True)",
            providers=f"Ses('us-east-1'), {smtp}",
            more=f"routes=[{route}]",
        )

    write("dmarc=Dmarc('none')", f"Route(senders=['list@{old}'], via='second')")
    output = settles(fleet)
    assert f"SES identity us-east-1/{theirs} is not mailfleet's, and stays" in output
    write("dmarc=Dmarc('reject')", f"Route(senders=['list@{old}'], via='second')")
    settles(fleet)
    assert "v=spf1 mx ip4:192.0.2.1 -all" in texts(fleet, "old")[0]
    write("absent=True")
    settles(fleet)
    assert [r for r in fleet.records() if r in before] == before
    assert [r["Name"] for r in fleet.records() if r not in before and old in r["Name"]] == []
    listed = ses.list_email_identities(PageSize=1000)["EmailIdentities"]
    names = {identity["IdentityName"] for identity in listed}
    assert old not in names
    assert {theirs, fleet.domain} <= names


def test_a_domain_that_left_the_policy_is_named_and_stays(fleet: Fleet) -> None:
    other = f"other.{fleet.domain}"
    fleet.write(domains=f"Domain({fleet.domain!r}), Domain({other!r}, zone={fleet.domain!r})")
    settles(fleet)
    fleet.write()
    sentence = (
        f"{other} has records of mailfleet's and an SES identity in us-east-1, but the policy"
    )
    assert sentence in settles(fleet)
