import time
from typing import Any

import pytest
import trustme

from agent import probe_smtp
from agent.probe_smtp import LASTING, PASSING, WORKS, probe, probe_all
from mailfleet.relay.agent import answer_in
from tests.support.smtp_server import PASSWORD, USER


def request(provider: Any, **changes: Any) -> dict[str, Any]:
    usual = {
        "host": "localhost",
        "port": provider.port,
        "wrapper": False,
        "ca": None,
        "username": USER,
        "password": PASSWORD,
        "timeout": 5,
        "retry_535_for": 0,
    }
    return {**usual, **changes}


def test_a_good_credential(provider: Any) -> None:
    outcome, seen = probe(request(provider))
    assert outcome == WORKS
    assert "accepts the credential (TLSv1" in seen


def test_a_young_key_is_waited_for(
    provider: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(probe_smtp, "PAUSE", 0.01)
    provider.behave(refuse_logins=2 * 2)  # LOGIN, then PLAIN, twice
    assert probe(request(provider, retry_535_for=10))[0] == WORKS
    assert capsys.readouterr().out.count("trying again") == 2


def test_a_wrong_credential_names_its_user_only(provider: Any) -> None:
    outcome, seen = probe(request(provider, password="wrong-sentinel"))
    assert outcome == LASTING
    assert " answers 535 " in seen
    assert "to the user apikey: check that this credential exists" in seen
    assert "sentinel" not in seen


def test_a_provider_that_is_busy(provider: Any) -> None:
    provider.behave(ehlo="421 Too many connections")
    outcome, seen = probe(request(provider))
    assert (outcome, "answers 421 Too many connections: check" in seen) == (PASSING, True)


def test_a_provider_that_refuses_us(provider: Any) -> None:
    provider.behave(ehlo="550 Your address is blocked")
    outcome, seen = probe(request(provider))
    assert (outcome, "answers 550 Your address is blocked: check" in seen) == (LASTING, True)


def test_tls_from_the_first_byte(provider: Any) -> None:
    assert probe(request(provider, port=provider.wrapper, wrapper=True))[0] == WORKS


def test_tls_where_starttls_is_expected(provider: Any) -> None:
    outcome, seen = probe(request(provider, wrapper=True))
    assert (outcome, "does not agree on TLS (WRONG_VERSION_NUMBER)" in seen) == (LASTING, True)


def test_an_unknown_authority(provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    outcome, seen = probe(request(provider))
    assert (outcome, "certificate that does not verify" in seen) == (LASTING, True)


def test_the_policys_authorities_count_and_no_others(
    provider: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = trustme.CA().cert_pem.bytes().decode()
    assert probe(request(provider, ca=other))[0] == LASTING
    monkeypatch.delenv("SSL_CERT_FILE")
    assert probe(request(provider, ca=provider.authority))[0] == WORKS


def test_a_closed_port(provider: Any) -> None:
    outcome, seen = probe(request(provider, port=1))
    assert outcome == PASSING
    assert "localhost:1 cannot be reached (Connection refused): check that firewalls" in seen


def test_all_are_asked_at_the_same_time(
    provider: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(probe_smtp, "PAUSE", 1)
    young = request(provider, password="wrong", retry_535_for=1.5)
    started = time.monotonic()
    probe_all({"a": young, "b": young, "c": request(provider), "d": request(provider, port=1)})
    assert time.monotonic() - started < 2
    answers = answer_in(capsys.readouterr().out.splitlines())
    assert {name: outcome for name, (outcome, _) in answers.items()} == {
        "a": LASTING, "b": LASTING, "c": WORKS, "d": PASSING,
    }  # fmt: skip
