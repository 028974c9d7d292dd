"""The queued mail of a fleet, by host and provider: how much, since when and why.

`--data flush=all` retries it now, `release=...` releases what is on hold, `delete=...` deletes.
Each takes `all`, or terms separated by commas that must all match: a sender or @domain,
`to:RECIPIENT`, a provider, `older:2d`, `held`. What would be done is shown first; then pyinfra
asks, unless `-y` is given. Makes no calls to AWS.
"""

from pyinfra import host

from mailfleet.run.groups import ACCOUNTS
from mailfleet.run.loading import policy_of
from mailfleet.run.report import report_end
from tasks import queued_mail

mail = policy_of(host)

if ACCOUNTS not in host.groups:
    queued_mail.queued_mail(mail=mail, asked=queued_mail.mailq_of(host, mail))

report_end()
queued_mail.fleet_total()
