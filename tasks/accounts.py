"""The AWS side: domains that SES may send from, and the user that relays authenticate as."""

from pyinfra import host
from pyinfra.api.deploy import deploy

from mailfleet.announce import announce
from mailfleet.aws import operations
from mailfleet.aws.account import (
    GROUP,
    in_one_line,
    read_addresses,
    read_domains,
    read_missing_sets,
    read_sender,
    read_shadows,
)
from mailfleet.aws.verification import verified
from mailfleet.policy import Mail
from mailfleet.resolving import LiveDns, resolver_of
from mailfleet.ses.domains import configuration_set_changes, domain_changes
from mailfleet.ses.examine import examine
from mailfleet.ses.sender import secret_name, sender_changes, user_name
from mailfleet.ses.sending_identity import identity_changes, identity_notes


@deploy("SES domains")
def domains(mail: Mail) -> None:
    """An identity for each domain that is routed to SES, and every domain's DNS records."""
    with in_one_line():
        domains = read_domains(host, mail)
        addresses = read_addresses(host, mail)
        identities = [*(i for domain in domains for i in domain.identities), *addresses]
        missing_sets = read_missing_sets(host, identities)
        changes = [
            *configuration_set_changes(host.name, missing_sets),
            *domain_changes(host.name, domains),
            *identity_changes(host.name, addresses),
        ]
        found = examine(
            domains,
            LiveDns(resolver_of(host)),
            delegation=host.data.get("check_delegation") != "no",
            many_changes=host.data.get("many_changes") == "yes",
        )
    notes = [*found.notes, *read_shadows(host, mail), *identity_notes(identities)]
    announce(changes, notes, found.total)
    made: operations.Made = {}
    operations.identities(
        identities=identities,
        missing_sets=missing_sets,
        fleet=mail.fleet,
        made=made,
        name="SES identities",
    )
    operations.records(domains=domains, made=made, name="DNS records")
    operations.settings(
        identities=identities, fleet=mail.fleet, made=made, name="Settings of SES identities"
    )


@deploy("SES sender")
def sender(mail: Mail) -> None:
    """An IAM user that may send and nothing else, its SMTP password kept in Secrets Manager."""
    for ses in mail.ses:
        sender = read_sender(host, mail, ses)
        user = user_name(mail.fleet, ses.region)
        announce(sender_changes(host.name, user, secret_name(mail.fleet, ses.region), sender))
        operations.sender(
            sender=sender, fleet=mail.fleet, region=ses.region, name="IAM user and SMTP credential"
        )


@deploy("Gate")
def gate(mail: Mail) -> None:
    """All hosts wait here until SES has verified every domain that is routed to it."""
    unverified = []
    if GROUP in host.groups:
        unverified = [
            (identity.name, identity.region)
            for domain in read_domains(host, mail)
            for identity in domain.unverified
        ]
    verified(
        identities=unverified,
        within=mail.gate.verified_within,
        name="Domains are verified",
    )
