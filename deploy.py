"""What happens to your infrastructure, in order.

First AWS; then the gate, where every host waits until SES has verified the domains; then the
relays, each only if that went well and its credential works. What they need no more is taken from
their IAM user last.
"""

from pyinfra import host

from mailfleet.announce import announce_end
from mailfleet.aws.accounts import GROUP, is_account
from mailfleet.loading import policy_of
from tasks import accounts, domains, relays
from tasks.meeting import meet

mail = policy_of(host)

if is_account(host, mail):
    accounts.sending_account(mail=mail)
    domains.identities_and_records(mail=mail)
    accounts.sender(mail=mail)

accounts.gate(mail=mail)

if GROUP not in host.groups:
    relays.relay(mail=mail)

meet(name="Relays are done")

if is_account(host, mail):
    accounts.narrow(mail=mail)

announce_end()
