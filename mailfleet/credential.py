"""What a relay host authenticates with at one provider, and secrets on their way there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mailfleet.plan.change import SECRET


@dataclass(frozen=True)
class Credential:
    """An SMTP user name and its password. The password is in no repr and so in no traceback."""

    username: str
    password: str = field(repr=False)


CredentialReader = Callable[[], Mapping[str, Credential | None]]
"""Reads credentials by provider name and `of_login`, when an operation needs them: an earlier step
of the same run may have made them. None is one that is still to be made. Raises PlanError or
PyinfraError when one can't be read."""


def of_login(user: str) -> str:
    """The name of a login's credential among those of providers, none of which has a space."""
    return f"login {user}"


@dataclass(frozen=True)
class SecretText:
    """A secret as it was read. It is in no repr, and `pyinfra ... fact` prints a placeholder."""

    text: str = field(repr=False)

    def to_json(self) -> str:
        return SECRET
