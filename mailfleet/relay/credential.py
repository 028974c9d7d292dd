"""What a relay host authenticates with at one provider."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Credential:
    """An SMTP user name and its password. The password is in no repr and so in no traceback."""

    username: str
    password: str = field(repr=False)
