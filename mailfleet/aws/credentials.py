"""Reading the credentials of relays and of their clients from where the policy keeps them."""

import os
from pathlib import Path
from typing import Never, get_args

from pyinfra.api.host import Host
from pyinfra.api.inventory import Inventory

from mailfleet.aws import facts
from mailfleet.aws.inventory_accounts import account_of
from mailfleet.aws.parameter import Parameter
from mailfleet.aws.read import read_smtp_user
from mailfleet.credential import Credential, SecretText, of_login
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Mail, Secret, Ses
from mailfleet.policy.secret import Scheme
from mailfleet.run.options import AWS_REGION
from mailfleet.run.strict_facts import Fact, read

SHORTEST = 16  # characters of a login's password


def read_credentials(inventory: Inventory, mail: Mail) -> dict[str, Credential | None]:
    """The credential of each provider, by its name, and of each login (`of_login`).

    None stands for an SES credential that an earlier step has yet to make. Raises PlanError when a
    secret that the policy refers to does not exist.
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
    return read_smtp_user(account, mail, ses).credential


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
    """Passwords must be long: a relay on the Internet will see many guesses."""
    if len(credential.password) < SHORTEST:
        raise PlanError(
            f"{whose}: found a short password, expected at least {SHORTEST} characters: whoever "
            "guesses it can send mail in your name; `openssl rand -hex 16` makes one"
        )
    return credential


def _look_up(inventory: Inventory, mail: Mail, secret: Secret) -> str | None:
    match secret.scheme:
        case "env":
            return os.environ.get(secret.name)
        case "file":
            path = Path(secret.name)
            return path.read_text().strip() if path.exists() else None
        case "ssm":
            return _look_up_at_aws(inventory, mail, Parameter, parameter=secret.name)
        case "aws":
            return _look_up_at_aws(inventory, mail, facts.Secret, secret=secret.name)
    return _unknown(secret.scheme)


def _look_up_at_aws(
    inventory: Inventory, mail: Mail, fact: type[Fact[SecretText | None]], **name: str
) -> str | None:
    account = account_of(inventory, mail)
    region = mail.ses[0].region if mail.ses else AWS_REGION.of(account)
    found = read(account, fact, region=region, **name)
    return found.text if found else None


def _unknown(scheme: Never) -> Never:
    """mypy reports a scheme without a case above; nothing is read from a store it does not name."""
    raise PlanError(
        f"secret(...): found the scheme {scheme!r}, expected one of {', '.join(get_args(Scheme))}"
    )


def _remedy(secret: Secret) -> str:
    return {
        "aws": f"aws secretsmanager create-secret --name {secret.name} --secret-string ...",
        "env": f"export {secret.name}=...",
        "ssm": f"aws ssm put-parameter --type SecureString --name {secret.name} --value ...",
        "file": f"write it to {secret.name}, readable only by your user",
    }[secret.scheme]
