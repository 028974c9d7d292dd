"""An end point that is far away: each exchange takes a round trip, on each layer."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.aws.smtp.conftest import Services

ROUND_TRIP = 0.2


def _round_trips(act: Callable[[], object]) -> int:
    start = time.monotonic()
    act()
    return int((time.monotonic() - start) / ROUND_TRIP)


def test_each_exchange_takes_a_round_trip(services: Services) -> None:
    authority = ssl.create_default_context(cafile=str(services.directory / "ca/ca.pem"))
    services.control.set_faults(smtp_delay={"ses": ROUND_TRIP})
    clients = []
    # TCP, the greeting, EHLO's reply of several lines
    assert _round_trips(lambda: clients.append(services.connect())) == 3
    (client,) = clients
    # STARTTLS, TLS 1.3
    assert _round_trips(lambda: client.starttls(context=authority)) == 2
    assert _round_trips(client.noop) == 1
    services.control.reset_faults()
    assert _round_trips(client.noop) == 0
    client.close()
