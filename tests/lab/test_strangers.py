"""Two dedicated relays, one by each Postfix, and who has no business there: what strangers say is
generated (tests/support/dialogues.py). Clients are served meanwhile."""

import json
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lab.network import bridge_name, namespace_name
from tests.lab.conftest import FirstDeploy
from tests.support.dedicated import Dedicated, submission
from tests.support.dialogues import MARK, dialogues, refused, said_to, taken
from tests.support.fleet import Fleet, wait_until
from tests.support.policies import DOMAIN

OLD, CLIENT, NEW = "relay1", "relay2", "relay3"
USER, PASSWORD, LIMITED = "app1", "sentinel-password-of-app1", "limited"
OWN = f"limited@{DOMAIN}"
BOX, BOX_HOST = "172.29.0.0/24", "172.29.0.1"  # containers on relay3
_SEND = """
import smtplib, sys
host, port, sender, subject = sys.argv[1:]
with smtplib.SMTP(host, int(port), timeout=30) as server:
    if port == "587":
        import ssl
        server.starttls(context=ssl._create_unverified_context())
    text = f"From: {sender}\\nSubject: {subject}\\n\\nHello\\n"
    try:
        server.sendmail(sender, ["you@elsewhere.example"], text)
        print("taken")
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as refusal:
        print(refusal)
"""


@pytest.fixture(scope="module")
def dedicated(
    fleet: Fleet, first: FirstDeploy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dedicated]:
    """relay1 and relay3 serve relay2 by its network, and two users; relay3 also its containers."""
    assert first.run.status == 0, first.run.output
    for user in (USER, LIMITED):
        fleet.client("secretsmanager").create_secret(Name=f"door-{user}", SecretString=PASSWORD)
    groups = {"old": OLD, "new": NEW}
    found = Dedicated(fleet, tmp_path_factory.mktemp("strangers"), groups)
    for number in (0, 1):
        make_box(fleet, number)
    relay = (
        f'listen="all", clients=["{fleet.address(CLIENT)}/32"], '
        f'logins={{"{USER}": secret("aws:door-{USER}"), '
        f'"{LIMITED}": Login(secret("aws:door-{LIMITED}"), senders=["{OWN}"])}}'
    )
    found.relay("old", relay)
    found.relay("new", f'{relay}, port_25={{"{BOX_HOST}": "{BOX}"}}')
    run = found.deploy("-y", "--data", "rollout=all")
    assert run.status == 0, run.output
    assert (
        f"port 25 of {BOX_HOST} accepts mail in the clear, unless they use STARTTLS" in run.output
    )
    yield found
    assert fleet.deploy("-y").status == 0
    for number in (0, 1):
        ip("netns", "delete", box(fleet, number))


def box(fleet: Fleet, number: int) -> str:
    """A container on relay3: a network namespace, of which the host has the other end."""
    return f"{namespace_name(fleet.lab.name, NEW)}-box{number}"


def make_box(fleet: Fleet, number: int) -> None:
    """0 is in the policy's network, 1 beside it."""
    host, inside = namespace_name(fleet.lab.name, NEW), box(fleet, number)
    ip("netns", "add", inside)
    ip("-n", host, "link", "add", f"box{number}", "type", "veth",
       "peer", "name", "eth0", "netns", inside)  # fmt: skip
    for namespace, device, end in ((host, f"box{number}", 1), (inside, "eth0", 2)):
        ip("-n", namespace, "address", "add", f"172.29.{number}.{end}/24", "dev", device)
        ip("-n", namespace, "link", "set", device, "up")
    ip("-n", inside, "route", "add", "default", "via", f"172.29.{number}.1")


def ip(*arguments: str) -> str:
    return subprocess.run(
        ["ip", *arguments], check=True, stdout=subprocess.PIPE, text=True, timeout=30
    ).stdout


def link_local(fleet: Fleet, relay: str) -> str:
    """The relay's address by IPv6, from here."""
    shown = json.loads(fleet.ssh(relay, "ip -json -6 address show dev eth0 scope link"))
    address = next(info["local"] for info in shown[0]["addr_info"])
    return f"{address}%{bridge_name(fleet.lab.name)}"


def logged(fleet: Fleet, relay: str, text: str) -> int:
    return int(fleet.ssh(relay, f"journalctl --facility=mail -o cat | grep -c '{text}' || true"))


def send_as(address: str, user: str, sender: str, recipient: str = "you@elsewhere.example",
            subject: str = "x") -> tuple[int, int]:  # fmt: skip
    """The answers to RCPT and to the message of a user who has logged in (0: not asked)."""
    with submission(address) as server:
        server.login(user, PASSWORD)
        server.mail(sender)
        code, _ = server.rcpt(recipient)
        if code != 250:
            return code, 0
        try:
            text = f"From: {sender}\r\nSubject: {subject}\r\n\r\nHello\r\n"
            return code, server.data(text)[0]
        except smtplib.SMTPDataError as refusal:
            return code, refusal.smtp_code


@pytest.mark.case("hosts-1")
@pytest.mark.timeout(900)  # of the module's deploys, too
def test_of_what_strangers_say_nothing_is_taken(dedicated: Dedicated) -> None:
    """By IPv4, and every fifth dialogue by IPv6. The relays' own log and queue, their providers
    and what they keep say the same."""
    fleet = dedicated.fleet
    fleet.control.forget_mail()
    every = []
    before = {}
    for relay in (OLD, NEW):
        address, v6 = fleet.address(relay), link_local(fleet, relay)
        made = list(dialogues(DOMAIN, fleet.ssh(relay, "hostname").strip(), address, USER))
        assert len(made) >= 200
        every += [(d, v6 if n % 5 == 0 else address, relay) for n, d in enumerate(made)]
        before[relay] = logged(fleet, relay, "queue active"), len(fleet.returned(relay))
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda asked: _answer(*asked[:2]), every)
        fleet.ssh(CLIENT, _sending(fleet.address(OLD), "587", f"app@{DOMAIN}", "meanwhile"))
        assert send_as(fleet.address(NEW), USER, f"app@{DOMAIN}", subject="meanwhile")[1] == 250
        heard = list(answers)
    told = [(relay, d, said) for (d, _, relay), said in zip(every, heard, strict=True)]
    assert [(relay, d.name, said) for relay, d, said in told if taken(said)] == []
    silent = [(relay, d.name) for relay, d, said in told if d.port != 25 and not refused(said)]
    assert silent == []
    assert len(fleet.received("meanwhile", 2)) == 2
    for relay in (OLD, NEW):
        assert fleet.queued(relay) == []
        # the client's mail and nothing else
        assert logged(fleet, relay, "queue active") == before[relay][0] + 1
        assert len(fleet.returned(relay)) == before[relay][1]
        assert logged(fleet, relay, f"message-id=<{MARK}") == 0
    assert len(fleet.control.mail()) == 2


def _answer(dialogue: object, host: str) -> bytes:
    try:
        return said_to(dialogue, host)  # type: ignore[arg-type]
    except ConnectionRefusedError:
        return b""


def _sending(*arguments: str) -> str:
    return f"python3 -c '{_SEND}' {' '.join(arguments)}"


@pytest.mark.case("hosts-1")
@pytest.mark.parametrize("relay", [OLD, NEW])
def test_port_25_is_shut_and_postmaster_is_no_way_in(dedicated: Dedicated, relay: str) -> None:
    address = dedicated.fleet.address(relay)
    for host in (address, link_local(dedicated.fleet, relay)):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, 25), timeout=10)
    with submission(address) as stranger:
        assert stranger.mail(f"ceo@{DOMAIN}")[0] == 250
        assert stranger.docmd("RCPT TO:<postmaster>")[0] == 250
        assert stranger.docmd("DATA")[0] == 554


@pytest.mark.case("hosts-1")
@pytest.mark.parametrize("relay", [OLD, NEW])
def test_a_login_sends_as_itself(dedicated: Dedicated, relay: str) -> None:
    address = dedicated.fleet.address(relay)
    assert send_as(address, LIMITED, OWN) == (250, 250)
    assert send_as(address, LIMITED, f"ceo@{DOMAIN}") == (553, 0)
    assert send_as(address, LIMITED, f"ceo@{DOMAIN}", "postmaster") == (250, 553)
    assert send_as(address, LIMITED, "ceo", "postmaster") == (250, 553)
    assert send_as(address, USER, f"ceo@{DOMAIN}") == (250, 250)


@pytest.mark.case("hosts-2")
@pytest.mark.parametrize("relay", [OLD, NEW])
def test_nothing_is_smuggled_by_who_may_send(dedicated: Dedicated, relay: str) -> None:
    """By bytes: a line that ends otherwise than in CR LF ends no message."""
    fleet = dedicated.fleet
    fleet.control.forget_mail()
    program = (Path(__file__).parents[1] / "support" / "smuggling.py").read_text()
    answers = json.loads(fleet.ssh(relay, f"python3 - {DOMAIN} <<'END'\n{program}\nEND"))
    assert answers.pop("LF LF") == ["queued"]  # what ends its own lines so is still served
    assert len(fleet.received("LF LF", 1)) == 1
    for name, outcome in answers.items():
        assert outcome in (["queued"], ["refused"], ["hung up"]), name
    assert fleet.queued(relay) == []
    assert fleet.received("smuggled", 1, seconds=1) == []


@pytest.mark.case("hosts-4")
@pytest.mark.parametrize("relay", [OLD, NEW])
def test_two_strangers_do_not_occupy_submission(dedicated: Dedicated, relay: str) -> None:
    fleet = dedicated.fleet
    address = fleet.address(relay)
    sources = _own_addresses(fleet)[:2]
    assert len(sources) == 2
    held = []
    try:
        for source in sources:
            held += [socket.create_connection((address, 587), 30, (source, 0)) for _ in range(50)]
        greetings = [connection.recv(100)[:3] for connection in held]
        assert 2 <= greetings.count(b"220") <= 40
        assert greetings.count(b"421") == len(greetings) - greetings.count(b"220")
        said = fleet.ssh(CLIENT, _sending(address, "587", f"app@{DOMAIN}", "occupied"))
        assert said == "taken\n"
    finally:
        for connection in held:
            connection.close()

    def free() -> bool:
        with socket.create_connection((address, 587), 30) as connection:
            return connection.recv(100).startswith(b"220")

    assert wait_until(free, 30)


def _own_addresses(fleet: Fleet) -> list[str]:
    """The lab's addresses on this side of its bridge."""
    shown = json.loads(ip("-json", "-4", "address", "show", "dev", bridge_name(fleet.lab.name)))
    return [info["local"] for info in shown[0]["addr_info"]]


@pytest.mark.case("hosts-39")
def test_containers_are_served_by_port_25_and_others_are_not(dedicated: Dedicated) -> None:
    fleet = dedicated.fleet

    def from_box(number: int, subject: str) -> str:
        send = (sys.executable, "-c", _SEND, BOX_HOST, "25", f"app@{DOMAIN}", subject)
        return ip("netns", "exec", box(fleet, number), *send)

    assert from_box(0, "from-a-container") == "taken\n"
    assert fleet.received("from-a-container")
    assert "554" in from_box(1, "from-beside-it")
    listening = fleet.ssh(NEW, "ss -Htln 'sport = :25' | awk '{print $4}'")
    assert set(listening.split()) == {f"{BOX_HOST}:25", "127.0.0.1:25"}


@pytest.mark.case("hosts-5")
def test_returned_mail_is_kept_within_bounds(dedicated: Dedicated) -> None:
    """A message of 5 MB without a sender is cut as soon as it is there, and the log says so."""
    fleet = dedicated.fleet
    text = "(echo Subject: huge; echo; head -c 5000000 /dev/zero | tr '\\0' x | fold)"
    fleet.ssh(OLD, f"{text} | /usr/sbin/sendmail -f '<>' you@elsewhere.example")
    size = "stat -c %s /var/mail/returned/new/* | sort -n | tail -1"
    assert wait_until(lambda: fleet.ssh(OLD, size, check=False) == "1000000\n", 30)
    assert wait_until(lambda: logged(fleet, OLD, "warning: cut 1 returned messages") == 1, 10)
    fleet.ssh(OLD, "rm /var/mail/returned/new/*")


@pytest.mark.case("hosts-31")
@pytest.mark.parametrize("relay", [OLD, NEW])
def test_a_missing_mail_directory_is_made_and_no_bounce_is_lost(
    dedicated: Dedicated, relay: str
) -> None:
    fleet = dedicated.fleet
    fleet.ssh(relay, "rm -rf /var/mail; systemctl restart mailfleet-returned.timer")
    assert wait_until(lambda: fleet.ssh(relay, "ls /var/mail", check=False) == "returned\n", 60)
    fleet.sendmail(relay, "bounced", sender="me@stranger.example")
    kept = "Subject: bounced"
    assert wait_until(lambda: any(kept in text for text in fleet.returned(relay)), 60)
    assert fleet.ssh(relay, "stat -c %A:%U:%G /var/mail /var/mail/returned").split() == [
        "drwxrwsr-x:root:mail", "drwx--S---:mail:mail",
    ]  # fmt: skip
    fleet.ssh(relay, "rm /var/mail/returned/new/*")


def test_a_second_deploy_changes_nothing(dedicated: Dedicated) -> None:
    assert dedicated.plan() == []
