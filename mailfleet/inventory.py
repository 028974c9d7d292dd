"""What group_data files import: the classes of a mail policy.

A mistake in a policy is then one line of pyinfra's, as an InventoryError, and no traceback.
"""

import os
import re
import sys
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, NoReturn, ParamSpec, TypeVar

from pyinfra.api.exceptions import InventoryError
from pyinfra.api.inventory import Inventory

from mailfleet import policy
from mailfleet.policy import PolicyError
from mailfleet.policy.renamed import renamed_class

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
    "ProductionAccess",
    "Relay",
    "Returned",
    "Route",
    "Ses",
    "SesAccount",
    "Smtp",
    "secret",
]

_HOST_NAME = re.compile(r"(?!-)[\w.:@/%-]+")

P = ParamSpec("P")
T = TypeVar("T")


def _in_one_line(make: Callable[P, T]) -> Callable[P, T]:
    @wraps(make)
    def build(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return make(*args, **kwargs)
        except PolicyError as mistake:
            raise InventoryError(f"{_caller()}: {mistake}") from None

    return build


def _caller() -> str:
    """The file and line of the policy that makes the call."""
    frame = sys._getframe(2)
    return f"{os.path.relpath(frame.f_code.co_filename)}, line {frame.f_lineno}"


Address = _in_one_line(policy.Address)
ConfigurationSet = _in_one_line(policy.ConfigurationSet)
DedicatedPool = _in_one_line(policy.DedicatedPool)
Delegate = _in_one_line(policy.Delegate)
Dmarc = _in_one_line(policy.Dmarc)
Domain = _in_one_line(policy.Domain)
EasyDkim = _in_one_line(policy.EasyDkim)
EmailAlert = _in_one_line(policy.EmailAlert)
Gate = _in_one_line(policy.Gate)
Login = _in_one_line(policy.Login)
Mail = _in_one_line(policy.Mail)
Byodkim = _in_one_line(policy.Byodkim)
ProductionAccess = _in_one_line(policy.ProductionAccess)
Relay = _in_one_line(policy.Relay)
Returned = _in_one_line(policy.Returned)
Route = _in_one_line(policy.Route)
Ses = _in_one_line(policy.Ses)
SesAccount = _in_one_line(policy.SesAccount)
Smtp = _in_one_line(policy.Smtp)
secret = _in_one_line(policy.secret)


if not TYPE_CHECKING:  # a type checker reports unknown names by itself

    def __getattr__(name: str) -> NoReturn:
        """Called for a name that is not there."""
        if sentence := renamed_class(name):
            raise InventoryError(f"{_caller()}: {sentence}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def check_host_names(inventory: Inventory) -> None:
    """InventoryError for a host whose name or address is none: it might say something else to
    whatever it is handed to."""
    for host in inventory:
        for name in (host.name, host.data.get("ssh_hostname", host.name)):
            if not _HOST_NAME.fullmatch(name):
                raise InventoryError(f"inventory: found host {name!r}, expected a host name")
