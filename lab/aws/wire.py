"""AWS's wire protocols, read off botocore's own service models.

What botocore's models say is what botocore parses: operations are recognised, requests read
and answers written by the same description that boto3 uses on the other end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.serialize import SERIALIZERS, SerializationContext
from werkzeug.wrappers import Request, Response

from lab.aws.errors import ApiError
from lab.aws.models import by_path, known, model_of, protocol_of

_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/([^/]*)/([^/]+)/aws4_request")
_SIGNED_AS = {
    "monitoring": "cloudwatch",
    "email": "ses",
    "tagging": "resourcegroupstaggingapi",
}
_READS = re.compile(r"(Get|List|Describe|BatchGet|Head|Lookup|Simulate|Search|Scan|Query|Receive)")
_REQUEST_ID = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Call:
    """`service` and `operation` as boto3 names them: sesv2, CreateEmailIdentity."""

    service: str
    operation: str
    region: str
    uri: Mapping[str, str]
    """what the path says, by the names that the service model has for it"""

    @property
    def write(self) -> bool:
        return not _READS.match(self.operation)


def identify(request: Request) -> Call:
    """Which operation of which service this is; raises ApiError for an unsigned request.

    SES v1 and v2 both sign as "ses"; v2 lives under /v2/.
    """
    found = _SCOPE.search(request.headers.get("Authorization", ""))
    if found is None:
        raise ApiError("MissingAuthenticationToken", "Missing Authentication Token", 403)
    region, signed_as = found.groups()
    service = _SIGNED_AS.get(signed_as, signed_as)
    if service == "ses" and request.path.startswith("/v2/"):
        service = "sesv2"
    target = request.headers.get("X-Amz-Target")
    if target:
        return Call(service, target.rpartition(".")[2], region, {})
    action = request.values.get("Action")
    if action:
        return Call(service, action, region, {})
    operation, uri = by_path(service, request.method, request.path)
    return Call(service, operation, region, uri)


def parse(call: Call, request: Request) -> dict[str, Any]:
    """The request's parameters, as the caller gave them to boto3."""
    model = model_of(call.service).operation_model(call.operation)
    parser = PROTOCOL_PARSERS[protocol_of(call.service)](model)
    try:
        parsed = parser.parse(
            {
                "body": request.get_data(),
                "headers": request.headers,
                "method": request.method,
                "url_params": dict(call.uri),
                "url_path": request.path,
                "values": request.values,
            }
        )
    except (ValueError, SyntaxError) as error:
        raise ApiError("SerializationException", f"cannot read the request: {error}") from error
    given = {name: value for name, value in parsed.items() if value is not None}
    if request.method == "GET" and model.input_shape:
        given |= {
            name: request.args[name] for name in model.input_shape.members.keys() & request.args
        }
    required = model.input_shape.required_members if model.input_shape else []
    for name in required:
        if name not in given:
            raise ApiError("BadRequestException", f"Missing required parameter {name}")
    return given


def answer(call: Call, result: Mapping[str, Any]) -> Response:
    """A successful answer in the service's protocol."""
    model = model_of(call.service).operation_model(call.operation)
    serializer = SERIALIZERS[protocol_of(call.service)]
    made = serializer(model, SerializationContext(_REQUEST_ID)).serialize(result)
    return Response(
        made["body"], made["status_code"], {**made["headers"], "x-amzn-RequestId": _REQUEST_ID}
    )


def refuse(service: str, error: ApiError) -> Response:
    """An error in the shape of the service's protocol, so that botocore finds its code."""
    protocol = protocol_of(service) if known(service) else "rest-json"
    fault = "Receiver" if error.status >= 500 else "Sender"
    headers = {"x-amzn-RequestId": _REQUEST_ID}
    if protocol in ("json", "rest-json"):
        headers |= {"Content-Type": "application/json", "x-amzn-ErrorType": error.code}
        body = json.dumps({"__type": error.code, "message": error.message})
        return Response(body, error.status, headers)
    namespace = model_of(service).metadata.get("xmlNamespace", "")
    headers["Content-Type"] = "text/xml"
    body = (
        f'<?xml version="1.0"?>\n<ErrorResponse xmlns="{namespace}"><Error><Type>{fault}</Type>'
        f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message></Error>"
        f"<RequestId>{_REQUEST_ID}</RequestId></ErrorResponse>"
    )
    return Response(body, error.status, headers)


def error_code(response: Response) -> str | None:
    """The code in an error answer that somebody else wrote, in any protocol."""
    if response.status_code < 400:
        return None
    body = response.get_data(as_text=True)
    found = re.search(r'<Code>([^<]+)</Code>|"__type": ?"(?:[^"#]*#)?([^"]+)"', body)
    return (found[1] or found[2]) if found else str(response.status_code)
