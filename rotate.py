"""A new access key for the relays of a fleet, in order. Mail flows all the while.

The account makes the key; every relay proves it by a message and takes it; only then is the old
one deactivated, every relay seen to send, and the old one deleted. A run that stops anywhere
leaves mail flowing, and the next one finishes it.
"""

from pyinfra import host

from mailfleet.announce import announce_end
from mailfleet.aws.account import GROUP
from mailfleet.loading import policy_of
from tasks import rotation
from tasks.meeting import meet

mail = policy_of(host)
rotation.check_whole(mail)
plans = rotation.plans_of(mail)
is_account = GROUP in host.groups

if is_account:
    rotation.issue(mail=mail, plans=plans)
meet(name="There is a new key")

if not is_account:
    rotation.relay_takes_it(mail=mail, plans=plans)
meet(name="Every relay has it")

if is_account:
    rotation.take_over(mail=mail, plans=plans)
meet(name="The old key is refused")

if not is_account:
    rotation.relay_sends_on(mail=mail, plans=plans)
meet(name="Every relay sends on")

if is_account:
    rotation.retire(mail=mail, plans=plans)

announce_end()
