"""Bring a lab up: base trees, network, services, hosts, and lab.json at the very end."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import IPv4Network
from pathlib import Path
from subprocess import Popen

import click

from lab import base, keys, leftovers, machines, network, processes, world
from lab.down import take_down
from lab.errors import LabError
from lab.isolation import why_no_relays
from lab.machines import Machine
from lab.state import Aws, Dns, Lab, Relay, Ssh
from lab.steps import step
from lab.tls import ensure_ca
from lab.world import World
from mailfleet.policy import Mail

# Host -> Debian release. Two of a kind, because fleets have several hosts of each.
HOSTS = {"relay1": "bookworm", "relay2": "bookworm", "relay3": "trixie"}
PROFILE = "lab"


def bring_up(directory: Path, mail: Mail) -> Lab:
    """The lab for this policy: the running one when it is well, otherwise a new one."""
    name = network.lab_name(directory)
    running = _running(directory, mail)
    if running:
        click.echo("The lab is up already.")
        return running
    if leftovers.find(name, directory) or (directory / "services.json").exists():
        with step("Taking the earlier lab away"):
            take_down(name, directory)
    directory.mkdir(parents=True, exist_ok=True)
    why = why_no_relays(directory)
    lab = _without_hosts(name, directory, mail, why) if why else _whole(name, directory, mail)
    lab.save(directory)
    return lab


def _running(directory: Path, mail: Mail) -> Lab | None:
    """The lab that is up, if all of it answers and it has what the policy needs."""
    try:
        lab = Lab.load(directory)
    except LabError:
        return None
    served = processes.read_world(directory)
    planned = _plan_for(lab, mail)
    if served is None or not world.same_policy(served, planned):
        click.echo("The policy has other zones or providers now.")
        return None
    with ThreadPoolExecutor() as pool:
        hosts = list(pool.map(partial(machines.is_up, lab.ssh), (r.address for r in lab.relays)))
    return lab if all(hosts) and processes.is_ready(lab.control) else None


def _plan_for(lab: Lab, mail: Mail) -> World:
    if lab.subnet is None:
        return world.on_loopback(mail, list(range(world.ports_needed(mail))))
    return world.on_network(mail, IPv4Network(lab.subnet), list(HOSTS))


def _without_hosts(name: str, directory: Path, mail: Mail, why: str) -> Lab:
    plan = world.on_loopback(mail, processes.free_ports(world.ports_needed(mail)))
    lab = _describe(name, directory, plan, subnet=None, why=why)
    with step("Starting AWS, DNS and the providers"):
        _start_services(directory, plan, lab)()
    return lab


def _whole(name: str, directory: Path, mail: Mail) -> Lab:
    releases = sorted(set(HOSTS.values()))
    if not all(base.is_built(release) for release in releases):
        with step(f"Building base trees for {' and '.join(releases)} (about a minute)"):
            base.ensure_trees(releases)
    with step("Laying the network"):
        subnet = network.create_bridge(name)
        plan = world.on_network(mail, subnet, list(HOSTS))
        network.add_addresses(name, plan.addresses[1:])
    lab = _describe(name, directory, plan, subnet=subnet, why=None)
    with step("Starting AWS, DNS, the providers and the hosts"):
        services_ready = _start_services(directory, plan, lab)
        _start_hosts(directory, lab)
        services_ready()
    return lab


def _start_services(directory: Path, plan: World, lab: Lab) -> Callable[[], None]:
    """Start the services; the result waits until they are ready."""
    ensure_ca(directory / "ca")
    processes.write_world(directory, plan)
    processes.write_aws_config(lab.aws)
    process: Popen[bytes] = processes.start(directory, lab.name if lab.relays else None)
    return partial(processes.wait_until_ready, process, directory, lab.control)


def _start_hosts(directory: Path, lab: Lab) -> None:
    """Boot all hosts at once and wait for them."""
    key = Path(lab.ssh.key)
    public_key = keys.make_key(key, f"admin@{lab.name}")
    hosts = [
        Machine(lab.name, relay.name, number, relay.address, relay.release,
                directory / "machines" / relay.name)
        for number, relay in enumerate(lab.relays, start=1)
    ]  # fmt: skip

    def start(machine: Machine) -> str:
        machines.mount(machine)
        network.connect_host(lab.name, machine.name, machine.number, machine.address)
        known = machines.personalise(machine, lab.gateway, Path(lab.ca), public_key)
        machines.boot(machine)
        return known

    with ThreadPoolExecutor() as pool:
        Path(lab.ssh.known_hosts).write_text("".join(pool.map(start, hosts)))
        list(pool.map(partial(machines.wait_until_up, ssh=lab.ssh), hosts))


def _describe(
    name: str, directory: Path, plan: World, subnet: IPv4Network | None, why: str | None
) -> Lab:
    endpoint = f"http://{plan.address}:{plan.aws_port}"
    ssh = directory / "ssh"
    return Lab(
        name=name,
        subnet=str(subnet) if subnet else None,
        gateway=plan.address,
        relays=tuple(Relay(host, plan.hosts[host], HOSTS[host]) for host in plan.hosts),
        ssh=Ssh("admin", str(ssh / "id_ed25519"), str(ssh / "known_hosts")),
        aws=Aws(str(directory / "aws/config"), PROFILE, endpoint),
        dns=Dns(plan.address, plan.dns_port),
        control=f"{endpoint}/_lab",
        ca=str(directory / "ca/ca.pem"),
        why_no_relays=why,
    )
