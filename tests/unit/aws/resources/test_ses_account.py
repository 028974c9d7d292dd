"""The SES account: what is said of it, what is set, and when production access is asked for."""

from dataclasses import replace

import pytest

from mailfleet.aws.resources.ses_account import Account, AccountPlan, SendQuota, from_ses
from mailfleet.plan.resource import Values
from mailfleet.policy import ProductionAccess, SesAccount

QUOTA = SendQuota(per_day=50_000, sent=100, max_send_rate=14)
ACCOUNT = Account(True, True, "HEALTHY", QUOTA, suppression=("BOUNCE", "COMPLAINT"))
SANDBOX = replace(ACCOUNT, production=False)
REQUEST = ProductionAccess("TRANSACTIONAL", "https://example.com", "Receipts.")
NOTHING = SesAccount()
ASKED = SesAccount(production=REQUEST)


def plan(found: Account, desired: SesAccount = NOTHING) -> AccountPlan:
    return AccountPlan("us-east-1", found, desired)


def changed(found: Account, desired: SesAccount) -> list[tuple[str, str | None, str | None]]:
    return [(t.id, t.found, t.desired) for t in plan(found, desired).things(Values())]


def test_what_was_never_set_is_left_out_by_ses() -> None:
    quota = {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 3.0}
    answer = {
        "ProductionAccessEnabled": False,
        "SendingEnabled": True,
        "EnforcementStatus": "HEALTHY",
        "SendQuota": quota,
    }
    assert from_ses(answer) == Account(False, True, "HEALTHY", SendQuota(200, 3, 1))
    review = {"Status": "PENDING", "CaseId": "7"}
    found = from_ses({
        **answer,
        "Details": {"ReviewDetails": review},
        "SuppressionAttributes": {"SuppressedReasons": ["COMPLAINT", "BOUNCE"]},
        "VdmAttributes": {"VdmEnabled": "ENABLED"},
    })  # fmt: skip
    assert (found.review, found.case_id, found.vdm) == ("PENDING", "7", True)
    assert found.suppression == ("BOUNCE", "COMPLAINT")


def test_an_account_in_order_is_one_line() -> None:
    assert list(plan(ACCOUNT).notes()) == [
        "SES in us-east-1: 100 of 50,000 messages (0%) sent in 24 hours, 14 a second at most"
    ]


@pytest.mark.parametrize(
    ("quota", "said"),
    [
        (SendQuota(200, 160, 1), "160 of 200 messages (80%) sent in 24 hours, 1 a second at most"),
        (SendQuota(200, 161, 1), "1 a second at most: ask AWS for a higher quota"),
        (SendQuota(0, 0, 0.5), "0 of 0 messages (0%) sent in 24 hours, 0.5 a second"),
        (SendQuota(-1, 7, 90), "7 messages, without a limit, sent in 24 hours, 90 a second"),
    ],
)
def test_the_quota_and_its_use(quota: SendQuota, said: str) -> None:
    (line,) = plan(replace(ACCOUNT, quota=quota)).notes()
    assert said in line
    assert ("ask AWS" in line) == ("ask AWS" in said)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (SANDBOX, "to ask AWS for production access, say Ses(account=SesAccount("),
        (replace(SANDBOX, review="FAILED"), "to ask AWS for production access"),
        (replace(SANDBOX, review="PENDING"), "AWS reviews a request for production access"),
        (replace(SANDBOX, review="DENIED", case_id="7"), "has denied production access (case 7)"),
        (replace(ACCOUNT, sending=False), "sending is paused, no mail leaves"),
        (replace(ACCOUNT, enforcement="PROBATION"), "is PROBATION: under review"),
        (replace(ACCOUNT, enforcement="SHUTDOWN"), "is SHUTDOWN: paused by AWS"),
        (replace(ACCOUNT, enforcement="NEW"), "is NEW: not in good standing"),
    ],
)
def test_what_keeps_mail_from_leaving_is_said(found: Account, said: str) -> None:
    _, note = plan(found).notes()
    assert said in note


@pytest.mark.parametrize(
    ("found", "asks"),
    [
        (SANDBOX, True),
        (replace(SANDBOX, review="FAILED"), True),
        (replace(SANDBOX, review="PENDING"), False),
        (replace(SANDBOX, review="DENIED"), False),
        (ACCOUNT, False),
    ],
)
def test_production_access_is_asked_for_once(found: Account, asks: bool) -> None:
    assert bool(plan(found, ASKED).request) == asks
    assert bool(changed(found, ASKED)) == asks
    assert changed(found, SesAccount()) == []


def test_a_request_is_shown_with_its_texts() -> None:
    ((id, before, after),) = changed(SANDBOX, ASKED)
    assert (id, before) == ("us-east-1/request for production access", None)
    assert after == (
        "mail type: TRANSACTIONAL\nwebsite: https://example.com\nuse case: Receipts.\nlanguage: EN"
    )


def test_only_what_the_policy_names_and_what_differs_is_set() -> None:
    same = SesAccount(suppression=["COMPLAINT", "BOUNCE"], vdm=False)
    assert changed(ACCOUNT, same) == []
    assert changed(ACCOUNT, SesAccount(suppression=[], vdm=True)) == [
        ("us-east-1/suppression", "BOUNCE, COMPLAINT", "(never)"),
        ("us-east-1/VDM", "off", "on"),
    ]
