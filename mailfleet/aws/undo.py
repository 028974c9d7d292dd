"""What takes a change of DNS records back, written before the change is made."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pyinfra import logger
from pyinfra.api.command import PyinfraCommand
from pyinfra.api.host import Host
from pyinfra.api.output import format_text
from pyinfra.api.state import State

from mailfleet.dns.batches import Batch, undo_batch
from mailfleet.dns.zone import HostedZone


class WriteUndo(PyinfraCommand):
    """Write what takes a batch back, before it is sent. Without the file nothing is sent."""

    def __init__(self, directory: Path, zone: HostedZone, batch: Batch) -> None:
        super().__init__()
        self._directory = directory
        self._zone = zone
        self._batch = batch

    def __repr__(self) -> str:
        return f"WriteUndo({self._zone.name!r})"

    def execute(self, state: State, host: Host, connector_arguments: Any) -> bool:
        try:
            path = write_undo(self._directory, self._zone, self._batch, datetime.now(UTC))
        except OSError as reason:
            said = f"the undo of {self._zone.name} could not be written, so nothing was changed: "
            logger.error(f"{host.print_prefix}{format_text(f'{said}{reason}', 'red')}")
            return False
        logger.info(
            f"{host.print_prefix}undo: aws route53 change-resource-record-sets --hosted-zone-id "
            f"{self._zone.id} --change-batch file://{path}"
        )
        return True


def write_undo(directory: Path, zone: HostedZone, batch: Batch, now: datetime) -> Path:
    """The file, for our eyes only and never over another one: <UTC time>-<zone>-<number>.json."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = 1
    while True:
        path = directory / f"{now:%Y%m%dT%H%M%SZ}-{zone.name}-{number}.json"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            number += 1
            continue
        with os.fdopen(handle, "w") as file:
            json.dump(undo_batch(batch), file, indent=2)
            file.write("\n")
        return path
