"""The AWS side beside domains: the account, the user that relays authenticate as, the gate."""

from pyinfra import host
from pyinfra.api.deploy import deploy

from mailfleet.aws import sender as sender_operations
from mailfleet.aws.authorization import policies
from mailfleet.aws.command import stage
from mailfleet.aws.facts import Caller
from mailfleet.aws.inventory_accounts import is_account, missing_relays
from mailfleet.aws.planned import cost, sender_calls
from mailfleet.aws.read import (
    in_one_line,
    read_addresses,
    read_domains,
    read_sender,
)
from mailfleet.aws.reader import Reader
from mailfleet.aws.regions import check_regions
from mailfleet.aws.resources.kinds import read_resources
from mailfleet.aws.verification import look, verified
from mailfleet.dns.resolver import LiveDns
from mailfleet.plan.engine import Plan
from mailfleet.plan.stages import SES_ACCOUNT
from mailfleet.policy import Mail
from mailfleet.run.report import report
from mailfleet.run.resolver import resolver_of
from mailfleet.run.strict_facts import read
from mailfleet.ses.authorization import policy_changes
from mailfleet.ses.permission import policy_note
from mailfleet.ses.rotation import rotation_note
from mailfleet.ses.sender import secret_name, sender_changes, sender_notes, user_name


@deploy("SES account")
def sending_account(mail: Mail) -> None:
    """What the policy asks of the account in each region; its state and quota are shown."""
    with in_one_line():
        check_regions(mail, LiveDns(resolver_of(host)))
        plan = Plan(host.name, read_resources(Reader(host, mail)))
        report(plan.changes, plan.notes, cost=cost(host, plan.calls))
    stage(plan=plan, stage=SES_ACCOUNT, name=SES_ACCOUNT)


@deploy("SES sender")
def sender(mail: Mail) -> None:
    """An IAM user that may send and nothing else, its SMTP password kept in Secrets Manager."""
    for ses in mail.ses:
        sender = read_sender(host, mail, ses)
        user, secret = user_name(mail.fleet, ses.region), secret_name(mail.fleet, ses.region)
        whole = not missing_relays(host)
        wide = policy_note(mail, ses, user)
        notes = [*sender_notes(user, sender, whole), *rotation_note(user, sender)]
        report(
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
        report([], cost=cost(host, look(unverified), wait))  # once at least
    verified(
        identities=unverified,
        within=mail.gate.verified_within,
        name="Domains are verified",
    )
    if is_account(host, mail):
        identities = [i for domain in domains for i in domain.identities]
        every = [*identities, *read_addresses(host, mail)]
        policies(
            changes=[c for c in policy_changes(every, read(host, Caller)) if c.action == "create"],
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
