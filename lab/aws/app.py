"""The AWS end point as a WSGI application: recognise, spoil, answer, log."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Request, Response

from lab.aws import beyond_moto, caller, operator, wire
from lab.aws.account import Account
from lab.aws.errors import ApiError
from lab.aws.fault import AwsFault
from lab.aws.quotas import Quotas
from lab.observed import ApiCall, Log

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class AwsApp:
    """Speaks for every service; the calls go into `calls` in the order they were answered."""

    def __init__(self, account: Account, calls: Log[ApiCall]) -> None:
        self._account = account
        self._calls = calls
        self._quotas = Quotas(lambda: account.faults.rates)
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.get_data()  # keeps the body for request.form and for a second reader
        try:
            call = wire.identify(request)
        except ApiError as error:
            return wire.refuse("", error)(environ, start)
        caller.account.set(caller.account_of(request))
        fault = self._account.faults.aws(call.service, call.operation)
        response = (fault and self._spoilt(call, fault)) or self._answer(call, request)
        dropped = fault is not None and bool(fault.drop)
        code = "Dropped" if dropped else wire.error_code(response)
        self._log(call, response.status_code, code, _parameters(call, request))
        if fault and fault.late:
            time.sleep(fault.late)
        if dropped:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError("as the lab was told")
        return response(environ, start)

    def _spoilt(self, call: wire.Call, fault: AwsFault) -> Response | None:
        """The answer to a call that is not carried out; None for one that is."""
        if fault.drop == "before":
            return Response(status=0)
        if not fault.code:
            return None
        return wire.refuse(call.service, ApiError(fault.code, "as the lab was told", fault.status))

    def _answer(self, call: wire.Call, request: Request) -> Response:
        policy = self._account.faults.operator
        try:
            self._quotas.count(call.service, call.region)
            if policy is not None:
                operator.check(policy, call, wire.parse(call, request))
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

    def _log(
        self,
        call: wire.Call,
        status: int,
        error: str | None,
        parameters: Mapping[str, Any] | None,
    ) -> None:
        number, at = self._calls.stamp()
        self._calls.add(
            ApiCall(
                n=number,
                at=at,
                service=call.service,
                operation=call.operation,
                region=call.region,
                write=call.write,
                status=status,
                error=error,
                parameters=parameters,
            )
        )


def _parameters(call: wire.Call, request: Request) -> Mapping[str, Any] | None:
    """Those of a write; None for one that is not understood, and so was refused."""
    if not call.write:
        return None
    try:
        return wire.parse(call, request)
    except ApiError:
        return None
