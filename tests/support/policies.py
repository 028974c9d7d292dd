"""Mail policies that tests bring along: group_data/all.py is the user's."""

from pathlib import Path

DOMAIN = "shop.example"
ADMIN = "ops@corp.example"
SECOND = "second"

# What the lab has, and policies only when they say so: an SPF term of the second provider, and a
# third one.
AUTHORISED = ', spf="include:spf.second.example"'
WRAPPED = """
        Smtp("smtp.wrapped.example:465", name="wrapped", username="user",
             password=secret("aws:wrapped-password")),"""

_POLICY = """\
from mailfleet.inventory import Domain, EmailAlert, Gate, Mail, Relay, Route, Ses, Smtp, secret

mail = Mail(
    admin={admin!r},
    domains=[Domain({domain!r}){domains}],
    providers=[
        Ses("us-east-1"{ses}),
        Smtp("smtp.second.example:587", name={second!r}, username="user",
             password=secret("aws:second-password"){second_more}),{providers}
    ],
    alerts=[EmailAlert(to={admin!r}, via={second!r})],
    gate=Gate(verified_within={gate}, authenticated_within={authenticated}),
    {more}
)
"""


def write_policy(
    directory: Path,
    *,
    domains: str = "",
    ses: str = ", connections=10",
    second: str = "",
    providers: str = "",
    gate: int = 60,
    authenticated: int = 30,
    more: str = "",
) -> Path:
    """Write a group_data folder with the tests' policy, and what a test wants of its own."""
    directory.mkdir(parents=True, exist_ok=True)
    text = _POLICY.format(
        admin=ADMIN, domain=DOMAIN, second=SECOND, domains=domains, ses=ses, gate=gate,
        authenticated=authenticated, more=more, second_more=second, providers=providers,
    )  # fmt: skip
    (directory / "all.py").write_text(text)
    return directory
