"""The AWS end point as a WSGI application: recognise, spoil, answer, log."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Request, Response

from lab.aws import beyond_moto, wire
from lab.aws.account import Account
from lab.aws.errors import ApiError
from lab.observed import ApiCall, Log

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class AwsApp:
    """Speaks for every service; the calls go into `calls` in the order they were answered."""

    def __init__(self, account: Account, calls: Log[ApiCall]) -> None:
        self._account = account
        self._calls = calls
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.get_data()  # keeps the body for request.form and for a second reader
        try:
            call = wire.identify(request)
        except ApiError as error:
            return wire.refuse("", error)(environ, start)
        response = self._answer(call, request)
        self._log(call, response)
        return response(environ, start)

    def _answer(self, call: wire.Call, request: Request) -> Response:
        fault = self._account.faults.aws(call.service, call.operation)
        if fault is not None:
            status, code = fault
            return wire.refuse(call.service, ApiError(code, "as the lab was told", status))
        try:
            if not self._account.owns(call.service):
                beyond_moto.check(call, request)
                response = self._from_moto(request)
                beyond_moto.settle(call)
                return response
            operation = self._account.operation(call.service, call.operation)
            return wire.answer(call, operation(call.region, wire.parse(call, request)))
        except ApiError as error:
            return wire.refuse(call.service, error)

    def _from_moto(self, request: Request) -> Response:
        body = request.get_data()
        environ = request.environ | {
            "wsgi.input": io.BytesIO(body),
            "CONTENT_LENGTH": str(len(body)),
        }
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        return Response.from_app(self._moto, environ, buffered=True)

    def _log(self, call: wire.Call, response: Response) -> None:
        number, at = self._calls.stamp()
        self._calls.add(
            ApiCall(
                n=number,
                at=at,
                service=call.service,
                operation=call.operation,
                region=call.region,
                write=call.write,
                status=response.status_code,
                error=wire.error_code(response),
            )
        )
