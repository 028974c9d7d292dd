"""Every relay host runs what the policy says."""

import re
from ipaddress import ip_address
from typing import Any

import pytest

from mailfleet.policy import Mail
from mailfleet.postfix_parameters import postfix_parameters
from mailfleet.relay.alerting import TIMER
from mailfleet.relay.from_rewriting import UNIT as SENDERS
from mailfleet.relay.from_rewriting import rewrites_from
from mailfleet.relay.health import TIMER as HEALTH
from mailfleet.relay.health import fails_over
from mailfleet.relay.plan import changed_files, files_to_remove
from mailfleet.relay.postfix import POSTFIX
from mailfleet.relay.returned import PATH as RETURNED_PATH
from mailfleet.relay.returned import TIMER as RETURNED_TIMER
from mailfleet.relay.state import HostState
from mailfleet.relay.systems import POSTFIX_UNITS
from mailfleet.relay.tree import Desired


def test_packages_are_installed(desired: Desired, state: HostState) -> None:
    missing = [name for name in desired.packages if state.packages[name] is None]
    assert not missing, f"not installed: {', '.join(missing)}; a deploy installs them"


def test_postfix_runs_and_starts_at_boot(relay: Any) -> None:
    service = relay.service("postfix")
    assert service.is_enabled, "postfix.service is disabled: mail stops at the next boot"
    assert service.is_running, "postfix.service does not run: no mail leaves this host"


def test_a_postfix_that_crashes_is_started_again(relay: Any, state: HostState) -> None:
    for unit in POSTFIX_UNITS:
        found = relay.check_output(f"systemctl show --property=Restart {unit}")
        assert found == "Restart=on-failure", f"{unit} has {found}: a crashed Postfix stays down"
    known = any(state.units[unit].main for unit in POSTFIX_UNITS)
    assert known or not state.running, "systemd does not know Postfix's master: it won't see it end"


def test_effective_parameters_are_the_policys(relay: Any, desired: Desired) -> None:
    """`postconf -n` lists every parameter that main.cf sets, as Postfix understood it."""
    effective = postfix_parameters(relay.check_output("/usr/sbin/postconf -n"))
    main_cf = desired.file(f"{POSTFIX}main.cf").content
    assert main_cf is not None
    wanted = postfix_parameters(main_cf.decode())
    differing = [
        f"{name}: found {effective.get(name)!r}, expected {wanted.get(name)!r}"
        for name in sorted(effective.keys() | wanted.keys())
        if _words(effective.get(name)) != _words(wanted.get(name))
    ]
    assert not differing, "main.cf was changed by hand: " + "; ".join(differing)


def test_each_provider_has_a_credential(relay: Any, desired: Desired) -> None:
    """A next hop without one is refused with 530, which would bounce all mail. The credential
    itself stays on the host."""
    for nexthop in desired.nexthops:
        table = f"texthash:{POSTFIX}sasl_passwd"
        found = relay.run(f"/usr/sbin/postmap -q '{nexthop}' {table} >/dev/null")
        assert found.rc == 0, f"no credential for {nexthop} in {POSTFIX}sasl_passwd"


def test_files_are_the_policys(desired: Desired, state: HostState) -> None:
    """As a plan compares them, but for those that hold what only the host and the account know."""
    differing = [
        f"{file.path} is missing" if live is None else f"{file.path} was changed by hand"
        for file in changed_files(desired, state)
        for live in [state.files[file.path]]
        if live is None or file.content is not None
    ]
    differing += [f"{path} should be gone" for path in files_to_remove(desired, state)]
    assert not differing, f"{'; '.join(differing)}; see `pyinfra ... --dry --diff`"


def test_files_belong_to_root_and_secrets_to_root_alone(relay: Any, desired: Desired) -> None:
    paths = " ".join(file.path for file in desired.files)
    found = relay.check_output(f"stat -c '%n %a %U %G' {paths}").splitlines()
    wanted = [f"{file.path} {file.mode} {file.owner} {file.group}" for file in desired.files]
    assert found == wanted
    assert all(file.mode == "600" for file in desired.files if file.secret)


def test_postfix_runs_what_is_on_disk(state: HostState) -> None:
    assert state.loaded is not None, "Postfix has never loaded what mailfleet wrote"
    assert state.loaded.digest == state.live, "changed since Postfix loaded it: deploy again"


def test_the_logs_are_watched(relay: Any, mail: Mail) -> None:
    if not mail.alerts:
        pytest.skip("the policy has no alerts")
    see_at_work(relay, TIMER, "no alert is sent when mail fails")


@pytest.mark.parametrize("unit", [RETURNED_TIMER, RETURNED_PATH])
def test_returned_mail_is_kept_within_bounds(relay: Any, unit: str) -> None:
    see_at_work(relay, unit, "returned mail grows until the disk is full")


def test_providers_are_watched(relay: Any, relay_mail: Mail) -> None:
    if not fails_over(relay_mail):
        pytest.skip("the policy has no provider_failover, or nobody to take over")
    see_at_work(relay, HEALTH, "a failing provider keeps its mail")


def test_senders_are_rewritten(relay: Any, relay_mail: Mail) -> None:
    if not rewrites_from(relay_mail):
        pytest.skip("the policy lets all senders pass")
    see_at_work(relay, SENDERS, "no mail is taken")


def see_at_work(relay: Any, unit: str, without: str) -> None:
    """Now and after the next boot; `without` is what becomes of it else."""
    found = relay.service(unit)
    assert found.is_enabled, f"{unit} is disabled: {without}"
    assert found.is_running, f"{unit} is not active: {without}"


def test_postfix_listens_on_loopback_alone(relay: Any, relay_mail: Mail) -> None:
    """At port 25, but for what the policy has in port_25; a dedicated relay's clients come by
    port 587."""
    listening = relay.check_output("ss -Htln 'sport = :25'")
    addresses = {ip_address(found.strip("[]")) for found in re.findall(r"(\S+):25\s", listening)}
    assert addresses, "nothing listens on port 25"
    named = {ip_address(address) for address in relay_mail.relay.port_25}
    others = [str(address) for address in addresses - named if not address.is_loopback]
    assert not others, f"port 25 is open to others: {', '.join(others)}"
    missing = [str(address) for address in named - addresses]
    assert not missing, f"port 25 serves nobody at {', '.join(missing)}"


def _words(value: str | None) -> list[str] | None:
    return None if value is None else value.replace(",", " ").split()
