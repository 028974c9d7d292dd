"""Reading a DKIM key of our own from Secrets Manager, as its public half."""

from collections.abc import Mapping
from dataclasses import replace

from pyinfra.api.host import Host

from mailfleet.aws import facts
from mailfleet.aws.dkim import Dkim, check_key
from mailfleet.aws.rsa_key import public_key
from mailfleet.dns.records import RecordSet
from mailfleet.plan.errors import PlanError
from mailfleet.run.strict_facts import read


def read_own_key(account: Host, domain: str, dkim: Dkim, zone: Mapping[str, RecordSet]) -> Dkim:
    """The key of ours with its public half, if there is one. PlanError when what is stored is no
    key, and when there is none where one is published."""
    if dkim.secret is None:
        return dkim
    stored = read(account, facts.Secret, secret=dkim.secret.name, region=dkim.secret.region)
    found = replace(dkim, public=public_key(stored.text) if stored else None)
    if stored and found.public is None:
        raise PlanError(
            f"Domain {domain!r}, dkim: found no RSA private key in the secret {dkim.secret.name} "
            f"in {dkim.secret.region}, expected one in PKCS #8 as base64: restore it, or name "
            "another selector in Byodkim(...)"
        )
    check_key(domain, found, zone)
    return found
