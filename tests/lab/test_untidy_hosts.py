"""Hosts as they are in life: leftovers, odd modes, and what other programs are at."""

from dataclasses import replace

import pytest

from mailfleet.relay.agent import program
from mailfleet.relay.postfix import POSTFIX
from mailfleet.relay.request import apply_request
from tests.support.fleet import Fleet
from tests.support.host_programs import ask, policy_in, state, wanted

# amavis's and an administrator's files, modes that `postfix check` warns of, a copy for a chroot
# that is no longer used
_LEFTOVERS = r"""
cd /etc/postfix
echo 'example.org smtp-amavis:[127.0.0.1]:10024' >transport
echo 'content_filter = smtp-amavis:[127.0.0.1]:10024' >main.cf.bak
mkdir -p old; echo x >old/main.cf; chmod 666 main.cf.bak transport; chown -R mail old transport
ln -sf /usr/share/doc/nowhere dangling; ln -sf /etc/hosts elsewhere; mkfifo pipe
mkdir -p /var/spool/postfix/etc; echo nameserver 192.0.2.1 >/var/spool/postfix/etc/resolv.conf
chmod 775 /var/lib/postfix
"""
_TIDY = r"""
cd /etc/postfix; rm -rf transport main.cf.bak old dangling elsewhere pipe
rm -f /var/spool/postfix/etc/resolv.conf
chmod 755 /var/lib/postfix
"""


@pytest.mark.case("hosts-16")
@pytest.mark.case("hosts-17")
@pytest.mark.parametrize("relay", ["relay1", "relay3"])
def test_what_postfix_does_not_read_is_in_nobodys_way(deployed: Fleet, relay: str) -> None:
    target = wanted(deployed, policy_in(deployed.policy))
    main = target.file(f"{POSTFIX}main.cf")
    noted = replace(main, content=(main.content or b"") + b"# noted\n")
    changed = replace(target, files=tuple(noted if f == main else f for f in target.files))
    deployed.ssh(relay, _LEFTOVERS)
    try:
        for wanted_now in (changed, target):
            request = apply_request(wanted_now, state(deployed, relay, wanted_now), "test@lab")
            answer = ask(deployed, relay, program("apply", request))
            assert answer.returncode == 0, answer.stderr
            assert "postfix reload" in answer.stdout
    finally:
        deployed.ssh(relay, _TIDY)


# dpkg's lock is held for a while, a package's configuration file is there, and another package was
# left unpacked.
_BUSY = r"""
echo mine >/etc/postfix/postfix-files.d/pcre.files
dpkg --unpack /srv/apt/libsasl2-modules_*.deb >/dev/null; touch /var/lib/dpkg/updates/0000
nohup python3 -c 'import fcntl, time
with open("/var/lib/dpkg/lock-frontend", "w") as file:
    fcntl.lockf(file, fcntl.LOCK_EX); time.sleep(8)' >/dev/null 2>&1 &
sleep 1
"""
_IDLE = r"""
dpkg-query -W -f='${db:Status-Status}\n' libsasl2-modules
cat /etc/postfix/postfix-files.d/pcre.files
dpkg --configure -a >/dev/null 2>&1; apt-get -qq -y purge postfix-pcre >/dev/null 2>&1
rm -f /etc/postfix/postfix-files.d/pcre.files
"""


@pytest.mark.case("hosts-32")
@pytest.mark.case("hosts-33")
def test_packages_are_installed_where_others_are_at_it(deployed: Fleet) -> None:
    target = wanted(deployed, policy_in(deployed.policy))
    request = apply_request(target, state(deployed, "relay1", target), "test@lab")
    deployed.ssh("relay1", _BUSY)
    try:
        answer = ask(
            deployed, "relay1", program("apply", {**request, "packages": ["postfix-pcre"]})
        )
    finally:
        found = deployed.ssh("relay1", _IDLE)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("waiting: python3 (process ")
    assert "installed postfix-pcre" in answer.stdout
    assert found.splitlines() == ["installed", "mine"]
    assert deployed.plan() == []


_MASTER = r"""
systemctl cat postfix@-.service 2>/dev/null | grep -q postmulti && unit=postfix@-.service
systemctl show --property=Restart --property=MainPID --value ${unit:-postfix.service} | sort
"""
_KILL = r"""
cat >/tmp/client <<'END'
import socket, time
client = socket.create_connection(("127.0.0.1", 25))
time.sleep(60)
END
nohup python3 /tmp/client >/dev/null 2>&1 &
sleep 1
kill -9 $(cat /var/spool/postfix/pid/master.pid)
"""
_ANSWERS = r"""
cat >/tmp/answers <<'END'
import socket, sys, time
for _ in range(30):
    time.sleep(1)
    try:
        with socket.create_connection(("127.0.0.1", 25), timeout=5) as client:
            sys.exit(not client.recv(100).startswith(b"220"))
    except OSError as reason:
        print(reason)
sys.exit("nothing answers on port 25")
END
python3 /tmp/answers
"""
_LOG = "journalctl --quiet --facility=mail --output=cat"


def master(fleet: Fleet, relay: str) -> tuple[int, str]:
    """The master's process as systemd knows it (0: none), and what is done when it ends."""
    process, restart = fleet.ssh(relay, _MASTER).split()
    return int(process), restart


@pytest.mark.case("hosts-38")
@pytest.mark.parametrize("relay", ["relay1", "relay3"])
def test_a_postfix_that_is_killed_comes_back_and_one_that_is_stopped_does_not(
    deployed: Fleet, relay: str
) -> None:
    """Also while a child of it holds its port, for a client that says nothing."""
    before, restart = master(deployed, relay)
    deployed.ssh(relay, _KILL)
    deployed.ssh(relay, _ANSWERS)
    assert restart == "on-failure"
    assert master(deployed, relay)[0] not in (0, before)
    log = deployed.ssh(relay, f"{_LOG} --since=-1min")
    assert "fatal: Postfix has ended by itself: signal, killed KILL" in log
    assert deployed.plan() == []
    stopped = deployed.ssh(relay, f"systemctl stop postfix; sleep 5; {_LOG} --since=-5s")
    assert "ended by itself" not in stopped
    assert master(deployed, relay)[0] == 0
    deployed.ssh(relay, "systemctl start postfix")
