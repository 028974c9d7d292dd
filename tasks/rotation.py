"""A new access key for the relays: made, proven on all of them, and the old one taken away."""

from collections.abc import Iterator, Mapping
from functools import partial

from pyinfra import host
from pyinfra.api.deploy import deploy
from pyinfra.api.exceptions import DeployError

from mailfleet.aws import rotation as account
from mailfleet.aws.credentials import read_credentials
from mailfleet.aws.facts import LastUse
from mailfleet.aws.inventory_accounts import account_of, missing_relays, relays_of
from mailfleet.aws.read import in_one_line, read_smtp_user
from mailfleet.aws.readiness import account_failed, read_new_credential
from mailfleet.aws.relay_inputs import read_relay_inputs
from mailfleet.aws.rotation_plan import RotationPlan, rotation_changes, use_note
from mailfleet.aws.smtp_user import secret_name, user_name
from mailfleet.policy import Mail, Ses
from mailfleet.relay import operations
from mailfleet.relay import rotation as relay
from mailfleet.relay.plan import plan
from mailfleet.run.commands import fail
from mailfleet.run.report import report
from mailfleet.run.strict_facts import read
from tasks.relays import found_and_desired

Plans = Mapping[Ses, RotationPlan]


def check_limit(mail: Mail) -> None:
    """DeployError unless the run takes in the account and every relay."""
    account_of(host.inventory, mail)
    left_out = [other.name for other in host.inventory if not host.state.is_host_in_limit(other)]
    if left_out:
        raise DeployError(
            f"--limit leaves out {', '.join(sorted(left_out))}, but a rotation is of the entire "
            "fleet: run it without --limit"
        )
    if not mail.ses:
        raise DeployError(
            "Mail.providers: found no Ses, expected one: only its keys can be rotated"
        )


def plans_of(mail: Mail) -> Plans:
    """What is to be done for each Ses; from where the last run has stopped, if it did."""
    with in_one_line():
        return account.read_rotations(account_of(host.inventory, mail), mail)


@deploy("New key")
def create(mail: Mail, plans: Plans) -> None:
    """A second access key, its credential stored beside the one that is in use."""
    missing = missing_relays(host)
    for ses, todo in plans.items():
        user, secret = user_name(mail.fleet, ses.region), secret_name(mail.fleet, ses.region)
        uses = {key: read(host, LastUse, key=key.id) for key in todo.replaced}
        notes = [use_note(user, key, ses.region, use) for key, use in uses.items()]
        changes = rotation_changes(host.name, user, secret, todo, all_relays=not missing)
        report(changes, [note for note in notes if note])
        account.create(plan=todo, fleet=mail.fleet, region=ses.region, name="New key")
    report([], list(_notes(mail, plans, missing)))


def _notes(mail: Mail, plans: Plans, missing: list[str]) -> Iterator[str]:
    if missing:
        yield (
            f"not reached: {', '.join(missing)}: the old key stays as it is until a later run has "
            "changed them, too"
        )
    if not relays_of(host.inventory, mail):
        yield "there are no relay hosts: no one tests the new key before the old one is deleted"
    if waiting := [ses.name for ses in mail.ses if ses not in plans]:
        yield (
            f"{', '.join(waiting)}: not rotated, for this run finishes an earlier one: run "
            "rotate.py again"
        )


@deploy("New credential")
def distribute(mail: Mail, plans: Plans) -> None:
    """On a relay: a message that SES accepts with the new credential, then Postfix gets it."""
    if mail.relay.relay_hosts:
        return  # it has no credential
    credentials = partial(read_credentials, host.inventory, mail)
    with in_one_line():
        inputs = read_relay_inputs(host.inventory, mail)
        new = {ses.name: todo.new for ses, todo in plans.items()}
        found = found_and_desired(mail, {**credentials(), **new}, inputs)
    if found is None:
        return  # it has been said why; the others go on
    state, target = found
    changes = plan(host.name, target, state)
    if other := relay.unrelated_changes(changes):
        fail(f"found {', '.join(other)} not as the policy says: run deploy.py before rotate.py")
        return
    report([*relay.trial_messages(host.name, mail, tuple(plans)), *changes])
    relay.try_new_credential(
        mail=mail,
        providers=tuple(plans),
        new_credential=partial(read_new_credential, host.inventory, mail),
        name="New credential works",
    )
    operations.apply_first(
        mail=mail,
        inputs=inputs,
        state=state,
        changes=changes,
        credentials=credentials,
        name="Postfix has it, on one host first",
    )
    operations.apply(
        mail=mail,
        inputs=inputs,
        state=state,
        changes=changes,
        credentials=credentials,
        name="Postfix has it",
    )
    relay.drain(mail=mail, name="Nothing is sent with the old one")


@deploy("Old key refused")
def promote(mail: Mail, plans: Plans) -> None:
    """The new credential is the stored one; the old key is deactivated."""
    for ses, todo in plans.items():
        stored = read_smtp_user(host, mail, ses).stored
        account.promote(
            plan=todo,
            stored=stored.username if stored else None,
            fleet=mail.fleet,
            region=ses.region,
            name="Old key is deactivated",
        )


@deploy("Mail flows")
def verify(mail: Mail, plans: Plans) -> None:
    """On a relay: a message that SES accepts with the credential that Postfix has."""
    if not mail.relay.relay_hosts:
        relay.verify(
            mail=mail,
            providers=tuple(plans),
            account_failed=partial(account_failed, host.inventory, mail),
            name="Mail flows without the old key",
        )


@deploy("Old key gone")
def delete(mail: Mail, plans: Plans) -> None:
    """The old key is deleted."""
    for ses, todo in plans.items():
        account.delete(plan=todo, fleet=mail.fleet, region=ses.region, name="Old key is deleted")
