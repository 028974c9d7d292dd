"""Every option of a run and every setting of the inventory that mailfleet reads.

docs/run-options.md lists them; `python -m scripts.run_options` writes its table from here.
"""

from collections.abc import Mapping
from typing import Any

from mailfleet.run.option import DECLARED as DECLARED
from mailfleet.run.option import Option, choice, declare, flag, number, text

DEPLOY = ("deploy.py",)
PAGES = ("deploy.py", "switch.py", "rotate.py", "rollback.py", "mailq.py")
_MESSAGES = "all, or terms such as a sender, @domain, to:RECIPIENT, a provider, older:2d, held"


def _address(given: Any) -> tuple[str, int]:
    address, port = given
    if not isinstance(address, str) or not 0 < int(port) < 65536:
        raise ValueError
    return address, int(port)


def _rates(given: Any) -> Mapping[str, float]:
    rates = {str(service): float(rate) for service, rate in dict(given).items()}
    if not all(rate > 0 for rate in rates.values()):
        raise ValueError
    return rates


# Of a run.
PLAN_OUT = declare(text("plan_out", "Write the plan to this file, as JSON.", "a file", pages=PAGES))
READ = declare(
    choice("read", "deep: read every SES identity with its own call.", ("fast", "deep"), DEPLOY)
)
ROLLOUT = declare(
    choice(
        "rollout",
        "staged: one relay host first, the others after it works; all: all in parallel.",
        ("staged", "all"),
        ("deploy.py", "rotate.py"),
    )
)
CHECK_DELEGATION = declare(
    flag(
        "check_delegation",
        "no: write to a hosted zone that its parent zone does not delegate to.",
        default=True,
        pages=DEPLOY,
    )
)
MANY_CHANGES = declare(
    flag("many_changes", "yes: change or delete more than 30% of a zone's record sets.",
         pages=DEPLOY)
)  # fmt: skip
REMOVE_UNLISTED = declare(
    flag(
        "remove_unlisted",
        "yes: remove record sets that mailfleet created and the policy no longer needs.",
        pages=DEPLOY,
    )
)
UNDO_DIR = declare(
    text("undo_dir", "Where the undo of each change of DNS is written.", "a folder",
         default="undo", pages=DEPLOY)
)  # fmt: skip
TO = declare(
    text("to", "Where all mail goes from now on; policy ends that.",
         "a provider, weights such as ses:9,sendgrid:1, or policy", pages=("switch.py",))
)  # fmt: skip
FLUSH = declare(text("flush", "Try this queued mail anew.", _MESSAGES, pages=("mailq.py",)))
RELEASE = declare(text("release", "Release this mail from hold.", _MESSAGES, pages=("mailq.py",)))
DELETE = declare(text("delete", "Delete this queued mail.", _MESSAGES, pages=("mailq.py",)))

# Of hosts and accounts.
ANSWERS_WITHIN = declare(
    number("answers_within", "How long a host's SSH server may take to answer.", 1, 3600, 30,
           "seconds")
)  # fmt: skip
RESOLVER = declare(
    Option(
        "resolver",
        "The DNS resolver that an account's domains are looked up with; by default the system's.",
        'an address and a port, such as ("192.0.2.53", 53)',
        _address,
        None,
    )
)
NAME_SERVER_PORT = declare(
    number("name_server_port", "The port of Route 53's name servers.", 1, 65535, 53)
)
AWS_PROFILE = declare(text("aws_profile", "Profile of the AWS configuration.", "a name"))
AWS_CONFIG_FILE = declare(
    text("aws_config_file", "AWS configuration file, if not the default one.", "a file")
)
AWS_REGION = declare(
    text("aws_region", "Region of calls that belong to none.", "a region", default="us-east-1")
)
AWS_MAX_ATTEMPTS = declare(
    number("aws_max_attempts", "Attempts of one call, the first included.", 1, 100, 10)
)
AWS_TIMEOUT = declare(
    number("aws_timeout", "How long one attempt waits for its answer.", 0, 3600, 30, "seconds")
)
AWS_RATES = declare(
    Option[Mapping[str, float]](
        "aws_rates",
        "Requests a second by service, over the defaults.",
        'rates such as {"ses": 5}',
        _rates,
        {},
    )
)
