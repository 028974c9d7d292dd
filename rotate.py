"""A new access key for the relays of a fleet, in order. Mail flows all the while.

The account makes the key; every relay proves it by a message and takes it; only then is the old
one deactivated, every relay seen to send, and the old one deleted. A run that stops anywhere
leaves mail flowing, and the next one finishes it.
"""

from pyinfra import host

from mailfleet.aws.inventory_accounts import is_account
from mailfleet.run.barrier import barrier
from mailfleet.run.groups import ACCOUNTS
from mailfleet.run.loading import policy_of
from mailfleet.run.report import report_end
from tasks import rotation

mail = policy_of(host)
rotation.check_limit(mail)
plans = rotation.plans_of(mail)
sends = is_account(host, mail)

if sends:
    rotation.create(mail=mail, plans=plans)
barrier(name="There is a new key")

if ACCOUNTS not in host.groups:
    rotation.distribute(mail=mail, plans=plans)
barrier(name="Every relay has it")

if sends:
    rotation.promote(mail=mail, plans=plans)
barrier(name="The old key is refused")

if ACCOUNTS not in host.groups:
    rotation.verify(mail=mail, plans=plans)
barrier(name="Every relay sends on")

if sends:
    rotation.delete(mail=mail, plans=plans)

report_end()
