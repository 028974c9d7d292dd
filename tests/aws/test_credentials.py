"""Passwords that the policy refers to: read from where they are kept, or one sentence."""

from pathlib import Path

import pytest

from tests.aws.conftest import Fleet
from tests.support.cli import Run, pyinfra

RELAY = "\nrelays = [('@fake/relay1', {'fake_delay': 0, 'fake_delay_jitter': 0})]\n"


def deploy(
    fleet: Fleet,
    reference: str,
    env: dict[str, str] | None = None,
    more: str = "",
    after: str = "",
) -> Run:
    """A dry run with a relay and a second provider whose password is kept at `reference`; `after`
    are lines of Python at the policy's end."""
    second = (
        "Smtp('smtp.second.example', name='second', username='u', "
        f"password=secret('{reference}'){more})"
    )
    fleet.write(more=f"routes=[Route(via='second', senders=['@{fleet.domain}'])]")
    policy = fleet.directory / "group_data/all.py"
    text = policy.read_text().replace("providers=[", f"providers=[{second}, ")
    policy.write_text(f"{text}{after}\n")
    inventory = fleet.directory / "inventory.py"
    inventory.write_text(f"{inventory.read_text()}{RELAY}")
    return pyinfra(inventory, "deploy.py", "--dry", env=env)


@pytest.mark.parametrize(
    ("reference", "remedy"),
    [
        ("env:NOT_SET_ANYWHERE", "export NOT_SET_ANYWHERE=..."),
        ("file:/nowhere/password", "write it to /nowhere/password"),
        ("aws:not-there", "aws secretsmanager create-secret --name not-there"),
        ("ssm:/not/there", "aws ssm put-parameter --type SecureString --name /not/there"),
    ],
)
def test_a_password_that_is_not_there(fleet: Fleet, reference: str, remedy: str) -> None:
    run = deploy(fleet, reference)
    assert run.status != 0
    assert f"provider 'second': password {reference}: found nothing there" in run.output
    assert remedy in run.output
    assert "Traceback" not in run.output


def test_a_password_with_a_line_break_is_refused_and_not_repeated(fleet: Fleet) -> None:
    run = deploy(fleet, "env:PASSWORD", {"PASSWORD": "sentinel\nsoft_bounce = maybe"})
    assert run.status != 0
    assert "found white space or control characters" in run.output
    assert "sentinel" not in run.output


def test_passwords_are_read_from_their_places(fleet: Fleet, tmp_path: Path) -> None:
    """The relay is a fake one that can't be read: that far only good passwords lead."""
    kept = tmp_path / "password"
    kept.write_text("good\n")
    fleet.cloud.client("secretsmanager").create_secret(
        Name=f"{fleet.name}-second", SecretString="good"
    )
    parameter = f"/mail/{fleet.name}"
    fleet.cloud.client("ssm").put_parameter(Name=parameter, Type="SecureString", Value="good")
    places = (f"file:{kept}", "env:PASSWORD", f"aws:{fleet.name}-second", f"ssm:{parameter}")
    for reference in places:
        run = deploy(fleet, reference, {"PASSWORD": "good"})
        assert "password" not in run.output.replace("access key", "")
        assert "Plan of @aws/lab" in run.output, run.output


@pytest.mark.case("aws-dns-37")
def test_a_scheme_without_a_store_reads_nothing(fleet: Fleet) -> None:
    """As one would be that was added to the policy's words alone."""
    run = deploy(fleet, "aws:kept", after="object.__setattr__(mail.providers[0].password, "
                 "'scheme', 'vault')")  # fmt: skip
    assert run.status != 0
    assert "found the scheme 'vault', expected one of aws, env, file, ssm" in run.output
    assert "Traceback" not in run.output
    assert "GetSecretValue" not in {call.operation for call in fleet.cloud.control.calls()}


def test_a_login_wants_a_password_that_nobody_guesses(fleet: Fleet) -> None:
    """A relay reads those of its own logins."""
    fleet.write(more="relay=Relay(listen='all', logins={'app1': secret('env:APP1')})")
    inventory = fleet.directory / "inventory.py"
    inventory.write_text(f"{inventory.read_text()}{RELAY}")

    def run(password: str) -> str:
        return pyinfra(inventory, "deploy.py", "--dry", env={"APP1": password}).output

    short = run("sentinel")
    assert "login 'app1': found a short password, expected at least 16 characters" in short
    assert "sentinel" not in short
    assert "login 'app1'" not in run("sentinel-password-of-app1")


def test_a_permission_goes_only_once_every_relay_is_done(fleet: Fleet) -> None:
    """A relay that the deploy does not reach may still send for a domain that has left."""

    def allowed() -> set[str]:
        iam = fleet.cloud.client("iam")
        policy = iam.get_user_policy(UserName=fleet.user, PolicyName="mailfleet-send")
        (statement,) = policy["PolicyDocument"]["Statement"]
        return set(statement["Condition"]["StringLike"]["ses:FromAddress"])

    assert fleet.deploy("-y").status == 0
    old = {f"*@{fleet.domain}", f"*@*.{fleet.domain}"}
    assert allowed() == old
    name = f"sub.{fleet.domain}"
    fleet.write(domains=f"Domain({name!r}, zone={fleet.domain!r})")
    inventory = fleet.directory / "inventory.py"
    alone = inventory.read_text()
    inventory.write_text(f"{alone}{RELAY}")
    assert fleet.deploy("-y").status != 0
    new = {f"*@{name}", f"*@*.{name}"}
    assert allowed() == old | new
    inventory.write_text(alone)
    assert fleet.deploy("-y").status == 0
    assert allowed() == new
    assert fleet.plan() == []


def test_a_file_of_authorities_that_cannot_be_used(fleet: Fleet) -> None:
    for path, found in (("/nowhere.pem", "the file can't be read"),
                        ("/etc/hostname", "found no certificate in PEM")):  # fmt: skip
        run = deploy(fleet, "env:PASSWORD", {"PASSWORD": "good"}, f", ca='{path}'")
        assert run.status != 0
        assert f"provider 'second': ca {path}: {found}" in run.output
        assert "Traceback" not in run.output
