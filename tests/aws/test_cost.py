"""What the plan says of its calls is what the emulator then counts."""

import re
from collections import Counter

from tests.aws.conftest import Fleet

SHOWN = {"IAM": "iam", "Route 53": "route53", "Secrets Manager": "secretsmanager", "SES": "ses"}


def told(output: str) -> Counter[str]:
    """Calls by service, as a plan says them."""
    found = re.search(r"AWS: (\d+) calls? \((.*?)\), about \d+ (?:s|min)", output)
    if not found:
        return Counter()
    parts = re.findall(r"(\d+) ([A-Z][A-Za-z0-9 ]*)", found[2])
    by_service = Counter({SHOWN[service]: int(number) for number, service in parts})
    assert by_service.total() == int(found[1])
    return by_service


def made(fleet: Fleet) -> Counter[str]:
    """Calls by service, as the emulator counts them."""
    return Counter(call.service.replace("v2", "") for call in fleet.cloud.control.calls())


def deploy(fleet: Fleet, domains: str = "") -> Counter[str]:
    """Deploy after a dry run: what both said of it is what was done beyond reading."""
    fleet.write(domains=domains)
    fleet.cloud.control.forget_calls()
    dry = fleet.deploy("--dry")
    reading = made(fleet)
    fleet.cloud.control.forget_calls()
    run = fleet.deploy("-y")
    assert run.status == 0, run.output
    assert told(dry.output) == told(run.output) == made(fleet) - reading
    return told(run.output)


def test_the_plan_says_how_many_calls_it_takes(fleet: Fleet) -> None:
    names = [fleet.domain, *(f"d{number}.{fleet.domain}" for number in range(1, 4))]
    first = [f"Domain({name!r}, zone={fleet.domain!r})" for name in names]
    assert deploy(fleet, ", ".join(first))["ses"] == 2 * len(names) + 3  # make, MAIL FROM; look
    assert deploy(fleet, ", ".join(first)) == Counter()
    changed = [
        f"Domain({fleet.domain!r}, configuration_set={fleet.name!r})",
        f"Domain({names[1]!r}, zone={fleet.domain!r}, mail_from='m.{names[1]}')",
        *first[2:],
    ]
    assert deploy(fleet, ", ".join(changed)) == Counter(ses=4, route53=3)


def test_other_keys_are_counted_once(fleet: Fleet) -> None:
    deploy(fleet, f"Domain({fleet.domain!r})")
    calls = deploy(fleet, f"Domain({fleet.domain!r}, dkim=EasyDkim(key_length=1024))")
    assert calls["ses"] == 2  # to ask for them; to look whether SES has found them
