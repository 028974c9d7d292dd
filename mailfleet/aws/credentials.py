"""What relays authenticate with, and their clients, read from where the policy says that it is."""

import os
from pathlib import Path

from pyinfra.api.host import Host
from pyinfra.api.inventory import Inventory

from mailfleet.aws import facts
from mailfleet.aws.inventory_accounts import account_of
from mailfleet.aws.parameter import Parameter
from mailfleet.aws.read import read_sender
from mailfleet.credential import Credential, SecretText, of_login
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Mail, Secret, Ses
from mailfleet.run.strict_facts import read

SHORTEST = 16  # characters of a login's password


def read_credentials(inventory: Inventory, mail: Mail) -> dict[str, Credential | None]:
    """The credential of each provider, by its name, and of each login (`of_login`).

    None is one of ours that an earlier step has yet to make. PlanError when one that the policy
    refers to is not there.
    """

    def referred(whose: str, username: str, password: Secret) -> Credential:
        return Credential(username, _secret(inventory, mail, whose, password))

    providers = {
        provider.name: _of_ses(account_of(inventory, mail), mail, provider)
        if isinstance(provider, Ses)
        else referred(f"provider {provider.name!r}", provider.username, provider.password)
        for provider in mail.providers
    }
    logins = {
        of_login(user): _long(f"login {user!r}", referred(f"login {user!r}", user, password))
        for user, password in mail.relay.passwords.items()
    }
    return {**providers, **logins}


def _of_ses(account: Host, mail: Mail, ses: Ses) -> Credential | None:
    return read_sender(account, mail, ses).credential


def _secret(inventory: Inventory, mail: Mail, whose: str, secret: Secret) -> str:
    where = f"{whose}: password {secret}"
    try:
        value = _look_up(inventory, mail, secret)
    except OSError as error:
        raise PlanError(f"{where}: the file can't be read: {error.strerror}") from None
    if value is None:
        raise PlanError(f"{where}: found nothing there, expected the password: {_remedy(secret)}")
    if not value or not value.isprintable() or " " in value:
        raise PlanError(f"{where}: found white space or control characters, expected a password")
    return value


def _long(whose: str, credential: Credential) -> Credential:
    """Anybody may try passwords at a relay that the Internet reaches."""
    if len(credential.password) < SHORTEST:
        raise PlanError(
            f"{whose}: found a short password, expected at least {SHORTEST} characters: whoever "
            "guesses it sends in your name; `openssl rand -hex 16` makes one"
        )
    return credential


def _look_up(inventory: Inventory, mail: Mail, secret: Secret) -> str | None:
    if secret.scheme == "env":
        return os.environ.get(secret.name)
    if secret.scheme == "file":
        path = Path(secret.name)
        return path.read_text().strip() if path.exists() else None
    account = account_of(inventory, mail)
    found: SecretText | None
    region = mail.ses[0].region if mail.ses else account.data.get("aws_region", "us-east-1")
    if secret.scheme == "ssm":
        found = read(account, Parameter, parameter=secret.name, region=region)
    else:
        found = read(account, facts.Secret, secret=secret.name, region=region)
    return found.text if found else None


def _remedy(secret: Secret) -> str:
    return {
        "aws": f"aws secretsmanager create-secret --name {secret.name} --secret-string ...",
        "env": f"export {secret.name}=...",
        "ssm": f"aws ssm put-parameter --type SecureString --name {secret.name} --value ...",
        "file": f"write it to {secret.name}, for your own user alone",
    }[secret.scheme]
