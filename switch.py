"""Send all mail of a fleet through other providers: `--data to=sendgrid`, `to=ses:9,sendgrid:1`.

Queued mail is moved too, and nothing is restarted. Makes no calls to AWS. The switch stays in
force, through any deploys, until `to=policy`; with `--limit` only some hosts are switched.
"""

from pyinfra import host

from mailfleet.run.groups import ACCOUNTS
from mailfleet.run.loading import policy_of
from mailfleet.run.report import report_end
from tasks import relays

mail = policy_of(host)
to = relays.switch_of(host, mail)

if ACCOUNTS not in host.groups:
    relays.switch(mail=mail, to=to)

report_end()
