"""The @aws connector: an AWS account is a host, and its shell is the AWS API.

`@aws` uses boto3's default chain of credentials, `@aws/<profile>` that profile.
"""

import json
import logging
from collections.abc import Iterator
from typing import Any, cast, get_type_hints

from gevent.lock import RLock
from pyinfra.api.arguments import ConnectorArguments
from pyinfra.api.command import StringCommand
from pyinfra.api.exceptions import ConnectError
from pyinfra.api.host import Host
from pyinfra.api.output import echo
from pyinfra.api.state import State
from pyinfra.connectors.base import BaseConnector, ConnectorData, DataMeta
from pyinfra.connectors.util import CommandOutput, OutputLine
from typing_extensions import Unpack

from mailfleet.aws import retries
from mailfleet.aws.command import AwsCommand
from mailfleet.aws.limiter import DEFAULT_RATE, TokenBucket, quota, rates
from mailfleet.aws.redact import redacted
from mailfleet.inventory import check_host_names
from mailfleet.plan.call import AwsCall
from mailfleet.run.options import DECLARED

NO_SHELL = "an AWS account has no shell and no files: only AWS operations and facts work on @aws"


class AwsData(ConnectorData, total=False):
    aws_profile: str
    aws_config_file: str
    aws_region: str
    aws_max_attempts: int
    aws_timeout: float
    aws_rates: dict[str, float]


class AwsConnector(BaseConnector):
    """Makes AwsCalls through boto3, with one client and one rate limiter a service and region."""

    handles_execution = True
    data_cls = AwsData
    data_meta = {  # noqa: RUF012  pyinfra declares it so
        name: DataMeta(DECLARED[name].help, DECLARED[name].default or None)
        for name in get_type_hints(AwsData)
    }

    def __init__(self, state: State, host: Host) -> None:
        super().__init__(state, host)
        check_host_names(host.inventory)  # no connector of this run has connected yet
        self._clients: dict[tuple[str, str], Any] = {}
        self._buckets: dict[tuple[str, str], TokenBucket] = {}
        self._answers: dict[str, Any] = {}
        self._lock = RLock()
        self._session: Any = None
        self._known = False

    @staticmethod
    def make_names_data(name: str | None) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
        """`@aws` or `@aws/<profile>`; both are in the group `@aws`, for --limit."""
        if name:
            yield f"@aws/{name}", {"aws_profile": name}, ["@aws"]
        else:
            yield "@aws", {}, ["@aws"]

    def connect(self) -> None:
        """Nothing yet: who we are is asked before the first call, so that what needs no AWS, such
        as switch.py, works also while AWS can't be reached."""

    def run_shell_command(
        self,
        command: StringCommand | str,
        print_output: bool = False,
        print_input: bool = False,
        **arguments: Unpack[ConnectorArguments],
    ) -> tuple[bool, CommandOutput]:
        """Carry out an AwsCommand's call; the output is the answer as JSON on one line."""
        if print_input:
            echo(f"{self.host.print_prefix}>>> {command}", err=True)
        call = command.call if isinstance(command, AwsCommand) else None
        status, answer = self._run(call) if call else (False, NO_SHELL)
        if print_output:
            shown = json.dumps(redacted(answer), default=str) if status else answer
            echo(f"{self.host.print_prefix}{shown}", err=True)
        if call is None or not status:
            return False, CommandOutput([OutputLine("stderr", answer)])
        call.response = answer
        call.answered = True
        return True, CommandOutput([OutputLine("stdout", json.dumps(answer, default=str))])

    def put_file(self, *args: Any, **kwargs: Any) -> bool:
        raise ConnectError(NO_SHELL)

    def get_file(self, *args: Any, **kwargs: Any) -> bool:
        raise ConnectError(NO_SHELL)

    def _run(self, call: AwsCall) -> tuple[bool, Any]:
        """Answer a read from memory if nothing was written since; (False, sentence) on failure.

        One call at a time: hosts that ask for the same read share it, and writes stay ordered.
        """
        if call.account not in ("", self.host.name):
            other = cast(AwsConnector, self.host.inventory.get_host(call.account).connector)
            return other._run(call)
        with self._lock:
            if not self._known:
                who = AwsCall("sts", "GetCallerIdentity")
                self._known, answer = self._ask(who)
                if not self._known:
                    return False, answer
                self._answers[who.key] = answer
            if call.is_read and not call.fresh and call.key in self._answers:
                return True, self._answers[call.key]
            if not call.is_read:
                self._answers.clear()
            status, answer = self._ask(call)
            if status and call.is_read:
                self._answers[call.key] = answer
            return status, answer

    def _ask(self, call: AwsCall) -> tuple[bool, Any]:
        from botocore.exceptions import BotoCoreError, ClientError

        region = call.region or self.data["aws_region"]
        try:
            return True, self._send(call, region)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            call.attempts = retries.attempts(error.response)
            call.error = f"{call.name} failed in {region}: {code}: {_message(error)}"
            none = code in call.absent or (call.attempts > 1 and code in call.repeated)
            return (True, None) if none else (False, call.error)
        except BotoCoreError as error:
            return False, f"{call.name} failed in {region}: {error}"

    def _send(self, call: AwsCall, region: str) -> Any:
        from botocore import xform_name

        client = self._client(call.service, region)
        method = xform_name(call.operation)
        if call.paged:
            return [item for page in _pages(client, method, call) for item in page[call.paged]]
        answer = getattr(client, method)(**call.unmasked())
        call.attempts = retries.attempts(answer)
        del answer["ResponseMetadata"]
        return answer

    def _client(self, service: str, region: str) -> Any:
        if (service, region) not in self._clients:
            from botocore.config import Config

            client = self._connected_session().client(
                service,
                region_name=region,
                config=Config(
                    retries=retries.settings(self.data["aws_max_attempts"]),
                    connect_timeout=5,
                    read_timeout=self.data["aws_timeout"],
                ),
            )
            bucket = self._bucket(quota(service), region)
            # on every request, so that pages and retries are counted too
            client.meta.events.register("before-send", lambda **_: bucket.take())
            client.meta.events.register("response-received", lambda **_: bucket.answered())
            self._clients[service, region] = client
        return self._clients[service, region]

    def _connected_session(self) -> Any:
        if self._session is None:
            import boto3
            import botocore.session

            # botocore's debug log holds whole requests and answers, secrets included
            logging.getLogger("botocore").setLevel(logging.INFO)
            core = botocore.session.Session(profile=self.data["aws_profile"])
            if self.data["aws_config_file"]:
                core.set_config_variable("config_file", self.data["aws_config_file"])
            self._session = boto3.Session(botocore_session=core)
        return self._session

    def _bucket(self, name: str, region: str) -> TokenBucket:
        new = TokenBucket(rates(self.data["aws_rates"]).get(name, DEFAULT_RATE))
        return self._buckets.setdefault((name, region), new)


def _pages(client: Any, method: str, call: AwsCall) -> Iterator[dict[str, Any]]:
    """All pages of an answer; botocore has no paginators for SES v2, which gives a NextToken."""
    if client.can_paginate(method):
        yield from client.get_paginator(method).paginate(**call.unmasked())
        return
    page = getattr(client, method)(**call.unmasked())
    yield page
    while token := page.get("NextToken"):
        page = getattr(client, method)(**call.unmasked(), NextToken=token)
        yield page


def _message(error: Any) -> str:
    return " ".join(str(error.response["Error"].get("Message", "no message")).split())
