"""The lab's control API, JSON under /_lab: both ends of it."""

from __future__ import annotations

import base64
import http.client
import json
import urllib.parse
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from lab.observed import ApiCall, Log, Mail, Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from lab.aws.account import Account

PREFIX = "/_lab"


class ControlApp:
    """Answers under /_lab and hands everything else to `aws`."""

    def __init__(
        self,
        aws: WSGIApplication,
        account: Account,
        calls: Log[ApiCall],
        mail: Log[Mail],
        refusals: Log[Refusal],
    ) -> None:
        self._aws = aws
        self._account = account
        self._calls = calls
        self._mail = mail
        self._refusals = refusals
        self._faults = account.faults

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith(PREFIX + "/"):
            return self._aws(environ, start)
        request = Request(environ)
        try:
            status, found = 200, self._answer(request)
        except ValueError as error:
            status, found = 400, {"error": str(error)}
        except KeyError:
            status, found = 404, {"error": f"no {request.method} {request.path} here"}
        response = Response(json.dumps(found, default=str), status, content_type="application/json")
        return response(environ, start)

    def _answer(self, request: Request) -> Any:
        match request.method, request.path.removeprefix(PREFIX):
            case "GET", "/ready":
                return {"ready": True}
            case "GET", "/calls":
                return [asdict(replace(call, parameters=None)) for call in self._calls.all()]
            case "GET", "/writes":
                return [asdict(call) for call in self._calls.all() if call.write]
            case "DELETE", "/calls":
                return self._calls.clear()
            case "GET", "/mail":
                return [_mail_as_json(mail) for mail in self._mail.all()]
            case "DELETE", "/mail":
                return self._mail.clear()
            case "GET", "/refusals":
                return [asdict(refusal) for refusal in self._refusals.all()]
            case "DELETE", "/refusals":
                return self._refusals.clear()
            case "GET", "/faults":
                return self._faults.current()
            case "PUT", "/faults":
                self._faults.set(json.loads(request.get_data()))
                return self._faults.current()
            case "DELETE", "/faults":
                self._faults.reset()
                return self._faults.current()
            case "PUT", "/ses-account":
                wanted = json.loads(request.get_data())
                with self._account.lock:
                    return self._account.sending.of(wanted.pop("region")).set(wanted)
        raise KeyError(request.path)


def _mail_as_json(mail: Mail) -> dict[str, Any]:
    return asdict(mail) | {"data": base64.b64encode(mail.data).decode()}


class Control:
    """The client: `Control("http://198.18.37.1:4566/_lab")`. One connection a request.

    Raises OSError when nobody answers, RuntimeError with the lab's sentence when it refuses.
    """

    def __init__(self, url: str) -> None:
        parts = urllib.parse.urlsplit(url)
        self._address = parts.netloc
        self._path = parts.path.rstrip("/")

    def ready(self) -> bool:
        """False while the services are not up."""
        try:
            return bool(self._ask("GET", "ready")["ready"])
        except OSError:
            return False

    def calls(self, *, writes: bool = False) -> list[ApiCall]:
        """The AWS calls so far, or only those that change something."""
        found = [ApiCall(**call) for call in self._ask("GET", "calls")]
        return [call for call in found if call.write or not writes]

    def writes(self) -> list[ApiCall]:
        """The AWS calls that change something, with their parameters: secrets, too."""
        return [ApiCall(**call) for call in self._ask("GET", "writes")]

    def forget_calls(self) -> None:
        self._ask("DELETE", "calls")

    def mail(self, provider: str | None = None) -> list[Mail]:
        """The accepted mail, of one provider or of all."""
        found = [
            Mail(
                **entry
                | {"data": base64.b64decode(entry["data"]), "rcpt_to": tuple(entry["rcpt_to"])}
            )
            for entry in self._ask("GET", "mail")
        ]
        return [mail for mail in found if provider in (None, mail.provider)]

    def forget_mail(self) -> None:
        self._ask("DELETE", "mail")

    def refusals(self) -> list[Refusal]:
        """The mail that SMTP end points did not take."""
        return [Refusal(**entry) for entry in self._ask("GET", "refusals")]

    def forget_refusals(self) -> None:
        self._ask("DELETE", "refusals")

    def faults(self) -> dict[str, Any]:
        found: dict[str, Any] = self._ask("GET", "faults")
        return found

    def set_faults(self, **faults: Any) -> None:
        """Set what is named (see lab.faults.Faults) and leave the rest as it is."""
        self._ask("PUT", "faults", faults)

    def reset_faults(self) -> None:
        self._ask("DELETE", "faults")

    def set_ses_account(self, region: str, **wanted: Any) -> None:
        """Set what is named (see lab.aws.ses_account) and leave the rest as it is."""
        self._ask("PUT", "ses-account", {"region": region, **wanted})

    def _ask(self, method: str, what: str, body: Mapping[str, Any] | None = None) -> Any:
        connection = http.client.HTTPConnection(self._address, timeout=10)
        try:
            connection.request(
                method, f"{self._path}/{what}", json.dumps(body) if body is not None else None
            )
            response = connection.getresponse()
            found = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:
            raise RuntimeError(f"the lab refuses {method} {what}: {found['error']}")
        return found
