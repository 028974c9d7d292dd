"""The service process: AWS, DNS and SMTP providers of a lab, as `python -m lab.services DIR`."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from lab.cgroups import in_own_group
from lab.errors import LabError
from lab.state import CHECKOUT, Aws
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


def write_aws_config(aws: Aws) -> None:
    """A profile for boto3. The key is made up: the lab's AWS believes everybody."""
    settings = (
        ("region", "us-east-1"),
        ("endpoint_url", aws.endpoint),
        ("aws_access_key_id", "AKIALABLABLABLABLAB1"),
        ("aws_secret_access_key", "lab"),
    )
    path = Path(aws.config_file)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"[profile {aws.profile}]", *(f"{key} = {value}" for key, value in settings)]
    path.write_text("\n".join(lines) + "\n")


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that are free for both TCP and UDP just now."""
    ports: list[int] = []
    with ExitStack() as held:
        while len(ports) < count:
            tcp = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            udp = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            tcp.bind(("127.0.0.1", 0))
            try:
                udp.bind(tcp.getsockname())
            except OSError:
                continue
            ports.append(tcp.getsockname()[1])
    return ports


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
