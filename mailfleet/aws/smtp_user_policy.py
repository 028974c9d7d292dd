"""What the fleet's IAM user may do: send, from addresses whose mail leaves by its Ses.

SMTP needs ses:SendRawEmail alone ("Obtaining Amazon SES SMTP credentials"). StringLike on
ses:FromAddress sees the address in the From header and minds its case ("Sending policy
examples", both of the Amazon SES Developer Guide).
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from mailfleet.policy import Mail, Ses
from mailfleet.policy.route import VERIFIED

MOST = 2048
"""Characters of all inline policies of a user, white space not counted ("IAM and AWS STS quotas",
IAM User Guide)."""


def sending_policy(mail: Mail, ses: Ses) -> dict[str, Any]:
    """The user's policy document. When its senders are too many for it, hosted zones stand for
    their domains; when these are too many as well, it names none: see `policy_note`."""
    if _takes_all_verified(mail, ses):
        return _document([])
    names = mail.senders_by(ses)
    domains = [mail.domain_of(name) for name in names]
    zones = [domain.zone if domain else name for name, domain in zip(names, domains, strict=True)]
    for chosen in (names, zones):
        document = _document(_patterns(chosen))
        if size(document) <= MOST:
            return document
    return _document([])


def widened(current: dict[str, Any] | None, desired: dict[str, Any]) -> dict[str, Any]:
    """What allows what `current` and `desired` do, so that relays are not refused what an
    earlier policy lets them send; any address when there is no room for both, and no more than
    `desired` when the current document is none of ours."""
    now, then = _allowed(current or {}), _allowed(desired)
    if current is None or current != _document(now):
        return desired
    if not now or not then:
        return _document([])
    both = _document([*{*now, *then}])
    return both if size(both) <= MOST else _document([])


def _allowed(document: dict[str, Any]) -> list[str]:
    """The patterns of a document of ours; none when it has no condition, or is none of ours."""
    try:
        return list(document["Statement"][0]["Condition"]["StringLike"]["ses:FromAddress"])
    except (KeyError, IndexError, TypeError):
        return []


def policy_note(mail: Mail, ses: Ses, user: str) -> str | None:
    """What the operator should know of a document that allows more than the domains."""
    if _takes_all_verified(mail, ses):
        return (
            f"IAM user {user}: a route is for all that SES has verified, its policy names no "
            "addresses"
        )
    document = sending_policy(mail, ses)
    if document == _document(_patterns(mail.senders_by(ses))):
        return None
    what = "hosted zones instead" if "Condition" in document["Statement"][0] else "no addresses"
    return (
        f"IAM user {user}: its senders do not fit into the {MOST} characters of its policy, which "
        f"names {what}"
    )


def _takes_all_verified(mail: Mail, ses: Ses) -> bool:
    """Whether a route sends identities there that the policy does not name."""
    return any(route.senders == VERIFIED and ses.name in route.weights for route in mail.routes)


def size(document: dict[str, Any]) -> int:
    return len("".join(json.dumps(document).split()))


def _patterns(names: Iterable[str]) -> list[str]:
    """What the identities let send: an address, or a domain's own addresses and those below it.
    What is below another one of the names needs no pattern of its own."""
    every = set(names)
    patterns: list[str] = []
    for name in sorted(every):
        if not every & set(_above(name)):
            patterns += [name] if "@" in name else [f"*@{name}", f"*@*.{name}"]
    return patterns


def _above(name: str) -> Iterator[str]:
    """The domain of an address; the domains that a domain is below."""
    _, at, domain = name.partition("@")
    above = domain if at else name.partition(".")[2]
    while above:
        yield above
        above = above.partition(".")[2]


def _document(patterns: list[str]) -> dict[str, Any]:
    """Without patterns from any address. Sorted, so that the same are always the same text."""
    condition = (
        {"Condition": {"StringLike": {"ses:FromAddress": sorted(patterns)}}} if patterns else {}
    )
    statement = {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*", **condition}
    return {"Version": "2012-10-17", "Statement": [statement]}
