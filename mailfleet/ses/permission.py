"""What the fleet's IAM user may do: send, from the addresses of the domains that leave by its Ses.

SMTP needs ses:SendRawEmail alone ("Obtaining Amazon SES SMTP credentials"). StringLike on
ses:FromAddress sees the address in the From header and minds its case ("Sending policy
examples", both of the Amazon SES Developer Guide).
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from mailfleet.policy import Mail, Ses

MOST = 2048
"""Characters of all inline policies of a user, white space not counted ("IAM and AWS STS quotas",
IAM User Guide)."""


def sending_policy(mail: Mail, ses: Ses) -> dict[str, Any]:
    """The user's policy document. When the domains are too many for it, their hosted zones stand
    for them; when these are too many as well, it names no addresses: see `policy_note`."""
    names = sending_names(mail, ses)
    zones = {domain.name: domain.zone for domain in mail.domains}
    for chosen in (names, [zones.get(name, name) for name in names]):
        document = _document(_patterns(chosen))
        if size(document) <= MOST:
            return document
    return _document([])


def sending_names(mail: Mail, ses: Ses) -> list[str]:
    """The domains whose mail leaves by that Ses, in the policy's order; all of the policy's while
    none does, so that the credential can be tried out."""
    names = [domain.name for domain in mail.domains if ses in mail.providers_of(domain)]
    names += [sender.rpartition("@")[2] for sender, via in mail.sender_routes if via == ses]
    return list(dict.fromkeys(names)) or [domain.name for domain in mail.domains]


def policy_note(mail: Mail, ses: Ses, user: str) -> str | None:
    """What the operator should know of a document that allows more than the domains."""
    document = sending_policy(mail, ses)
    if document == _document(_patterns(sending_names(mail, ses))):
        return None
    what = "hosted zones instead" if "Condition" in document["Statement"][0] else "no addresses"
    return (
        f"IAM user {user}: the domains that it sends for do not fit into the {MOST} characters of "
        f"its policy, which names {what}"
    )


def size(document: dict[str, Any]) -> int:
    return len("".join(json.dumps(document).split()))


def _patterns(names: Iterable[str]) -> list[str]:
    """An identity's own addresses and those below it: it lets all of them send. What is below
    another one of the names needs no patterns."""
    every = set(names)
    return [pattern for name in sorted(every) if not every & set(_above(name))
            for pattern in (f"*@{name}", f"*@*.{name}")]  # fmt: skip


def _above(name: str) -> Iterator[str]:
    while name := name.partition(".")[2]:
        yield name


def _document(patterns: list[str]) -> dict[str, Any]:
    condition = {"Condition": {"StringLike": {"ses:FromAddress": patterns}}} if patterns else {}
    statement = {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*", **condition}
    return {"Version": "2012-10-17", "Statement": [statement]}
