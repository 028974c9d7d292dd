"""The service process: AWS, DNS and SMTP providers of a lab, as `python -m lab.services DIR`."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from lab.cgroups import in_own_group
from lab.errors import LabError
from lab.state import CHECKOUT
from lab.world import World

READY_SECONDS = 60.0


def write_world(directory: Path, world: World) -> None:
    (directory / "services.json").write_text(json.dumps(world.to_json(), indent=2) + "\n")


def read_world(directory: Path) -> dict[str, Any] | None:
    """services.json as it was written, None when it is not there or damaged."""
    try:
        data = json.loads((directory / "services.json").read_text())
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def start(directory: Path, lab: str | None) -> subprocess.Popen[bytes]:
    """Start the services and return at once; they run on when we end.

    With the lab's name they get a control group of their own, which takes root: they then also
    outlive the systemd unit (a CI runner's, say) that we may be running in.
    """
    command = [sys.executable, "-m", "lab.services", str(directory)]
    with (directory / "services.log").open("wb") as log:
        return subprocess.Popen(
            in_own_group(lab, "services", command) if lab else command,
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_until_ready(process: subprocess.Popen[bytes], directory: Path, control: str) -> None:
    """Return when the services answer; LabError when they end or take too long."""
    deadline = time.monotonic() + READY_SECONDS
    while not is_ready(control):
        ended = process.poll() is not None
        if ended or time.monotonic() > deadline:
            log = directory / "services.log"
            last = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            what = "ended" if ended else f"did not get ready within {READY_SECONDS:.0f} s"
            raise LabError(f"the lab's services {what}. {log} ends with:\n{last}")
        time.sleep(0.1)


def is_ready(control: str) -> bool:
    """Whether the services say that they are ready. Proxies are for elsewhere."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{control}/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
