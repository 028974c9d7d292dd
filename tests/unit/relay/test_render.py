import pytest

from mailfleet.credential import Credential
from mailfleet.relay.render import render
from tests.support.relay_policy import policy

PATH = "/etc/postfix/sasl_passwd"


@pytest.mark.parametrize("bad", ["pass\nword", "pass\rword", "pass\0word", "pass\u2028word"])
def test_no_value_begins_another_line(bad: str) -> None:
    credentials = {"ses": Credential("u", bad), "sendgrid": Credential("u", "p")}
    with pytest.raises(ValueError, match="control character") as refusal:
        render(PATH, providers=policy().providers, credentials=credentials)
    assert "pass" not in str(refusal.value)


def test_template_syntax_in_a_value_stays_text() -> None:
    credentials = {"ses": Credential("u", "{{7*7}}"), "sendgrid": Credential("u", "p")}
    assert b"u:{{7*7}}\n" in render(PATH, providers=policy().providers, credentials=credentials)
