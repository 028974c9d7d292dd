"""AWS requests with the instance's role: its credentials (IMDSv2), and Signature Version 4."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from urllib.parse import urlsplit

from agent.monitor.channel import NotSent

METADATA = "http://169.254.169.254"
METADATA_WITHIN = 5.0
_SECURITY = "/latest/meta-data/iam/security-credentials/"
_LONGEST = 16 * 1024
_NO_ROLE = "found no role of this instance, expected one that may publish to the topic"


@dataclass(frozen=True)
class RoleCredentials:
    access_key: str
    secret_key: str = field(repr=False)
    token: str = field(repr=False)


def role_credentials(metadata: str = METADATA) -> RoleCredentials:
    """Those of the instance's role. Raises NotSent where there is none."""
    lifetime = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    token = _metadata(metadata, "PUT", "/latest/api/token", lifetime)
    own = {"X-aws-ec2-metadata-token": token}
    names = _metadata(metadata, "GET", _SECURITY, own).split()
    if not names or not re.fullmatch(r"[\w+=,.@-]{1,64}", names[0]):
        raise NotSent(_NO_ROLE)
    try:
        found = json.loads(_metadata(metadata, "GET", _SECURITY + names[0], own))
        return RoleCredentials(found["AccessKeyId"], found["SecretAccessKey"], found["Token"])
    except (ValueError, KeyError, TypeError):
        raise NotSent(f"the credentials of the role {names[0]} are not readable") from None


def _metadata(endpoint: str, method: str, path: str, headers: Mapping[str, str]) -> str:
    """From the instance's own metadata service, the one thing that is asked without TLS."""
    address = urlsplit(endpoint)
    connection = http.client.HTTPConnection(
        address.hostname or "", address.port or 80, timeout=METADATA_WITHIN
    )
    try:
        connection.request(method, path, headers=dict(headers))
        response = connection.getresponse()
        text = response.read(_LONGEST).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        reason = f"the instance metadata service does not answer ({type(error).__name__})"
        raise NotSent(reason) from None
    finally:
        connection.close()
    if response.status == 404:
        raise NotSent(_NO_ROLE)
    if response.status != 200:
        raise NotSent(f"the instance metadata service answers {response.status}")
    return text


def signed_headers(
    url: str, body: bytes, region: str, service: str, role: RoleCredentials, now: float
) -> dict[str, str]:
    """The headers of a POST of a form, signed ("Create a signed AWS API request")."""
    parts = urlsplit(url)
    at = datetime.fromtimestamp(now, timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    headers = {
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        "host": parts.netloc,
        "x-amz-date": at,
        "x-amz-security-token": role.token,
    }
    names = ";".join(sorted(headers))
    lines = [f"{name}:{headers[name]}" for name in sorted(headers)]
    payload = hashlib.sha256(body).hexdigest()
    request = "\n".join(["POST", parts.path or "/", "", *lines, "", names, payload])
    scope = f"{at[:8]}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = f"AWS4{role.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    to_sign = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{digest}"
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={role.access_key}/{scope}, SignedHeaders={names}, "
        f"Signature={signature}"
    )
    return headers
