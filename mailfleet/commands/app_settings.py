"""What an application sets to send its mail, in the words of its framework.

Through the relay on its own host there is nothing to keep secret: the relay authenticates. Sent to
a provider directly, the credential comes from the environment, and is never printed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from mailfleet.aws.smtp_user import secret_name
from mailfleet.commands.fleet import group_data, inventory, load_fleet, one_sentence
from mailfleet.policy import Mail, PolicyError, Provider, Ses
from mailfleet.policy.providers import SUBMISSION_PORT
from mailfleet.run.loading import fleet_policy, policy_of

LOCAL = "local"


@dataclass(frozen=True)
class Submission:
    """Where an application hands its mail over; `credential` says where that is kept, and is
    empty where none is needed. `wrapped`: TLS from the first byte, otherwise STARTTLS. `queued`: a
    relay of ours takes the mail, and keeps it until a provider has it."""

    host: str
    port: int
    sender: str
    credential: str = ""
    wrapped: bool = False
    queued: bool = False

    @property
    def encrypted(self) -> bool:
        return bool(self.credential) or self.port != 25


def submission(mail: Mail, through: str) -> Submission:
    """`through` is "local" for the relay on the application's own host, or a provider's name;
    PolicyError when there is no such provider."""
    if through == LOCAL:
        return Submission("localhost", 25, mail.noreply, queued=True)
    provider = mail.provider(through)
    kept = _kept(mail, provider)
    return Submission(provider.host, provider.port, mail.noreply, kept, provider.wrapper)


def through_dedicated(mail: Mail, host: str) -> Submission:
    """Through the dedicated relay `host`, whose policy is `mail`: by one of its logins, or from one
    of its client networks where it has none.

    PolicyError when it is none, or applications could not verify its certificate.
    """
    if not mail.relay.listen:
        raise PolicyError(f"found {host}, which serves no other hosts: its relay has no listen")
    if not mail.relay.certificate:
        raise PolicyError(
            f"{host} has a self-signed certificate, which applications don't verify; expected "
            "Relay(certificate=...) there, or a relay with relay_hosts on the application's host"
        )
    logins = (f"user {user}, password {kept}" for user, kept in mail.relay.passwords.items())
    return Submission(host, SUBMISSION_PORT, mail.noreply, " or ".join(logins), queued=True)


def _kept(mail: Mail, provider: Provider) -> str:
    if isinstance(provider, Ses):
        return f"the secret {secret_name(mail.fleet, provider.region)} in AWS Secrets Manager"
    return f"user {provider.username}, password {provider.password}"


def rails(to: Submission) -> str:
    """For config/environments/production.rb ("Action Mailer Basics", Rails Guides)."""
    settings = [f'address: "{to.host}"', f"port: {to.port}"]
    if to.encrypted:
        settings.append("tls: true" if to.wrapped else "enable_starttls: true")
        settings.append('openssl_verify_mode: "peer"')
    else:
        settings.append("enable_starttls: false")
    if to.credential:
        settings += [
            "authentication: :plain",
            'user_name: ENV.fetch("SMTP_USERNAME")',
            'password: ENV.fetch("SMTP_PASSWORD")',
        ]
    lines = ",\n".join(f"  {setting}" for setting in [*settings, "open_timeout: 5"])
    return (
        f"{_comment(to)}config.action_mailer.delivery_method = :smtp\n"
        f"config.action_mailer.smtp_settings = {{\n{lines}\n}}\n"
        f'config.action_mailer.default_options = {{ from: "{to.sender}" }}\n'
    )


def django(to: Submission) -> str:
    """For settings.py ("Sending email", Django documentation)."""
    lines = [
        'EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"',
        f'EMAIL_HOST = "{to.host}"',
        f"EMAIL_PORT = {to.port}",
        "EMAIL_TIMEOUT = 30",
    ]
    if to.encrypted:
        lines.append("EMAIL_USE_SSL = True" if to.wrapped else "EMAIL_USE_TLS = True")
    if to.credential:
        lines += [
            'EMAIL_HOST_USER = os.environ["SMTP_USERNAME"]',
            'EMAIL_HOST_PASSWORD = os.environ["SMTP_PASSWORD"]',
        ]
    lines += [f'DEFAULT_FROM_EMAIL = "{to.sender}"', f'SERVER_EMAIL = "{to.sender}"']
    imported = "import os\n\n" if to.credential else ""
    return _comment(to) + imported + "\n".join(lines) + "\n"


def env(to: Submission) -> str:
    """As environment variables, for whatever reads those."""
    tls = "none" if not to.encrypted else "tls" if to.wrapped else "starttls"
    lines = [
        f"SMTP_ADDRESS={to.host}",
        f"SMTP_PORT={to.port}",
        f"SMTP_ENCRYPTION={tls}",
        f"SMTP_FROM={to.sender}",
    ]
    return _comment(to) + "\n".join(lines) + "\n"


FORMS: dict[str, Callable[[Submission], str]] = {"rails": rails, "django": django, "env": env}


def _comment(to: Submission) -> str:
    if not to.encrypted:
        return "# By the relay on this host, which queues, authenticates and encrypts.\n"
    if not to.credential:
        return "# By a dedicated relay, which queues and knows its clients by their network.\n"
    kept = f"# SMTP_USERNAME and SMTP_PASSWORD: {to.credential}.\n"
    if to.queued:
        return f"# By a dedicated relay, which queues.\n{kept}"
    return (
        f"{kept}"
        "# Without a relay's queue: what the provider refuses, the application must send again.\n"
    )


@click.command()
@click.argument("form", type=click.Choice(sorted(FORMS)))
@inventory
@group_data
@click.option("--through", default=LOCAL, help="local, a dedicated relay, or a provider.")
def app_settings(form: str, inventory: Path, group_data: tuple[str, ...], through: str) -> None:
    """Print what an application sets to send its mail. Contacts nothing."""
    with one_sentence():
        hosts = load_fleet(inventory, group_data)
        if through in hosts.hosts:
            to = through_dedicated(policy_of(hosts.get_host(through)), through)
        else:
            to = submission(fleet_policy(hosts), through)
    click.echo(FORMS[form](to), nl=False)
