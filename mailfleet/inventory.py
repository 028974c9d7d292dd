"""What group_data files import: the words of a mail policy.

A mistake in a policy is then one line of pyinfra's, as an InventoryError, and no traceback.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from pyinfra.api.exceptions import InventoryError

from mailfleet import policy
from mailfleet.policy import PolicyError

P = ParamSpec("P")
T = TypeVar("T")


def _in_one_line(word: Callable[P, T]) -> Callable[P, T]:
    @wraps(word)
    def build(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return word(*args, **kwargs)
        except PolicyError as mistake:
            raise InventoryError(str(mistake)) from None

    return build


Domain = _in_one_line(policy.Domain)
EmailAlert = _in_one_line(policy.EmailAlert)
Gate = _in_one_line(policy.Gate)
Mail = _in_one_line(policy.Mail)
Relay = _in_one_line(policy.Relay)
Route = _in_one_line(policy.Route)
Ses = _in_one_line(policy.Ses)
Smtp = _in_one_line(policy.Smtp)
secret = _in_one_line(policy.secret)
