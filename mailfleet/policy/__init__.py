"""The vocabulary of a mail policy. All input is checked here; mistakes are PolicyErrors."""

from mailfleet.policy.dmarc import Dmarc
from mailfleet.policy.domain import Address, Domain
from mailfleet.policy.errors import PolicyError
from mailfleet.policy.mail import EmailAlert, Gate, Mail, Relay
from mailfleet.policy.providers import Provider, Ses, Smtp
from mailfleet.policy.route import Route
from mailfleet.policy.secret import Secret, secret

__all__ = [
    "Address",
    "Dmarc",
    "Domain",
    "EmailAlert",
    "Gate",
    "Mail",
    "PolicyError",
    "Provider",
    "Relay",
    "Route",
    "Secret",
    "Ses",
    "Smtp",
    "secret",
]
