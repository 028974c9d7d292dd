"""DMARC, SPF and other providers' DKIM: deploy.py against the lab's Route 53 and DNS."""

import json
import subprocess
from typing import Any

from tests.aws.conftest import Fleet
from tests.aws.zone_records import put, refused, settles, texts
from tests.support.cli import ROOT, command


def write(fleet: Fleet, *, domain: str = "", smtp: str = "", ses: bool = True, **more: Any) -> None:
    """A policy whose domain is sent for by SES, or wholly by a second provider."""
    route = "" if ses else f"Route(senders=['@{fleet.domain}'], via='second'), "
    fleet.write(
        domains=f"Domain({fleet.domain!r}, {domain})",
        providers="Ses('us-east-1'), Smtp('smtp.second.example', name='second', username='u', "
        f"password=secret('aws:second'), {smtp})",
        more=f"routes=[{route}Route(senders=['list@{fleet.domain}'], via='second')]",
        **more,
    )


def test_by_default_dmarc_asks_for_nothing(fleet: Fleet) -> None:
    settles(fleet)
    assert texts(fleet, "_dmarc") == ['"v=DMARC1; p=none"']


def test_dmarc_follows_the_policy(fleet: Fleet) -> None:
    fleet.write(domains=f"Domain({fleet.domain!r}, dmarc=Dmarc('reject', rua='d@r.example'))")
    output = settles(fleet)
    assert texts(fleet, "_dmarc") == ['"v=DMARC1; p=reject; rua=mailto:d@r.example"']
    assert f"{fleet.domain}._report._dmarc.r.example" in output
    fleet.write()
    settles(fleet)
    assert texts(fleet, "_dmarc") == ['"v=DMARC1; p=none"']


def test_somebody_elses_dmarc_record_satisfies_the_default(fleet: Fleet) -> None:
    put(fleet, "_dmarc", "TXT", '"v=DMARC1; p=reject"')
    assert f"DMARC of {fleet.domain} is not mailfleet's and stays" in settles(fleet)
    assert texts(fleet, "_dmarc") == ['"v=DMARC1; p=reject"']
    fleet.write(domains=f"Domain({fleet.domain!r}, dmarc=Dmarc('quarantine'))")
    refused(fleet, '"v=DMARC1; p=reject", which mailfleet does not own', "Domain(..., dmarc=None)")
    fleet.write(domains=f"Domain({fleet.domain!r}, dmarc=None)")
    assert "DMARC" not in settles(fleet)
    fleet.write(domains=f"Domain({fleet.domain!r}, dmarc=Dmarc('quarantine'), adopt=True)")
    settles(fleet)
    assert texts(fleet, "_dmarc") == ['"v=DMARC1; p=quarantine"']
    assert any("owns=TXT _dmarc." in text for text in texts(fleet, "_mailfleet"))


def test_a_provider_is_authorised_and_all_else_stays(fleet: Fleet) -> None:
    foreign = ['"v=spf1 a mx -all"', '"google-site-verification=x"']
    put(fleet, "", "TXT", *foreign)
    put(fleet, "", "A", "198.51.100.1")
    put(fleet, "", "MX", f"10 {fleet.domain}.")
    put(fleet, "_spf", "TXT", '"v=spf1 ip4:192.0.2.0/24 -all"')
    write(fleet, smtp=f"spf='include:_spf.{fleet.domain}'")
    planned = fleet.plan()
    output = settles(fleet, "--data", f"plan_out={fleet.directory}/run.json")
    assert json.loads((fleet.directory / "run.json").read_text()) == planned
    assert "SPF 3/10 lookups" in output
    spf = f'"v=spf1 a mx include:_spf.{fleet.domain} -all"'
    assert sorted(texts(fleet)) == sorted([spf, '"google-site-verification=x"'])
    assert f'"spf=include:_spf.{fleet.domain}"' in texts(fleet, "_mailfleet")
    write(fleet)
    settles(fleet)
    assert sorted(texts(fleet)) == sorted(foreign)


def test_a_record_that_we_began_goes_with_our_last_term(fleet: Fleet) -> None:
    write(fleet, smtp="spf='ip4:192.0.2.1'")
    assert "SPF 0/10 lookups" in settles(fleet)
    assert texts(fleet) == ['"v=spf1 ip4:192.0.2.1 ~all"']
    write(fleet)
    settles(fleet)
    assert texts(fleet) == []


def test_a_term_that_was_there_before_us_stays(fleet: Fleet) -> None:
    put(fleet, "", "TXT", '"v=spf1 +IP4:192.0.2.1 -all"')
    write(fleet, smtp="spf='ip4:192.0.2.1'")
    settles(fleet)
    write(fleet)
    settles(fleet)
    assert texts(fleet) == ['"v=spf1 +IP4:192.0.2.1 -all"']


def test_too_many_lookups_are_refused_with_the_tree(fleet: Fleet) -> None:
    many = " ".join(f"exists:{n}.{fleet.domain}" for n in range(9))
    put(fleet, "*", "A", "198.51.100.1")
    put(fleet, "_spf", "TXT", f'"v=spf1 {many} -all"')
    before = put(fleet, "", "TXT", f'"v=spf1 ?INCLUDE:_spf.{fleet.domain} -all"')
    write(fleet, smtp=f"spf='a:mail.{fleet.domain}'")
    output = refused(fleet, "it takes 11 DNS lookups, and receivers stop at 10")
    assert f" 1/10   ?INCLUDE:_spf.{fleet.domain}" in output
    assert f"11/10   a:mail.{fleet.domain}" in output
    assert before in fleet.records()


def test_lookups_that_find_nothing_are_refused(fleet: Fleet) -> None:
    put(fleet, "", "TXT", f'"v=spf1 a:1.{fleet.domain} a:2.{fleet.domain} -all"')
    write(fleet, smtp=f"spf='a:3.{fleet.domain}'")
    refused(fleet, "3 of its lookups find nothing, and receivers stop at 2")


def test_a_provider_without_an_spf_record_is_refused(fleet: Fleet) -> None:
    write(fleet, smtp=f"spf='include:nobody.{fleet.domain}'")
    refused(fleet, f"include:nobody.{fleet.domain} leads to no SPF records, expected one")


def test_silent_dns_is_told_and_does_not_stop_the_plan(fleet: Fleet) -> None:
    fleet.dns_port = 9  # discard
    write(fleet, smtp="spf='include:spf.second.example'")
    output = settles(fleet)
    assert "SPF unknown/10 lookups" in output
    assert "whether it is delegated to its name servers is unknown: DNS" in output
    assert f"SPF of {fleet.domain}: lookups unknown, not checked: DNS" in output


def test_a_zone_that_the_world_does_not_ask_is_refused(fleet: Fleet) -> None:
    delegated = fleet.zone_id
    route53 = fleet.cloud.client("route53")
    route53.create_hosted_zone(Name=fleet.domain, CallerReference=f"{fleet.domain} again")
    route53.delete_hosted_zone(Id=delegated)
    refused(fleet, "found it delegated to no name servers, expected ns-", "check_delegation=no")
    assert fleet.plan("--data", "check_delegation=no")


def test_two_spf_records_are_refused(fleet: Fleet) -> None:
    put(fleet, "", "TXT", '"v=spf1 a -all"', '"V=SPF1 mx -all"')
    write(fleet, smtp="spf='ip4:192.0.2.1'")
    refused(fleet, "found 2 SPF records")


def test_a_record_set_edited_since_the_plan_is_not_lost(fleet: Fleet) -> None:
    put(fleet, "", "TXT", '"v=spf1 ip4:192.0.2.7 -all"')
    write(fleet, smtp="spf='ip4:192.0.2.1'")
    run = subprocess.Popen(
        command(fleet.directory / "inventory.py", "deploy.py"),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert run.stdout
    for line in run.stdout:
        if "--> Plan: " in line:  # the plan is made, and waits for Enter
            put(fleet, "", "TXT", '"v=spf1 ip4:192.0.2.8 -all"')
            break
    output, _ = run.communicate("\n", timeout=60)
    assert run.returncode != 0, output
    assert "InvalidChangeBatch" in output
    was, now = (f'60 TXT "v=spf1 ip4:192.0.2.{n} -all"' for n in (7, 8))
    assert f"TXT {fleet.domain} was planned from {was}, and is now {now}" in output
    assert texts(fleet) == ['"v=spf1 ip4:192.0.2.8 -all"']
    settles(fleet)
    assert texts(fleet) == ['"v=spf1 ip4:192.0.2.8 ip4:192.0.2.1 -all"']


def test_a_domain_that_ses_does_not_serve_has_its_records_too(fleet: Fleet) -> None:
    dkim = "dkim={'s1._domainkey': 's1.key.second.example'}"
    write(fleet, ses=False, smtp=f"spf='ip4:192.0.2.1', {dkim}")
    kinds = [(change["kind"], change["id"]) for change in fleet.plan()]
    assert ("dns record", f"CNAME s1._domainkey.{fleet.domain}") in kinds
    assert "identity" not in [kind for kind, _ in kinds]
    settles(fleet)
    (cname,) = [record for record in fleet.records() if record["Type"] == "CNAME"]
    assert cname["ResourceRecords"] == [{"Value": "s1.key.second.example."}]
    write(fleet, ses=False, smtp="spf='ip4:192.0.2.1'")
    run = fleet.deploy("--dry")
    assert (
        f"CNAME s1._domainkey.{fleet.domain} is mailfleet's, but the policy no longer" in run.output
    )


def test_a_domain_in_nobodys_zone_that_only_has_defaults_is_left_alone(fleet: Fleet) -> None:
    other = "Domain('nozone.example')"
    fleet.write(
        domains=f"Domain({fleet.domain!r}), {other}",
        providers="Ses('us-east-1'), Smtp('smtp.second.example', name='second', username='u', "
        "password=secret('aws:second'))",
        more="routes=[Route(senders=['@nozone.example'], via='second')]",
    )
    settles(fleet)
