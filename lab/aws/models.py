"""botocore's service models, and which operation a path means."""

from __future__ import annotations

import re
from functools import cache

from botocore.exceptions import BotoCoreError
from moto.core.model import ServiceModel
from moto.core.utils import get_service_model

_FORMER = {("sesv2", "GET", "/v2/email/identities"): "ListEmailIdentities"}
"""Ways that older SDKs still go, their parameters in the query string."""


def by_path(service: str, method: str, path: str) -> tuple[str, dict[str, str]]:
    """The REST operation of a path, the one with the fewest placeholders first."""
    former = _FORMER.get((service, method, path))
    if former is not None:
        return former, {}
    for verb, pattern, operation in _routes(service) if known(service) else ():
        found = pattern.fullmatch(path)
        if verb == method and found:
            return operation, found.groupdict()
    return f"{method} {path}", {}


@cache
def _routes(service: str) -> list[tuple[str, re.Pattern[str], str]]:
    model = model_of(service)
    routes = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        path = re.escape(http["requestUri"].partition("?")[0].rstrip("/"))
        path = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", path)
        path = re.sub(r"\\{(\w+)\\\+\\}", r"(?P<\1>.+)", path)
        routes.append((http["method"], re.compile(path + "/?"), name))
    return sorted(routes, key=lambda route: route[1].pattern.count("(?P"))


@cache
def model_of(service: str) -> ServiceModel:
    return get_service_model(service)


def protocol_of(service: str) -> str:
    """Of the service's protocols the one that botocore speaks."""
    protocol: str = model_of(service).resolved_protocol
    return protocol


@cache
def known(service: str) -> bool:
    try:
        model_of(service)
    except BotoCoreError:
        return False
    return True
