"""All mail of a fleet by other providers, at once: `--data to=sendgrid`, `to=ses:9,sendgrid:1`.

Mail that waits goes along, and nothing is restarted. Asks nothing of AWS. It stays so, whatever is
deployed meanwhile, until `to=policy`; with `--limit` only some hosts are switched.
"""

from pyinfra import host

from mailfleet.aws.inventory_accounts import GROUP
from mailfleet.run.loading import policy_of
from mailfleet.run.report import report_end
from tasks import relays

mail = policy_of(host)
to = relays.switch_of(host, mail)

if GROUP not in host.groups:
    relays.switch(mail=mail, to=to)

report_end()
