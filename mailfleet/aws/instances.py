"""Finding a fleet among an account's EC2 instances, for an inventory file."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pyinfra import logger
from pyinfra.api.exceptions import InventoryError

Address = Literal["private", "public"]
Host = tuple[str, dict[str, str]]

_ADDRESS_KEYS = {"private": "PrivateIpAddress", "public": "PublicIpAddress"}
# "Instance lifecycle", Amazon EC2 User Guide; a stopped or terminated one is not missed
_STATES = ("pending", "running", "stopping", "shutting-down")


@dataclass(frozen=True)
class Instance:
    """An instance as DescribeInstances shows it; `address` is None when it has none of the kind
    that was asked for."""

    id: str
    state: str
    address: str | None
    tags: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.tags.get("Name", "")


@dataclass(frozen=True)
class Fleet:
    """The running instances that were found, in the order of their names."""

    instances: tuple[Instance, ...]

    @property
    def hosts(self) -> list[Host]:
        """For an inventory: a host each, called by its Name tag, or its id where that is not one
        host's alone."""
        return [self._host(instance) for instance in self.instances]

    def groups(self, key: str) -> dict[str, list[Host]]:
        """The hosts by the value of a tag: Environment=eu-prod is the group environment_eu_prod."""
        groups: dict[str, list[Host]] = {}
        for instance in self.instances:
            if key in instance.tags:
                name = re.sub(r"\W", "_", f"{key}_{instance.tags[key]}").lower()
                groups.setdefault(name, []).append(self._host(instance))
        return groups

    def _host(self, instance: Instance) -> Host:
        named = [other for other in self.instances if other.name == instance.name]
        usable = re.fullmatch(r"(?!-)[\w.-]+", instance.name) and len(named) == 1
        name = instance.name if usable else instance.id
        return name, {"ssh_hostname": str(instance.address)}


def find_instances(
    *,
    regions: Sequence[str],
    tags: Mapping[str, str],
    address: Address = "private",
    profile: str | None = None,
) -> Fleet:
    """The instances that run and carry all of these tags ("*" is any value), to be reached by
    their private or public address.

    Those that are starting or stopping, or have no such address, are left out with a note.
    Raises InventoryError, in one sentence, when AWS can't be asked.
    """
    if address not in _ADDRESS_KEYS:
        raise InventoryError(f"address: found {address!r}, expected private or public")
    found = [
        understand(answer, address)
        for region in regions
        for answer in _describe(region, tags, profile)
    ]
    usable, notes = choose(found, address)
    for note in notes:
        logger.warning(note)
    if not usable:
        asked = ", ".join(f"{key}={value}" for key, value in tags.items())
        logger.warning(f"EC2: found no running instance with {asked} in {', '.join(regions)}")
    return Fleet(tuple(usable))


def understand(answer: Mapping[str, Any], address: Address) -> Instance:
    """One of the Instances of DescribeInstances (Amazon EC2 API Reference)."""
    return Instance(
        id=answer["InstanceId"],
        state=answer["State"]["Name"],
        address=answer.get(_ADDRESS_KEYS[address]) or None,
        tags={tag["Key"]: tag["Value"] for tag in answer.get("Tags", ())},
    )


def choose(found: Iterable[Instance], address: Address) -> tuple[list[Instance], list[str]]:
    """Those that can be reached now, by name; and a sentence for each that can't."""
    usable, notes = [], []
    for instance in sorted(found, key=lambda one: (one.name, one.id)):
        label = " ".join(filter(None, [instance.id, instance.name]))
        if instance.state != "running":
            notes.append(f"EC2: {label} is {instance.state}, and left out")
        elif instance.address is None:
            notes.append(f"EC2: {label} has no {address} address, and is left out")
        else:
            usable.append(instance)
    return usable, notes


def _describe(
    region: str, tags: Mapping[str, str], profile: str | None
) -> Iterator[Mapping[str, Any]]:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    filters = [{"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()]
    filters.append({"Name": "instance-state-name", "Values": list(_STATES)})
    try:
        client = boto3.Session(profile_name=profile).client("ec2", region_name=region)
        for page in client.get_paginator("describe_instances").paginate(Filters=filters):
            for reservation in page["Reservations"]:
                yield from reservation["Instances"]
    except (BotoCoreError, ClientError) as error:
        raise InventoryError(_sentence(region, profile, error)) from None


def _sentence(region: str, profile: str | None, error: Exception) -> str:
    using = f"the profile {profile!r}" if profile else "the default credentials"
    said = " ".join(str(error).split())
    return (
        f"EC2 in {region}, asked with {using}: {said}; expected credentials that may call "
        "ec2:DescribeInstances there: see `aws configure list-profiles` and `aws sts "
        "get-caller-identity`"
    )
