"""Two policies to walk between, mail to send meanwhile, and what must not be left behind."""

from pathlib import Path

from mailfleet.relay.tree import Desired
from tests.support.fleet import Fleet
from tests.support.host_programs import policy_in, wanted
from tests.support.policies import ADMIN, AUTHORISED, DOMAIN, SECOND, WRAPPED, write_policy

SENDER = f"app@{DOMAIN}"
NOREPLY = f"noreply@{DOMAIN}"
# Submits two mails a second, one by SMTP and one by sendmail, until its standard input ends; prints
# how many.
LOAD = f"""
import select, smtplib, subprocess, sys

def by_smtp(mail):
    with smtplib.SMTP("127.0.0.1", 25, timeout=30) as server:
        server.sendmail("{SENDER}", ["you@elsewhere.example"], mail)

def by_sendmail(mail):
    command = ["/usr/sbin/sendmail", "-f", "{SENDER}", "you@elsewhere.example"]
    subprocess.run(command, input=mail, text=True, check=True)

number = 0
while not select.select([sys.stdin], [], [], 1)[0]:
    for submit in (by_smtp, by_sendmail):
        submit(f"From: {SENDER}\\nSubject: {{sys.argv[1]}} {{number}}\\n\\nHello\\n")
        number += 1
print(number)
"""
GREETING = 'python3 -c "import smtplib; smtplib.SMTP(\\"127.0.0.1\\", 25, timeout=10).noop()"'
LEFT_OVER = "find /etc /usr/local /var/lib/mailfleet -name '.*.mailfleet' -o -name stage"


def ways(fleet: Fleet, scratch: Path) -> list[Desired]:
    """Two policies. The way from each to the other has the same steps: files are changed, made and
    removed, secret ones too, and a unit begins anew."""
    there = write_policy(
        scratch / "there",
        second=AUTHORISED,
        more=f'routes=[Route(via="ses", fallback="{SECOND}")],',
    )
    back = write_policy(
        scratch / "back",
        ses=", connections=11",
        providers=WRAPPED,
        more=f"""routes=[
            Route(via="{SECOND}", senders=["lists@{DOMAIN}"], fallback="ses"),
            Route(via="ses"),
        ],
        relay=Relay(check_logs="daily"),""",
    )
    file = back / "all.py"
    file.write_text(file.read_text().replace(ADMIN, "watch@corp.example"))
    return [wanted(fleet, policy_in(policy)) for policy in (there, back)]
