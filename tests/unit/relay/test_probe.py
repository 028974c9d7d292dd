from dataclasses import replace

from mailfleet.inputs import ALONE
from mailfleet.policy import Relay, Route, Smtp, secret
from mailfleet.relay.probe import Verdict, judge, probe_request, probed
from tests.support.relay_policy import CREDENTIALS, policy

WORKS = ("works", "x.example:587 accepts the credential (TLSv1.3)")
DOWN = ("passing", "x.example:587 cannot be reached (Connection refused)")
WRONG = ("lasting", "x.example:587 answers 535 no to the user u: see that it exists")
# sendgrid tells of alerts alone
ONE = policy(routes=[Route("ses")])
TWO = policy(routes=[Route("ses", fallback="sendgrid")])


def test_who_is_asked() -> None:
    spare = Smtp("smtp.spare.example", name="spare", username="u", password=secret("env:SPARE"))
    mail = policy(providers=[*ONE.providers, spare], routes=[Route("ses")])
    assert [provider.name for provider in probed(mail)] == ["ses", "sendgrid"]
    assert [provider.name for provider in probed(replace(mail, alerts=()))] == ["ses"]
    assert probed(replace(mail, relay=Relay(relay_hosts="relay1.example.com"))) == ()


def test_what_is_asked() -> None:
    corp = Smtp("mail.corp.example", name="sendgrid", username="relay", tls="wrapper",
                password=secret("env:CORP"), ca="corp.pem")  # fmt: skip
    mail = policy(providers=[ONE.ses[0], corp])
    request = probe_request(mail, CREDENTIALS, replace(ALONE, authorities={"sendgrid": "PEM"}))
    assert request["ses"]["retry_535_for"] == 120
    assert not request["ses"]["wrapper"]
    assert request["ses"]["ca"] is None
    assert request["sendgrid"] == {
        "host": "mail.corp.example",
        "port": 465,
        "wrapper": True,
        "ca": "PEM",
        "timeout": 30,
        "username": "apikey",
        "password": "sendgrid-password",
        "retry_535_for": 0,
    }


def test_all_work() -> None:
    assert judge(TWO, {"ses": WORKS, "sendgrid": WORKS}) == Verdict(None, ())


def test_one_of_several_is_down() -> None:
    verdict = judge(TWO, {"ses": DOWN, "sendgrid": WORKS})
    warning = f"ses: {DOWN[1]}; its mail stays queued or is sent through the fallback"
    assert verdict == Verdict(None, (warning,))


def test_the_alerts_provider_is_down() -> None:
    verdict = judge(ONE, {"ses": WORKS, "sendgrid": DOWN})
    assert verdict == Verdict(None, (f"sendgrid: {DOWN[1]}; alerts cannot be sent through it",))


def test_one_that_is_for_alerts_alone_is_no_way_out() -> None:
    verdict = judge(ONE, {"ses": DOWN, "sendgrid": WORKS})
    assert verdict == Verdict(f"no provider can be reached from here: ses: {DOWN[1]}", ())


def test_all_are_down() -> None:
    verdict = judge(TWO, {"ses": DOWN, "sendgrid": DOWN})
    assert verdict.refusal == (
        f"no provider can be reached from here: ses: {DOWN[1]}; sendgrid: {DOWN[1]}"
    )


def test_what_somebody_has_to_mend_refuses_whoever_else_works() -> None:
    for mail in (ONE, TWO):
        assert judge(mail, {"ses": WORKS, "sendgrid": WRONG}).refusal == f"sendgrid: {WRONG[1]}"
    both = judge(TWO, {"ses": DOWN, "sendgrid": WRONG})
    assert both.refusal == f"sendgrid: {WRONG[1]}"
    assert len(both.warnings) == 1
