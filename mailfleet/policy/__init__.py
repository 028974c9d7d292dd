"""The vocabulary of a mail policy. All input is checked here; mistakes are PolicyErrors."""

from mailfleet.policy.configuration_set import ConfigurationSet, DedicatedPool
from mailfleet.policy.delegate import Delegate
from mailfleet.policy.dkim import Byodkim, EasyDkim
from mailfleet.policy.dmarc import Dmarc
from mailfleet.policy.domain import Address, Domain
from mailfleet.policy.errors import PolicyError
from mailfleet.policy.login import Login
from mailfleet.policy.mail import EmailAlert, Gate, Mail
from mailfleet.policy.providers import Provider, Ses, Smtp
from mailfleet.policy.relay import Relay
from mailfleet.policy.returned import Returned
from mailfleet.policy.route import Route
from mailfleet.policy.secret import Secret, secret
from mailfleet.policy.ses_account import ProductionAccess, SesAccount

__all__ = [
    "Address",
    "Byodkim",
    "ConfigurationSet",
    "DedicatedPool",
    "Delegate",
    "Dmarc",
    "Domain",
    "EasyDkim",
    "EmailAlert",
    "Gate",
    "Login",
    "Mail",
    "PolicyError",
    "ProductionAccess",
    "Provider",
    "Relay",
    "Returned",
    "Route",
    "Secret",
    "Ses",
    "SesAccount",
    "Smtp",
    "secret",
]
