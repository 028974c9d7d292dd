"""Roll every relay back to the Postfix configuration that worked before its last deploy.

Makes no calls to AWS: with `--limit relays` the run does not even connect to it. The current
configuration is kept, so that a second rollback undoes the first. The next deploy.py restores the
policy's configuration.
"""

from pyinfra import host

from mailfleet.run.groups import ACCOUNTS
from mailfleet.run.loading import policy_of
from mailfleet.run.report import report_end
from tasks import relays

if ACCOUNTS not in host.groups:
    relays.rollback(mail=policy_of(host))

report_end()
