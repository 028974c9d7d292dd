"""The SES identities of the account, and whether DNS proves them.

https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from lab.aws.dkim_keys import OWN, DkimKeys
from lab.aws.errors import ApiError
from lab.aws.identity import Identity, normal, signing_zone
from lab.aws.zones import Zones
from lab.faults import Faults


class Identities:
    """All identities of all regions. Callers hold the account's lock."""

    def __init__(self, zones: Zones, faults: Faults) -> None:
        self._zones = zones
        self._faults = faults
        self._all: dict[tuple[str, str], Identity] = {}

    def create(self, identity: Identity) -> Identity:
        """An address is signed as its domain from the start if that is an identity by then.

        https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-easy-managing.html
        """
        if (identity.region, identity.name) in self._all:
            raise ApiError(
                "AlreadyExistsException", f"Email identity {identity.name} already exist."
            )
        if not identity.is_domain:
            above = next(self.covering(identity.region, identity.name), None)
            identity.signing = above is not None and above.signing
        self._all[identity.region, identity.name] = identity
        return self._refreshed(identity)

    def get(self, region: str, name: str) -> Identity:
        identity = self._all.get((region, normal(name)))
        if identity is None:
            raise ApiError("NotFoundException", f"Email identity {name} does not exist.", 404)
        return self._refreshed(identity)

    def delete(self, region: str, name: str) -> None:
        """https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-deed.html"""
        identity = self.get(region, name)
        if any(other.parent is identity for other in self._all.values()):
            raise ApiError(
                "BadRequestException", f"Identity {name} has replicas: delete them first."
            )
        del self._all[region, identity.name]

    def parent(self, region: str, name: str) -> Identity:
        """The identity whose keys another region's is to sign with: "The parent identity must
        already exist in the specified Region and have Easy DKIM configured".

        https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_DkimSigningAttributes.html
        """
        parent = self.get(region, name)
        if parent.parent or parent.own_keys.origin == OWN:
            raise ApiError(
                "BadRequestException",
                f"Identity {name} in {region} is not configured with Easy DKIM.",
            )
        return parent

    def listed(self, region: str) -> list[Identity]:
        return [
            self._refreshed(found) for (at, _), found in sorted(self._all.items()) if at == region
        ]

    def refresh(self) -> None:
        """Look at DNS again, as SES keeps doing: called after each change of records."""
        for identity in self._all.values():
            self._refreshed(identity)

    def covering(self, region: str, address: str) -> Iterator[Identity]:
        """The identities that an address falls under, the most specific first.

        A domain covers its subdomains; the address itself comes before all.
        """
        local, _, domain = address.rpartition("@")
        labels = domain.lower().split(".")
        for name in [
            f"{local}@{domain.lower()}",
            *(".".join(labels[n:]) for n in range(len(labels))),
        ]:
            if (region, name) in self._all:
                yield self._refreshed(self._all[region, name])

    def published_at(self, name: str) -> DkimKeys | None:
        """The keys of which SES publishes the public half at `<token>.<signing zone>`."""
        token, _, zone = name.partition(".")
        for identity in self._all.values():
            if zone != signing_zone(identity.region):
                continue
            for keys in (identity.own_keys, identity.next_keys, *identity.retired):
                if keys and keys.origin != OWN and token in keys.tokens:
                    return keys
        return None

    def _refreshed(self, identity: Identity) -> Identity:
        """A verified identity stays so: SES notices lost records after days only. Keys of another
        length take over once their records are found.

        https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html#verify-domain-procedure
        """
        identity.mail_from_found = identity.mail_from_found or self._has_mail_from(identity)
        if not identity.is_domain:
            return identity
        source = identity.parent or identity
        self._look_for(source.awaited, source)
        if source.next_keys and source.next_keys.found is not None:
            source.retired.append(source.own_keys)
            source.own_keys, source.next_keys = source.next_keys, None
        if source.own_keys.found is not None:
            identity.verified = identity.verified or time.time()
        return identity

    def _look_for(self, keys: DkimKeys, identity: Identity) -> None:
        if keys.found is not None:
            return
        keys.error = self._missing(keys, identity)
        if keys.error:
            return
        keys.seen = keys.seen or time.time()
        delay = self._faults.verification_delay
        if delay is not None and time.time() >= keys.seen + delay:
            keys.found = time.time()

    def _has_mail_from(self, identity: Identity) -> bool:
        """Exactly one MX, and the SPF record.

        https://docs.aws.amazon.com/ses/latest/dg/mail-from.html#mail-from-set
        """
        if identity.mail_from is None or self._faults.verification_delay is None:
            return False
        mx = self._zones.values(identity.mail_from, "MX")
        texts = self._zones.values(identity.mail_from, "TXT")
        wanted = f"10 feedback-smtp.{identity.region}.amazonses.com"
        found = [value.lower().rstrip(".") for value in mx] == [wanted]
        return found and any("include:amazonses.com" in text for text in texts)

    def _missing(self, keys: DkimKeys, identity: Identity) -> str | None:
        """All three CNAME records must be in public DNS, or the public half of a given key."""
        if keys.given:
            found = self._zones.values(f"{keys.tokens[0]}._domainkey.{identity.name}", "TXT")
            text = "".join(re.findall(r'"([^"]*)"', " ".join(found)))
            if f"p={keys.given.public}" in re.split(r"\s*;\s*", text):
                return None
            return "INVALID_VALUE" if found else "HOST_NOT_FOUND"
        for token in keys.tokens:
            found = self._zones.values(f"{token}._domainkey.{identity.name}", "CNAME")
            wanted = f"{token}.{signing_zone(identity.region)}"
            if [value.lower().rstrip(".") for value in found] != [wanted]:
                return "INVALID_VALUE" if found else "HOST_NOT_FOUND"
        return None
