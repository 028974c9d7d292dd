"""`python -m lab.services DIR`: AWS, DNS and SMTP of the lab in one process.

Reads DIR/services.json; the control API answers at /_lab/ready once everything listens. State
is in memory and goes with the process. SIGTERM and SIGINT stop it.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path

from lab.answers import Answers
from lab.aws import vault
from lab.aws.account import Account
from lab.aws.app import AwsApp
from lab.config import ProviderEndPoint, Services, SesEndPoint
from lab.control import ControlApp
from lab.dns import DnsServers
from lab.faults import Faults
from lab.observed import CALLS_KEPT, MAILS_KEPT, ApiCall, Log, Mail, Refusal
from lab.smtp.endpoint import EndPoint, Place
from lab.smtp.provider import PlainSmtp
from lab.smtp.servers import SmtpServers
from lab.smtp.service import Service
from lab.smtp.ses import SesSmtp
from lab.smtp.session import Seen
from lab.web import WebServer


class Lab:
    """All services. `directory` is where the CA is kept."""

    def __init__(self, services: Services, directory: Path) -> None:
        self._services = services
        self.faults = Faults([end_point.name for end_point in services.end_points])
        self.account = Account(self.faults)
        self.calls: Log[ApiCall] = Log(CALLS_KEPT)
        self.mail: Log[Mail] = Log(MAILS_KEPT)
        self.refusals: Log[Refusal] = Log(MAILS_KEPT)
        self._furnish()
        answers = Answers(services, self.account)
        self._dns = DnsServers(services.address, services.dns_port, answers)
        self._smtp = SmtpServers(
            [
                EndPoint(
                    self._service(end_point),
                    Place(end_point.host, end_point.address, end_point.port, end_point.wrapper),
                    directory / "ca",
                    Seen(self.mail, self.refusals),
                    self.faults,
                )
                for end_point in services.end_points
            ],
            self.faults,
        )
        aws = AwsApp(self.account, self.calls)
        app = ControlApp(aws, self.account, self.calls, self.mail, self.refusals)
        self._web = WebServer(services.address, services.aws_port, app)

    def start(self) -> None:
        """Everything listens when it returns."""
        self._dns.start()
        self._smtp.start()
        self._web.start()

    def stop(self) -> None:
        self._web.stop()
        self._smtp.stop()
        self._dns.stop()

    def _furnish(self) -> None:
        """What a real account already has: hosted zones, and the providers' passwords."""
        for zone in self._services.zones:
            create = self.account.operation("route53", "CreateHostedZone")
            create("us-east-1", {"Name": zone, "CallerReference": f"lab {zone}"})
        for end_point in self._services.end_points:
            if isinstance(end_point, ProviderEndPoint):
                scheme, _, name = end_point.secret.partition(":")
                vault.ensure(scheme, name)

    def _service(self, end_point: SesEndPoint | ProviderEndPoint) -> Service:
        if isinstance(end_point, SesEndPoint):
            return SesSmtp(self.account, end_point.region, end_point.name)
        return PlainSmtp(end_point)


def main(directory: Path) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    pid = directory / "services.pid"
    lab = Lab(Services.read(directory), directory)
    pid.write_text(f"{os.getpid()}\n")
    lab.start()
    stop.wait()
    lab.stop()
    pid.unlink(missing_ok=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
