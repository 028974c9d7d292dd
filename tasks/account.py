"""The AWS account: read, planned and shown; then carried out stage by stage."""

from functools import partial

from pyinfra import host
from pyinfra.api.deploy import deploy

from mailfleet.aws.command import stage
from mailfleet.aws.cost_estimate import cost_estimate
from mailfleet.aws.inventory_accounts import is_account
from mailfleet.aws.read import domains, in_one_line
from mailfleet.aws.reader import Reader
from mailfleet.aws.regions import check_regions
from mailfleet.aws.resources.kinds import read_resources
from mailfleet.aws.safety_checks import safety_checks
from mailfleet.aws.zones import read_protected
from mailfleet.dns.resolver import LiveDns
from mailfleet.plan.engine import Plan
from mailfleet.plan.stages import Phase, stages_of
from mailfleet.policy import Mail
from mailfleet.run.options import CHECK_DELEGATION, MANY_CHANGES
from mailfleet.run.report import report
from mailfleet.run.resolver import resolver_of


def plan_account(mail: Mail) -> Plan:
    """What the policy asks of AWS beside what is there, shown with the rest of the plan. On a host
    that is not the policy's account there is nothing to do."""
    if not is_account(host, mail):
        return Plan(host.name)
    with in_one_line():
        check_regions(mail, LiveDns(resolver_of(host)))
        reader = Reader(host, mail)
        plan = Plan(host.name, read_resources(reader))
        changes = plan.changes
        findings = safety_checks(
            reader.once(domains),
            LiveDns(resolver_of(host)),
            partial(read_protected, host),
            delegation=CHECK_DELEGATION.of(host),
            many_changes=MANY_CHANGES.of(host),
        )
        cost = cost_estimate(host, plan)
    report(changes, [*plan.notes, *findings.notes], findings.total, cost)
    return plan


@deploy("AWS account")
def account(plan: Plan) -> None:
    """All that relays need: see mailfleet.plan.stages for the order."""
    _carry_out(plan, "account")


@deploy("Gate")
def gate(plan: Plan) -> None:
    """All hosts wait here until SES has verified every domain that is routed to it. Only then SES
    takes new delegates of it."""
    _carry_out(plan, "gate")


@deploy("Revocation")
def revoke(plan: Plan) -> None:
    """The IAM user loses what no relay needs any more: until now they may have sent with it."""
    _carry_out(plan, "end")


def _carry_out(plan: Plan, phase: Phase) -> None:
    for each in host.loop(stages_of(phase)):  # type: ignore[no-untyped-call]
        if plan.resources or each.everywhere:
            stage(plan=plan, stage=each.name, name=each.name)
