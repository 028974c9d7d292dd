"""What domains need at AWS: their identities at SES, and their records in Route 53."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from pyinfra import host
from pyinfra.api.deploy import deploy

from mailfleet.aws import dkim, operations
from mailfleet.aws.authorization import policies
from mailfleet.aws.facts import Caller
from mailfleet.aws.planned import cost, domain_calls, policy_calls
from mailfleet.aws.read import (
    in_one_line,
    read_addresses,
    read_domains,
    read_leaving,
    read_shadows,
    read_unlisted,
)
from mailfleet.aws.zones import read_protected
from mailfleet.dns.resolver import LiveDns
from mailfleet.plan.change import Change
from mailfleet.policy import Mail
from mailfleet.run.options import CHECK_DELEGATION, MANY_CHANGES, UNDO_DIR
from mailfleet.run.report import report
from mailfleet.run.resolver import resolver_of
from mailfleet.run.strict_facts import read
from mailfleet.ses.authorization import PolicyChange, authorization_notes, policy_changes
from mailfleet.ses.domains import SendingDomain, domain_changes
from mailfleet.ses.examine import Findings, examine
from mailfleet.ses.leaving import LeavingIdentity, leaving_changes, leaving_notes
from mailfleet.ses.sending_identity import SendingIdentity, identity_changes, identity_notes


@dataclass(frozen=True)
class Found:
    """What was read of the account, with what follows for each part of it. `caller` is our ARN."""

    domains: tuple[SendingDomain, ...]
    addresses: tuple[SendingIdentity, ...]
    leaving: tuple[LeavingIdentity, ...]
    caller: str

    @property
    def identities(self) -> list[SendingIdentity]:
        return [*(i for domain in self.domains for i in domain.identities), *self.addresses]

    @property
    def authorizations(self) -> list[PolicyChange]:
        return list(policy_changes(self.identities, self.caller))

    def changes(self) -> Iterator[Change]:
        """PlanError when something that is not ours is in the way."""
        yield from domain_changes(host.name, self.domains)
        yield from identity_changes(host.name, self.addresses)
        yield from leaving_changes(host.name, self.leaving)
        for change in self.authorizations:
            yield change.shown(host.name)


@deploy("SES domains")
def identities_and_records(mail: Mail) -> None:
    """An identity for each domain that is routed to SES, and every domain's DNS records."""
    with in_one_line():
        found = Found(
            read_domains(host, mail),
            read_addresses(host, mail),
            read_leaving(host, mail),
            read(host, Caller),
        )
        changes = list(found.changes())
        findings = examine(
            found.domains,
            LiveDns(resolver_of(host)),
            partial(read_protected, host),
            delegation=CHECK_DELEGATION.of(host),
            many_changes=MANY_CHANGES.of(host),
        )
    _announce(mail, found, changes, findings)
    _carry_out(mail, found)


def _announce(mail: Mail, found: Found, changes: list[Change], findings: Findings) -> None:
    notes = [
        *findings.notes,
        *read_unlisted(host, mail, found.domains),
        *read_shadows(host, mail),
        *identity_notes(found.identities),
        *authorization_notes(found.identities),
        *leaving_notes(found.leaving),
    ]
    calls = [
        *domain_calls(found.domains, found.identities, found.leaving, mail.fleet, found.caller),
        *policy_calls(found.authorizations),
    ]
    report(changes, notes, findings.total, cost(host, calls))


def _carry_out(mail: Mail, found: Found) -> None:
    """In the order in which mail is signed, and its signature found, at every moment: see
    mailfleet.aws.dkim."""
    made: operations.Made = {}
    every = found.identities
    dkim.own_keys(identities=every, made=made, name="BYODKIM keys")
    operations.identities(
        identities=[identity for identity in every if not identity.is_replica],
        fleet=mail.fleet,
        made=made,
        name="SES identities",
    )
    operations.leave(identities=found.leaving, name="SES identities of absent domains")
    dkim.keys_of_ses(identities=every, made=made, name="DKIM keys of SES")
    operations.records(
        domains=found.domains,
        made=made,
        undo_dir=UNDO_DIR.of(host),
        many_changes=MANY_CHANGES.of(host),
        within=mail.gate.published_within,
        name="DNS records",
    )
    operations.identities(
        identities=[identity for identity in every if identity.is_replica],
        fleet=mail.fleet,
        made=made,
        name="SES identities with the keys of another region",
    )
    dkim.signing(identities=every, made=made, name="DKIM signing")
    operations.settings(
        identities=every,
        fleet=mail.fleet,
        caller=found.caller,
        made=made,
        name="Settings of SES identities",
    )
    policies(
        changes=[change for change in found.authorizations if change.action != "create"],
        name="Delegate senders that were there",
    )
