"""A lab that is up, as tests, the demo and inventory/lab.py see it: lab.json, typed."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from lab.errors import LabError

CHECKOUT = Path(__file__).resolve().parent.parent


def state_dir() -> Path:
    """$MAILFLEET_LAB, or .lab in the checkout. It need not exist."""
    return Path(os.environ.get("MAILFLEET_LAB") or CHECKOUT / ".lab").resolve()


@dataclass(frozen=True)
class Relay:
    """A host of the lab; `release` is Debian's code name."""

    name: str
    address: str
    release: str


@dataclass(frozen=True)
class Ssh:
    user: str
    key: str
    known_hosts: str


@dataclass(frozen=True)
class Aws:
    """What boto3 needs: AWS_CONFIG_FILE and AWS_PROFILE (the endpoint is in the file, too)."""

    config_file: str
    profile: str
    endpoint: str


@dataclass(frozen=True)
class Dns:
    address: str
    port: int


@dataclass(frozen=True)
class Lab:
    """Everything that is needed to reach a lab. `why_no_relays` is a sentence, or None."""

    name: str
    subnet: str | None
    gateway: str
    relays: tuple[Relay, ...]
    ssh: Ssh
    aws: Aws
    dns: Dns
    control: str
    ca: str
    why_no_relays: str | None

    @classmethod
    def load(cls, directory: Path | None = None) -> Self:
        """The lab of a state directory; LabError when it is not up."""
        path = (directory or state_dir()) / "lab.json"
        try:
            return cls._from_json(json.loads(path.read_text()))
        except FileNotFoundError:
            raise LabError("the lab is not up: run `make lab`") from None
        except (ValueError, KeyError, TypeError):
            raise LabError(f"{path} is damaged: run `make lab-down`, then `make lab`") from None

    @classmethod
    def _from_json(cls, data: dict[str, Any]) -> Self:
        parts = {"ssh": Ssh(**data["ssh"]), "aws": Aws(**data["aws"]), "dns": Dns(**data["dns"])}
        relays = tuple(Relay(**relay) for relay in data["relays"])
        return cls(**{**data, **parts, "relays": relays})

    def save(self, directory: Path) -> None:
        """Write lab.json at once or not at all: that it is there means that the lab is up."""
        scratch = directory / ".lab.json.new"
        scratch.write_text(json.dumps(asdict(self), indent=2) + "\n")
        scratch.rename(directory / "lab.json")

    def relay(self, name: str) -> Relay:
        """A relay by its name; LabError when there is none."""
        for relay in self.relays:
            if relay.name == name:
                return relay
        raise LabError(f"no relay {name!r} in the lab, there are: {[r.name for r in self.relays]}")

    def ssh_command(self, name: str, *command: str) -> list[str]:
        """The argument list that runs a command on a relay, for subprocess."""
        return ssh_argv(self.ssh, self.relay(name).address, *command)


def ssh_argv(ssh: Ssh, address: str, *command: str) -> list[str]:
    """ssh that asks nothing, reads nobody's own configuration and knows the lab's hosts only."""
    options = (
        "BatchMode=yes",
        "ConnectTimeout=5",
        "IdentitiesOnly=yes",
        "LogLevel=ERROR",
        "StrictHostKeyChecking=yes",
        f"UserKnownHostsFile={ssh.known_hosts}",
        "GlobalKnownHostsFile=/dev/null",
    )
    flags = [flag for option in options for flag in ("-o", option)]
    return ["ssh", "-F", "none", "-i", ssh.key, *flags, f"{ssh.user}@{address}", *command]
