"""The AWS side: domains that SES may send from, and the user that relays authenticate as."""

from collections.abc import Sequence
from functools import partial

from pyinfra import host
from pyinfra.api.deploy import deploy

from mailfleet.announce import announce
from mailfleet.aws import dkim, operations, sending_account_operations
from mailfleet.aws import sender as sender_operations
from mailfleet.aws.account import (
    in_one_line,
    read_addresses,
    read_domains,
    read_leaving,
    read_sender,
    read_shadows,
    read_unlisted,
)
from mailfleet.aws.accounts import is_account, missing_relays
from mailfleet.aws.authorization import policies
from mailfleet.aws.facts import Caller
from mailfleet.aws.planned import account_calls, cost, domain_calls, policy_calls, sender_calls
from mailfleet.aws.regions import check_regions
from mailfleet.aws.sending_account import read_region
from mailfleet.aws.verification import look, verified
from mailfleet.aws.zones import read_protected
from mailfleet.policy import Mail
from mailfleet.reading import read
from mailfleet.resolving import LiveDns, resolver_of
from mailfleet.ses.authorization import PolicyChange, authorization_notes, policy_changes
from mailfleet.ses.domains import domain_changes
from mailfleet.ses.examine import examine
from mailfleet.ses.leaving import leaving_changes, leaving_notes
from mailfleet.ses.permission import policy_note
from mailfleet.ses.rotation import rotation_note
from mailfleet.ses.sender import secret_name, sender_changes, sender_notes, user_name
from mailfleet.ses.sending_identity import SendingIdentity, identity_changes, identity_notes

UNDO_DIR = "undo"  # in the working directory, which is the project's


@deploy("SES account")
def sending_account(mail: Mail) -> None:
    """What the policy asks of the account in each region; its state and quota are shown."""
    with in_one_line():
        check_regions(mail, LiveDns(resolver_of(host)))
        regions = [read_region(host, mail, ses) for ses in mail.ses]
        changes = [change for region in regions for change in region.changes(host.name)]
    notes = [note for region in regions for note in region.notes]
    announce(changes, notes, cost=cost(host, account_calls(regions)))
    sending_account_operations.sending_account(regions=regions, name="SES account")


@deploy("SES domains")
def domains(mail: Mail) -> None:
    """An identity for each domain that is routed to SES, and every domain's DNS records."""
    live_dns = LiveDns(resolver_of(host))
    with in_one_line():
        domains = read_domains(host, mail)
        addresses = read_addresses(host, mail)
        identities = [*(i for domain in domains for i in domain.identities), *addresses]
        leaving = read_leaving(host, mail)
        many_changes = host.data.get("many_changes") == "yes"
        authorizations = _authorizations(identities)
        changes = [
            *domain_changes(host.name, domains),
            *identity_changes(host.name, addresses),
            *leaving_changes(host.name, leaving),
            *(change.shown(host.name) for change in authorizations),
        ]
        found = examine(
            domains,
            live_dns,
            partial(read_protected, host),
            delegation=host.data.get("check_delegation") != "no",
            many_changes=many_changes,
        )
    notes = [
        *found.notes,
        *read_unlisted(host, mail, domains),
        *read_shadows(host, mail),
        *identity_notes(identities),
        *authorization_notes(identities),
        *leaving_notes(leaving),
    ]
    caller = read(host, Caller)
    calls = domain_calls(domains, identities, leaving, mail.fleet, caller)
    announce(changes, notes, found.total, cost(host, [*calls, *policy_calls(authorizations)]))
    made: operations.Made = {}
    replicas = [identity for identity in identities if identity.is_replica]
    dkim.own_keys(identities=identities, made=made, name="DKIM keys of ours")
    operations.identities(
        identities=[identity for identity in identities if not identity.is_replica],
        fleet=mail.fleet,
        made=made,
        name="SES identities",
    )
    operations.leave(identities=leaving, name="SES identities of absent domains")
    dkim.keys_of_ses(identities=identities, made=made, name="DKIM keys of SES")
    operations.records(
        domains=domains,
        made=made,
        undo_dir=host.data.get("undo_dir") or UNDO_DIR,
        many_changes=many_changes,
        within=mail.gate.published_within,
        name="DNS records",
    )
    operations.identities(
        identities=replicas,
        fleet=mail.fleet,
        made=made,
        name="SES identities with the keys of another region",
    )
    dkim.signing(identities=identities, made=made, name="DKIM signing")
    operations.settings(
        identities=identities,
        fleet=mail.fleet,
        caller=caller,
        made=made,
        name="Settings of SES identities",
    )
    policies(
        changes=[change for change in authorizations if change.action != "create"],
        name="Delegate senders that were there",
    )


def _authorizations(identities: Sequence[SendingIdentity]) -> list[PolicyChange]:
    return list(policy_changes(identities, read(host, Caller)))


@deploy("SES sender")
def sender(mail: Mail) -> None:
    """An IAM user that may send and nothing else, its SMTP password kept in Secrets Manager."""
    for ses in mail.ses:
        sender = read_sender(host, mail, ses)
        user, secret = user_name(mail.fleet, ses.region), secret_name(mail.fleet, ses.region)
        whole = not missing_relays(host)
        wide = policy_note(mail, ses, user)
        notes = [*sender_notes(user, sender, whole), *rotation_note(user, sender)]
        announce(
            sender_changes(host.name, user, secret, sender, whole),
            [*notes, *([wide] if wide else [])],
            cost=cost(host, sender_calls(sender, mail.fleet, ses.region)),
        )
        sender_operations.make(
            sender=sender, fleet=mail.fleet, region=ses.region, name="IAM user and credential"
        )


@deploy("Gate")
def gate(mail: Mail) -> None:
    """All hosts wait here until SES has verified every domain that is routed to it. Only then SES
    takes new delegates of it."""
    domains = read_domains(host, mail) if is_account(host, mail) else ()
    unverified = [(i.name, i.region) for domain in domains for i in domain.unverified]
    if unverified:
        wait = f"up to {mail.gate.verified_within} s until SES has verified what is new"
        announce([], cost=cost(host, look(unverified), wait))  # once at least
    verified(
        identities=unverified,
        within=mail.gate.verified_within,
        name="Domains are verified",
    )
    if is_account(host, mail):
        identities = [i for domain in domains for i in domain.identities]
        authorizations = _authorizations([*identities, *read_addresses(host, mail)])
        policies(
            changes=[change for change in authorizations if change.action == "create"],
            name="New delegate senders",
        )


@deploy("SES sender, at last")
def narrow(mail: Mail) -> None:
    """The IAM user loses what no relay needs any more: until now they may have sent with it."""
    if missing_relays(host):
        return
    for ses in mail.ses:
        sender_operations.narrow(
            sender=read_sender(host, mail, ses),
            fleet=mail.fleet,
            region=ses.region,
            name="IAM policy",
        )
