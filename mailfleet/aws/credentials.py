"""What relays authenticate with, read from where the policy says that it is kept."""

import os
from pathlib import Path

from pyinfra.api.host import Host
from pyinfra.api.inventory import Inventory

from mailfleet.aws import facts
from mailfleet.aws.account import read_sender
from mailfleet.aws.accounts import account_of
from mailfleet.aws.parameter import Parameter
from mailfleet.credential import Credential, SecretText
from mailfleet.policy import Mail, Secret, Ses, Smtp
from mailfleet.reading import read
from mailfleet.refusal import Refusal


def read_credentials(inventory: Inventory, mail: Mail) -> dict[str, Credential | None]:
    """The credential of each provider, by its name.

    None is one of ours that an earlier step has yet to make. Refusal when one that the policy
    refers to is not there.
    """
    return {
        provider.name: _of_ses(account_of(inventory, mail), mail, provider)
        if isinstance(provider, Ses)
        else Credential(provider.username, _secret(inventory, mail, provider))
        for provider in mail.providers
    }


def _of_ses(account: Host, mail: Mail, ses: Ses) -> Credential | None:
    return read_sender(account, mail, ses).credential


def _secret(inventory: Inventory, mail: Mail, smtp: Smtp) -> str:
    where = f"provider {smtp.name!r}: password {smtp.password}"
    try:
        value = _look_up(inventory, mail, smtp.password)
    except OSError as error:
        raise Refusal(f"{where}: the file can't be read: {error.strerror}") from None
    if value is None:
        raise Refusal(f"{where}: found nothing there, expected the password: {_remedy(smtp)}")
    if not value or not value.isprintable() or " " in value:
        raise Refusal(f"{where}: found white space or control characters, expected a password")
    return value


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


def _remedy(smtp: Smtp) -> str:
    return {
        "aws": f"aws secretsmanager create-secret --name {smtp.password.name} --secret-string ...",
        "env": f"export {smtp.password.name}=...",
        "ssm": f"aws ssm put-parameter --type SecureString --name {smtp.password.name} --value ...",
        "file": f"write it to {smtp.password.name}, for your own user alone",
    }[smtp.password.scheme]
