"""Which account a request is from. AWS tells it by the access key; so do we, for Route 53."""

from __future__ import annotations

import re
from contextvars import ContextVar

from moto.core.models import DEFAULT_ACCOUNT_ID
from werkzeug.wrappers import Request

_KEY = re.compile(r"Credential=AKIALAB(\d{12})/")

account: ContextVar[str] = ContextVar("account", default=DEFAULT_ACCOUNT_ID)
"""of the request that is being answered"""


def account_of(request: Request) -> str:
    """A key AKIALAB<account's number> is that account's, every other one is of the main account."""
    found = _KEY.search(request.headers.get("Authorization", ""))
    return found[1] if found else DEFAULT_ACCOUNT_ID
