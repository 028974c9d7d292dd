"""Every relay goes back to the Postfix configuration that worked before its last deploy.

Asks nothing of AWS: with `--limit relays` it is not even connected to. What runs now is kept, so
that going back once more undoes it. The next deploy.py brings the policy's configuration again.
"""

from pyinfra import host

from mailfleet.announce import announce_end
from mailfleet.aws.accounts import GROUP
from mailfleet.loading import policy_of
from tasks import relays

if GROUP not in host.groups:
    relays.go_back(mail=policy_of(host))

announce_end()
