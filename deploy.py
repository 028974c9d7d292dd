"""What happens to your infrastructure, in order.

First AWS; then the gate, where every host waits until SES has verified the domains; then the
relays, each only if that went well and its credential works. What they need no more is taken from
their IAM user last.
"""

from pyinfra import host

from mailfleet.aws.inventory_accounts import GROUP, is_account
from mailfleet.run.barrier import barrier
from mailfleet.run.loading import policy_of
from mailfleet.run.report import report_end
from tasks import accounts, domains, relays

mail = policy_of(host)

if is_account(host, mail):
    accounts.sending_account(mail=mail)
    domains.identities_and_records(mail=mail)
    accounts.sender(mail=mail)

accounts.gate(mail=mail)

if GROUP not in host.groups:
    relays.relay(mail=mail)

barrier(name="Relays are done")

if is_account(host, mail):
    accounts.narrow(mail=mail)

report_end()
