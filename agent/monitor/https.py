"""HTTPS requests whose URL may be a secret: verified, bounded, and never redirected."""

from __future__ import annotations

import http.client
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from agent.monitor.channel import NotSent
from agent.monitor.finding import one_line

ANSWER_WITHIN = 20.0  # seconds for each read
LONGEST_ANSWER = 64 * 1024
_LONGEST_SHOWN = 300


@dataclass(frozen=True)
class Answer:
    status: int
    text: str


def ask(
    method: str,
    url: str,
    body: bytes = b"",
    headers: Mapping[str, str] = {},
    within: float = ANSWER_WITHIN,
) -> Answer:
    """The answer with status 2xx; NotSent, which names only the server, for any other."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        raise NotSent("found no URL, expected one that begins with https://") from None
    try:
        answer = _asked(method, parts, port, body, headers, within)
    except (http.client.HTTPException, UnicodeError, ValueError) as error:
        if isinstance(error, ssl.SSLError):  # a ValueError, too: its text is about the certificate
            raise NotSent(_sentence(parts, str(error))) from None
        raise NotSent(_sentence(parts, type(error).__name__)) from None
    except OSError as error:
        raise NotSent(_sentence(parts, error.strerror or str(error))) from None
    if 300 <= answer.status < 400:
        raise NotSent(_sentence(parts, f"{answer.status}, a redirect, which is not followed"))
    if not 200 <= answer.status < 300:
        raise NotSent(_sentence(parts, f"{answer.status} {answer.text}"))
    return answer


def _asked(
    method: str,
    parts: SplitResult,
    port: int,
    body: bytes,
    headers: Mapping[str, str],
    within: float,
) -> Answer:
    if parts.scheme != "https" or not parts.hostname:
        raise NotSent("found a URL that is not https://, expected one that is")
    context = ssl.create_default_context()
    connection = http.client.HTTPSConnection(parts.hostname, port, timeout=within, context=context)
    try:
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection.request(method, path, body, {"User-Agent": "mailfleet", **headers})
        response = connection.getresponse()
        text = response.read(LONGEST_ANSWER).decode(errors="replace")
        return Answer(response.status, text)
    finally:
        connection.close()


def _sentence(parts: SplitResult, what: str) -> str:
    """A server may repeat the request in its answer: what of the URL may be secret is taken out."""
    secrets = [*re.split(r"[/=&?]", f"{parts.path}/{parts.query}"), parts.password or ""]
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= 8:
            what = what.replace(secret, "(secret)")
    return f"{parts.hostname}: {one_line(what, _LONGEST_SHOWN)}"
