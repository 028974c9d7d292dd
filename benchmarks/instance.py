"""A second Postfix on a relay host of the lab, beside the deployed one, which stays as it is."""

import io
import shlex
import subprocess
import tarfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.contenders import Contender
from lab.errors import LabError
from lab.state import Lab

NAME = "bench-postfix"  # Debian 13 would have systemd start /etc/postfix-*
_CONFIG, _QUEUE, _DATA = f"/etc/{NAME}", f"/var/spool/{NAME}", f"/var/lib/{NAME}"
SETTINGS = {
    "queue_directory": _QUEUE,
    "data_directory": _DATA,
    "syslog_name": NAME,
    "master_service_disable": "inet",  # port 25 is the deployed one's
}
_INSTALL = f"""
mkdir {_CONFIG} {_QUEUE}
install -d -o postfix {_DATA}
tar -x -C {_CONFIG}
install -m 600 /etc/postfix/sasl_passwd {_CONFIG}/sasl_passwd
postmap hash:{_CONFIG}/sasl_passwd
test -e {_CONFIG}/master.cf || cp /usr/share/postfix/master.cf.dist {_CONFIG}/master.cf
"""
# Debian's own master.cf runs services in a chroot, which Debian 13 fills by itself.
_START = f"""
postfix -c {_CONFIG} start
case $(postconf -h mail_version) in
3.[0-7].*) MAIL_CONFIG={_CONFIG} /usr/lib/postfix/configure-instance.sh ;;
esac
"""
_SUBMIT = f"""
for n in $(seq {{number}}); do
    printf "From: {{sender}}\\nSubject: $(date +%s.%N)\\n\\nHello\\n" |
        sendmail -C {_CONFIG} -f {{sender}} you$n@elsewhere.example
done
"""
_REMOVE = f"""
test ! -d {_CONFIG} || postfix -c {_CONFIG} stop || true
rm -rf {_CONFIG} {_QUEUE} {_DATA}
"""


@dataclass(frozen=True)
class Instance:
    """A contender's Postfix on `relay`."""

    lab: Lab
    relay: str
    contender: Contender

    def submit(self, sender: str, number: int = 1) -> None:
        """Mail to so many recipients, each with its time in seconds as the subject."""
        self._run(_SUBMIT.format(number=number, sender=sender))

    def fill(self, sender: str, number: int) -> None:
        """Have so much mail wait in the queue of a Postfix that has stopped."""
        self._set({"defer_transports": ", ".join(self.contender.transports)})
        self._run(f"postfix -c {_CONFIG} reload")
        self.submit(sender, number)
        deadline = time.monotonic() + 60
        while (tried := self._queued("deferred")) < number:
            if time.monotonic() > deadline:
                raise LabError(f"{tried} of {number} messages are queued on {self.relay}")
            time.sleep(0.5)
        self._run(f"postfix -c {_CONFIG} stop")
        self._set({"defer_transports": ""})

    def release(self) -> None:
        """Start it again, and have it send at once what waits."""
        self._run(f"postfix -c {_CONFIG} start; postqueue -c {_CONFIG} -f")

    def queued(self) -> int:
        """The messages that it still has."""
        return self._queued("")

    def install(self) -> None:
        self._run(_REMOVE)
        self._run(_INSTALL, _archive(self.contender.files))
        self._set({**SETTINGS, **self.contender.settings})
        self._run(_START)

    def remove(self) -> None:
        self._run(_REMOVE)

    def _queued(self, queue: str) -> int:
        listed = self._run(f"postqueue -c {_CONFIG} -j")
        return sum(f'"queue_name": "{queue}' in line for line in listed.splitlines())

    def _set(self, settings: Mapping[str, str]) -> None:
        edits = shlex.join(f"{name}={value}" for name, value in settings.items())
        self._run(f"postconf -c {_CONFIG} -e {edits}")

    def _run(self, script: str, text: bytes = b"") -> str:
        """Output of a shell script on the relay, as root; LabError when it fails.

        One at a time: what was interrupted here runs to its end there, and is then removed.
        """
        command = f"sudo flock --close /run/{NAME}.lock sh -euc {shlex.quote(script)}"
        done = subprocess.run(
            self.lab.ssh_command(self.relay, command), input=text, capture_output=True, check=False
        )
        if done.returncode != 0:
            raise LabError(f"{self.relay}: {done.stderr.decode().strip()}\nof: {script.strip()}")
        return done.stdout.decode()


@contextmanager
def running(lab: Lab, relay: str, contender: Contender) -> Iterator[Instance]:
    """Its Postfix, which is gone afterwards, whatever happens."""
    instance = Instance(lab, relay, contender)
    try:
        instance.install()
        yield instance
    finally:
        instance.remove()


def _archive(files: Mapping[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o644
            tar.addfile(member, io.BytesIO(content))
    return archive.getvalue()
