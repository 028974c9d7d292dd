"""A lab comes up, does what its hosts are for, and goes without a trace."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import leftovers, network
from lab.state import CHECKOUT, Lab

pytestmark = pytest.mark.lab

POLICY = """\
from mailfleet.policy import Domain, Mail, Ses
mail = Mail(domains=[Domain("example.org")], providers=[Ses("eu-west-1")])
"""


class Bench:
    """`python -m lab` with a state directory of its own, beside any other lab."""

    def __init__(self, scratch: Path) -> None:
        self.directory = scratch / "state"
        self.policy = scratch / "policy.py"
        self.policy.write_text(POLICY)

    @property
    def name(self) -> str:
        return network.lab_name(self.directory)

    def start(self, command: str) -> subprocess.Popen[str]:
        env = {
            **os.environ,
            "MAILFLEET_LAB": str(self.directory),
            "MAILFLEET_LAB_POLICY": str(self.policy),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "lab", command],
            cwd=CHECKOUT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: str) -> str:
        process = self.start(command)
        output, _ = process.communicate(timeout=240)
        assert process.returncode == 0, output
        return output

    def lab(self) -> Lab:
        return Lab.load(self.directory)

    def ssh(self, host: str, command: str) -> str:
        done = subprocess.run(
            self.lab().ssh_command(host, command), capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def power_off(self, host: str) -> None:
        """Kill a host's systemd-nspawn, and so the host."""
        machine = f"--machine={network.namespace_name(self.name, host)}"
        for pid in leftovers.processes(self.name, self.directory):
            if machine in Path(f"/proc/{pid}/cmdline").read_text().split("\0"):
                os.kill(pid, signal.SIGKILL)

    def assert_gone(self) -> None:
        assert leftovers.find(self.name, self.directory) == leftovers.Leftovers((), (), (), (), ())
        assert not self.directory.exists()
        assert not list(Path("/run/systemd/nspawn").glob(f"*/{self.name}-*"))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    bench = Bench(tmp_path_factory.mktemp("lab").resolve())
    bench.run("up")
    if not bench.lab().relays:
        reason = bench.lab().why_no_relays
        bench.run("down")
        pytest.skip(f"no hosts: {reason}")
    yield bench
    bench.run("down")
    bench.assert_gone()


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Bench]:
    """A second lab, beside the first one."""
    another = Bench(tmp_path.resolve())
    yield another
    another.run("down")
    another.assert_gone()


@pytest.mark.parametrize("host", ["relay1", "relay3"])
def test_an_install_of_postfix_needs_no_network(bench: Bench, host: str) -> None:
    simulated = bench.ssh(
        host,
        "test ! -e /etc/postfix && sudo apt-get -qq update &&"
        " apt-get -s install postfix libsasl2-modules postfix-lmdb python3-milter",
    )
    for package in ("postfix", "libsasl2-modules", "postfix-lmdb", "python3-milter"):
        assert f"\nInst {package} " in simulated


@pytest.mark.parametrize("host", ["relay1", "relay2", "relay3"])
def test_a_host_is_like_one_on_ec2(bench: Bench, host: str) -> None:
    address = bench.lab().relay(host).address
    before = time.monotonic()
    assert bench.ssh(host, "hostname -f").strip() == f"ip-{address.replace('.', '-')}"
    assert time.monotonic() - before < 2
    assert bench.ssh(host, "sudo -n id -u").strip() == "0"
    assert bench.ssh(host, "systemctl is-system-running").strip() == "running"


def test_hosts_find_their_provider_and_trust_it(bench: Bench) -> None:
    program = (
        "import smtplib, ssl\n"
        "smtp = smtplib.SMTP('email-smtp.eu-west-1.amazonaws.com', 587, timeout=10)\n"
        "print(smtp.starttls(context=ssl.create_default_context())[0])\n"
    )
    assert bench.ssh("relay3", f'python3 -c "{program}"').strip() == "220"


def test_a_host_with_another_key_is_refused(bench: Bench, tmp_path: Path) -> None:
    """Strict host key checking: relay2's key does not pass for relay1's."""
    lab = bench.lab()
    swapped = tmp_path / "known_hosts"
    key = Path(lab.ssh.known_hosts).read_text().splitlines()[1].split(" ", 1)[1]
    swapped.write_text(f"{lab.relay('relay1').address} {key}\n")
    command = [
        part.replace(lab.ssh.known_hosts, str(swapped))
        for part in lab.ssh_command("relay1", "true")
    ]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert refused.returncode == 255
    assert "verification failed" in refused.stderr


def test_up_again_changes_nothing(bench: Bench) -> None:
    before = (bench.directory / "lab.json").stat()
    boot = bench.ssh("relay1", "stat -c %Y /proc/1")
    assert "up already" in bench.run("up")
    assert (bench.directory / "lab.json").stat() == before
    assert bench.ssh("relay1", "stat -c %Y /proc/1") == boot


@pytest.mark.parametrize("seconds", [0.8, 1.5, 3.0])
def test_down_after_a_killed_up(bench: Bench, another: Bench, seconds: float) -> None:
    """The fixture asserts that nothing of it stays; the lab beside it is not touched."""
    up = another.start("up")
    time.sleep(seconds)
    up.send_signal(signal.SIGKILL)
    up.communicate()
    another.run("down")
    another.assert_gone()
    assert bench.ssh("relay1", "systemctl is-system-running").strip() == "running"


def test_a_half_dead_lab_is_started_anew(bench: Bench, another: Bench) -> None:
    another.run("up")
    assert another.lab().subnet != bench.lab().subnet
    another.power_off("relay2")
    (another.directory / "lab.json").write_text("{ damaged")
    assert "Taking the earlier lab away" in another.run("up")
    assert another.ssh("relay2", "true") == ""
