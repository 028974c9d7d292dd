"""What happens to your infrastructure, in order.

First AWS; then the gate, where every host waits until SES has verified the domains; then the
relays, each only if that went well and its credential works. Permissions the relays no longer need
are revoked last. The stages of the account are those of mailfleet/plan/stages.py.
"""

from pyinfra import host

from mailfleet.run.barrier import barrier
from mailfleet.run.groups import ACCOUNTS
from mailfleet.run.loading import policy_of
from mailfleet.run.report import report_end
from tasks import account, relays

mail = policy_of(host)

plan = account.plan_account(mail)

account.account(plan=plan)
account.gate(plan=plan)

if ACCOUNTS not in host.groups:
    relays.relay(mail=mail)

barrier(name="Relays are done")

account.revoke(plan=plan)

report_end()
