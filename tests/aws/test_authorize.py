"""Who else may send as an identity: let in, seen, and shut out again."""

import json
from typing import Any

from tests.aws.conftest import Fleet
from tests.support.cli import Run

ACCOUNT, ROLE = "210987654321", "arn:aws:iam::210987654321:role/Newsletter"
KIND = "sending authorization"


def policies(fleet: Fleet) -> dict[str, Any]:
    answer = fleet.cloud.client("sesv2").get_email_identity(EmailIdentity=fleet.domain)
    return {name: json.loads(text) for name, text in answer["Policies"].items()}


def write(fleet: Fleet, delegates: str) -> None:
    fleet.write(domains=f"Domain({fleet.domain!r}, delegates=[{delegates}])")


def deploy(fleet: Fleet) -> Run:
    """Deploy; nothing is left to do after it."""
    run = fleet.deploy("-y")
    assert run.status == 0, run.output
    assert fleet.plan() == []
    return run


def planned(fleet: Fleet) -> list[tuple[str, str]]:
    return [(c["id"].rpartition("/")[2], c["action"]) for c in fleet.plan() if c["kind"] == KIND]


def test_a_delegate_is_let_in_changed_and_shut_out(fleet: Fleet) -> None:
    news = f"Delegate({ROLE!r}, from_addresses=['news-*@{fleet.domain}'])"
    write(fleet, f"Delegate({ACCOUNT!r}), {news}")
    account, role = f"mailfleet-{ACCOUNT}", f"mailfleet-{ACCOUNT}-Newsletter"
    (first, second) = planned(fleet)
    assert first == (account, "create")
    assert second[0].startswith(role)
    deploy(fleet)
    arn = f"arn:aws:ses:us-east-1:123456789012:identity/{fleet.domain}"
    sending = {"Effect": "Allow", "Action": ["ses:SendEmail", "ses:SendRawEmail"], "Resource": arn}
    only = {"StringLike": {"ses:FromAddress": [f"news-*@{fleet.domain}"]}}
    assert [policy["Statement"] for policy in policies(fleet).values()] == [
        [sending | {"Principal": {"AWS": [ACCOUNT]}}],
        [sending | {"Principal": {"AWS": [ROLE]}, "Condition": only}],
    ]

    write(fleet, f"Delegate({ACCOUNT!r}, from_addresses=['a@{fleet.domain}'])")
    assert planned(fleet) == [(account, "update"), (second[0], "delete")]
    fleet.cloud.control.forget_calls()
    run = fleet.deploy("-y", "--diff")
    assert run.status == 0, run.output
    assert f'+             "a@{fleet.domain}"' in run.output
    assert f'-             "news-*@{fleet.domain}"' in run.output
    assert fleet.cloud.writes() == ["UpdateEmailIdentityPolicy", "DeleteEmailIdentityPolicy"]
    assert list(policies(fleet)) == [account]

    fleet.write()
    fast = fleet.deploy("--dry").output
    assert "No changes." in fast
    assert "not looked at: key length, configuration set and policies of 1 SES identity" in fast
    write(fleet, "")
    assert planned(fleet) == [(account, "delete")]
    assert fleet.deploy("-y").status == 0
    assert policies(fleet) == {}


def test_somebody_elses_policy_stays_and_a_star_is_warned_of(fleet: Fleet) -> None:
    assert fleet.deploy("-y").status == 0
    arn = f"arn:aws:ses:us-east-1:123456789012:identity/{fleet.domain}"
    statement = {"Effect": "Allow", "Principal": "*", "Action": "ses:*", "Resource": arn}
    theirs = {"Version": "2012-10-17", "Statement": [statement]}
    sesv2 = fleet.cloud.client("sesv2")
    names = {"EmailIdentity": fleet.domain, "PolicyName": "theirs"}
    sesv2.create_email_identity_policy(**names, Policy=json.dumps(theirs))
    left = f"mailfleet-{ACCOUNT}"
    sesv2.create_email_identity_policy(**names | {"PolicyName": left}, Policy=json.dumps(theirs))
    write(fleet, f"Delegate({ROLE!r})")
    shown = " ".join(deploy(fleet).output.split())
    assert f"policy theirs of SES identity us-east-1/{fleet.domain} lets everyone at AWS" in shown
    assert f"- sending authorization us-east-1/{fleet.domain}/{left}: delete" in shown
    assert policies(fleet).pop("theirs") == theirs
    assert left not in policies(fleet)
