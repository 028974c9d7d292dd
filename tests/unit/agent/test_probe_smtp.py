from typing import Any

import pytest

from agent import probe_smtp
from agent.probe_smtp import probe
from agent.smtp_session import Failed
from tests.support.smtp_server import PASSWORD, USER


def request(provider: Any, **changes: Any) -> dict[str, Any]:
    usual = {"host": "localhost", "port": provider.port, "username": USER, "password": PASSWORD}
    return {**usual, "timeout": 5, "retry_535_for": 0, **changes}


def test_a_good_credential(provider: Any, capsys: pytest.CaptureFixture[str]) -> None:
    probe(request(provider))
    assert "accepts the credential (TLSv1" in capsys.readouterr().out


def test_a_young_key_is_waited_for(
    provider: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(probe_smtp, "PAUSE", 0.01)
    provider.behave(refuse_logins=2 * 2)  # LOGIN, then PLAIN, twice
    probe(request(provider, retry_535_for=10))
    assert capsys.readouterr().out.count("trying again") == 2


def test_a_wrong_credential_names_its_user_only(provider: Any) -> None:
    with pytest.raises(Failed, match=r"answers 535 .* to the user apikey: see") as failure:
        probe(request(provider, password="wrong-sentinel"))
    assert "sentinel" not in str(failure.value)


def test_an_unknown_authority(provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(Failed, match="certificate that does not verify"):
        probe(request(provider))


def test_a_closed_port(provider: Any) -> None:
    with pytest.raises(Failed, match=r"localhost:1 is not reached .*security groups"):
        probe(request(provider, port=1))
