"""The kinds of resources that there are at AWS, and how one is added.

A kind is a file of this folder with a function `read`, which reads an account for a policy and
gives a resource (see mailfleet.plan.resource) for each thing that there is or should be. Adding it
here is all that is needed: the order is that of the stages (mailfleet.plan.stages), and within a
stage that of this list.
"""

from collections.abc import Callable, Iterable

from mailfleet.aws import wait_for_verification
from mailfleet.aws.reader import Reader
from mailfleet.aws.resources import (
    configuration_set,
    dedicated_ip_pool,
    dkim_key,
    email_identity,
    email_identity_policy,
    identity_removal,
    route53_records,
    ses_account,
    smtp_user,
)
from mailfleet.plan.resource import Resource
from mailfleet.policy import Ses

Kind = Callable[[Reader], Iterable[Resource]]
RegionalKind = Callable[[Reader, Ses], Iterable[Resource]]


def each_region(*kinds: RegionalKind) -> Kind:
    """Kinds that are read region by region, in turns."""

    def read(reader: Reader) -> Iterable[Resource]:
        for ses in reader.mail.ses:
            for kind in kinds:
                yield from kind(reader, ses)

    return read


KINDS: list[Kind] = [
    each_region(ses_account.read, dedicated_ip_pool.read, configuration_set.read),
    dkim_key.read,
    email_identity.read,
    identity_removal.read,
    route53_records.read,
    email_identity_policy.read,
    each_region(smtp_user.read),
    wait_for_verification.read,
]


def read_resources(reader: Reader) -> list[Resource]:
    return [resource for kind in KINDS for resource in kind(reader)]
