"""A mistake in policy or inventory: one sentence, no traceback, and nothing is contacted."""

import pytest

from tests.aws.conftest import Fleet
from tests.support.cli import mailfleet


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ("routes=[Route(via='sendgird')]", "Mail.routes[0].via: found 'sendgird'"),
        ("admin='-ops@example.com'", "Mail.admin: found '-ops@example.com'"),
        ("admin='ops@example.com\\nsoft_bounce = maybe'", "Mail.admin: found 'ops@example.com\\n"),
        ("domain=3", "found 'domain', expected only domains, providers"),
    ],
)
@pytest.mark.parametrize("arguments", [["--dry"], ["-y"]])
def test_a_bad_policy_is_one_sentence(
    fleet: Fleet, policy: str, sentence: str, arguments: list[str]
) -> None:
    fleet.write(more=policy)
    assert_refused(fleet, sentence, arguments)


@pytest.mark.parametrize(
    ("domains", "sentence"),
    [
        ("Domain('no domain')", "Domain.name: found 'no domain', expected a domain name"),
        ("Domain('-x.example')", "Domain.name: found '-x.example'"),
        ("Domain('{{7*7}}.example')", "Domain.name: found '{{7*7}}.example'"),
        ("Domain('x.example', mail_from='ses.y.example')", "found 'ses.y.example', expected a sub"),
        ("Domain('x.example', dmarc=Dmarc(rua='mailto:x'))", "Dmarc.rua: found 'mailto:x'"),
        ("Domain('x.example', delegates=[Delegate('*')])", "found '*', which is everyone"),
    ],
)
def test_a_domain_that_is_not_as_it_must_be(fleet: Fleet, domains: str, sentence: str) -> None:
    fleet.write(domains=domains)
    assert_refused(fleet, sentence, ["-y"])


def test_a_literal_password_is_refused_and_not_repeated(fleet: Fleet) -> None:
    literal = "Smtp('smtp.example.net', name='x', username='u', password='hunter2')"
    fleet.write(domains=f"{literal}")
    assert_refused(fleet, "Smtp.password: found a literal value", ["-y"])
    assert "hunter2" not in fleet.deploy("-y", "-vvv").output


@pytest.mark.parametrize("name", ["relay1\nevil", "-oProxyCommand=x", "a b"])
def test_a_host_name_that_is_none(fleet: Fleet, name: str) -> None:
    inventory = fleet.directory / "inventory.py"
    inventory.write_text(f"{inventory.read_text()}\nrelays = [{name!r}]\n")
    assert_refused(fleet, f"found host {name!r}", ["-y"])


def test_a_region_that_does_not_exist_is_one_sentence(fleet: Fleet) -> None:
    fleet.write(providers="Ses('us-east-9')")
    explained = mailfleet(
        "explain", f"a@{fleet.domain}", "--inventory", str(fleet.directory / "inventory.py")
    )
    for run in (fleet.deploy("-y"), explained):
        assert run.status != 0
        assert "Ses 'ses': found no SES in a region 'us-east-9'" in run.output, run.output
        assert "Traceback" not in run.output
    assert fleet.cloud.control.calls() == []


def test_no_policy_at_all(fleet: Fleet) -> None:
    (fleet.directory / "group_data/all.py").write_text("mail = None\n")
    run = fleet.deploy("-y")
    assert run.status != 0
    assert "found no mail policy" in run.output
    assert "Traceback" not in run.output


def assert_refused(fleet: Fleet, sentence: str, arguments: list[str]) -> None:
    run = fleet.deploy(*arguments)
    assert run.status != 0
    assert sentence in run.output, run.output
    assert "Traceback" not in run.output
    assert fleet.cloud.control.calls() == []
