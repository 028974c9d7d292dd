"""Every relay goes back to the Postfix configuration that worked before its last deploy.

Asks nothing of AWS: with `--limit relays` it is not even connected to. What runs now is kept, so
that going back once more undoes it. The next deploy.py brings the policy's configuration again.
"""

from pyinfra import host

from mailfleet.aws.inventory_accounts import GROUP
from mailfleet.run.loading import policy_of
from mailfleet.run.report import report_end
from tasks import relays

if GROUP not in host.groups:
    relays.rollback(mail=policy_of(host))

report_end()
