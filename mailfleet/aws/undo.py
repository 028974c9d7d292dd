"""What takes a change of DNS records back, written before the change is made."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from mailfleet.aws.hosted_zone import HostedZone
from mailfleet.aws.route53 import Batch, undo_batch
from mailfleet.plan.errors import PlanError
from mailfleet.plan.resource import Local


def undo_file(directory: Path, zone: HostedZone, batch: Batch) -> Local:
    """Write what takes a batch back, before it is sent. Without the file nothing is sent."""

    def write() -> str:
        try:
            path = write_undo(directory, zone, batch, datetime.now(UTC))
        except OSError as reason:
            raise PlanError(
                f"the undo of {zone.name} could not be written, so nothing was changed: {reason}"
            ) from None
        return (
            f"undo: aws route53 change-resource-record-sets --hosted-zone-id {zone.id} "
            f"--change-batch file://{path}"
        )

    return Local(write)


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
