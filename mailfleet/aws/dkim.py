"""Whose keys SES signs a domain's mail with, and where receivers find them.

Three ways, as `SigningAttributesOrigin` tells them ("DkimAttributes", Amazon SES API v2): Easy DKIM
(AWS_SES), BYODKIM with a key of ours (EXTERNAL), and Deterministic Easy DKIM with the keys of the
same identity in another region (AWS_SES_<REGION>).
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mailfleet.dns.records import RecordSet
from mailfleet.dns.text import quoted, unquoted
from mailfleet.plan.change import KNOWN_AFTER_APPLY
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Byodkim, Domain, Mail

EASY = "AWS_SES"
OWN = "EXTERNAL"
TOKENS = 3  # Easy DKIM always has three ("Easy DKIM in Amazon SES")
_KEY = re.compile(r"(?:^|;)\s*p\s*=\s*([A-Za-z0-9+/=\s]+?)\s*(?:;|$)")


@dataclass(frozen=True)
class Secret:
    """Where in Secrets Manager the private half of a key is kept."""

    name: str
    region: str


@dataclass(frozen=True)
class Dkim:
    """`key_length` is Easy DKIM's. `selector` and `public` are BYODKIM's: the key's public half in
    base64, None while there is no key; its private half is kept in `secret`, and never here.

    `failed`: SES looked for the key for 72 hours and gave up; it looks again once told again.
    """

    origin: str = EASY
    key_length: str | None = None
    selector: str | None = None
    public: str | None = None
    enabled: bool = True
    failed: bool = False
    secret: Secret | None = field(default=None, compare=False)

    @property
    def parent(self) -> str | None:
        """The region whose keys these are: Deterministic Easy DKIM."""
        region = self.origin.removeprefix(f"{EASY}_")
        return None if region == self.origin else region.lower().replace("_", "-")

    @property
    def keys(self) -> tuple[str | None, ...]:
        """What SES has to be told of to sign with these keys."""
        failed = OWN if self.failed else None
        return (self.origin, self.key_length, self.selector, self.public, failed)

    @property
    def text(self) -> str:
        if self.origin == OWN:
            text = f"BYODKIM, selector {self.selector}, key {self.fingerprint}"
        elif self.parent:
            text = f"Deterministic Easy DKIM of {self.parent}"
        else:
            text = f"Easy DKIM {self.key_length}"
        failed = " (FAILED)" if self.failed else ""
        return f"{text}{failed}{'' if self.enabled else ', switched off'}"

    @property
    def fingerprint(self) -> str:
        """The first octets of the public key's SHA-256, to tell keys apart."""
        if not self.public:
            return KNOWN_AFTER_APPLY
        return hashlib.sha256(base64.b64decode(self.public)).hexdigest()[:16]

    def published(self, domain: str, zone: Mapping[str, RecordSet], desired: "Dkim") -> "Dkim":
        """As SES has it, with the public half that is in DNS: SES has compared the two.

        A selector that SES does not report is taken for the desired one.
        """
        selector = self.selector or (desired.selector if self.origin == OWN else None)
        key = published_key(domain, selector, zone) if selector else None
        return replace(self, selector=selector, public=key)

    def record(self, domain: str) -> RecordSet:
        """The TXT record set that publishes a key of ours (RFC 6376 section 3.6.1)."""
        text = f"v=DKIM1; k=rsa; p={self.public}"
        value = quoted(text) if self.public else KNOWN_AFTER_APPLY
        return RecordSet(key_name(str(self.selector), domain), "TXT", (value,))


DEFAULT = Dkim(key_length="RSA_2048_BIT")
"""What a batch read takes an identity's keys for."""


def key_name(selector: str, domain: str) -> str:
    """Where a key is published (RFC 6376 section 3.6.2.1), as names compare."""
    return f"{selector}._domainkey.{domain}".lower()


def dkim_records(domain: str, tokens: Iterable[str], signing_zone: str) -> tuple[RecordSet, ...]:
    """The CNAMEs under which receivers find the keys that SES signs with."""
    return tuple(
        RecordSet(key_name(token, domain), "CNAME", (f"{token}.{signing_zone}.",))
        for token in tokens
    )


def unknown_dkim_records(domain: str, region: str) -> tuple[RecordSet, ...]:
    """The same, while the identity does not exist yet."""
    return tuple(
        RecordSet(
            name=f"{KNOWN_AFTER_APPLY}._domainkey.{domain} {region} {number}/{TOKENS}",
            type="CNAME",
            values=(KNOWN_AFTER_APPLY,),
        )
        for number in range(1, TOKENS + 1)
    )


def desired_dkim(domain: Domain, region: str, mail: Mail) -> Dkim:
    """What the policy says of a domain's keys in that region.

    A key of ours is kept in one region for all: that of the policy's first Ses entry.
    """
    if isinstance(domain.dkim, Byodkim):
        selector = domain.dkim.selector
        secret = Secret(f"{mail.fleet}/dkim/{domain.name}/{selector}", mail.ses[0].region)
        return Dkim(OWN, selector=selector, secret=secret)
    parent = domain.dkim.parent
    if parent and parent != region:
        return Dkim(f"{EASY}_{parent.upper().replace('-', '_')}")
    return Dkim(key_length=f"RSA_{domain.dkim.key_length}_BIT")


def dkim_from_ses(attributes: Mapping[str, Any]) -> Dkim:
    """The DkimAttributes of a domain. Tokens then holds the selector of a key of ours, the public
    half of which SES does not tell."""
    origin = attributes.get("SigningAttributesOrigin", EASY)
    tokens = attributes.get("Tokens", ())
    length = attributes.get("NextSigningKeyLength") or attributes.get("CurrentSigningKeyLength")
    return Dkim(
        origin=origin,
        key_length=length if origin == EASY else None,
        selector=tokens[0].lower() if origin == OWN and tokens else None,
        enabled=attributes.get("SigningEnabled", True),
        failed=origin == OWN and attributes.get("Status") == "FAILED",
    )


def is_rotating(attributes: Mapping[str, Any]) -> bool:
    """Whether SES still signs with the keys of before ("the key length of the DKIM key pair in
    use") while it looks for the records of the next ones."""
    lengths = [attributes.get(f"{which}SigningKeyLength") for which in ("Current", "Next")]
    return all(lengths) and lengths[0] != lengths[1]


def published_key(domain: str, selector: str, zone: Mapping[str, RecordSet]) -> str | None:
    """The public key at a selector; None when there is none."""
    record = zone.get(f"TXT {key_name(selector, domain)}")
    found = record and len(record.values) == 1 and _KEY.search(unquoted(record.values[0]))
    return re.sub(r"\s", "", found[1]) if found else None


def check_key(domain: str, dkim: Dkim, zone: Mapping[str, RecordSet]) -> None:
    """PlanError when a new key would replace a published one whose private half is lost: mail that
    is under way could no longer be verified."""
    id = f"TXT {key_name(str(dkim.selector), domain)}"
    if dkim.origin == OWN and dkim.public is None and id in zone and dkim.secret:
        raise PlanError(
            f"Domain {domain!r}, dkim: found {id}, but not its private key as "
            f"{dkim.secret.name} in Secrets Manager in {dkim.secret.region}: restore that secret, "
            "or name another selector in Byodkim(...)"
        )


def missing_keys(desired: Iterable[Dkim | None]) -> Iterator[Secret]:
    """Where keys of ours are to be kept that are not made yet."""
    for dkim in desired:
        if dkim and dkim.secret and dkim.public is None:
            yield dkim.secret
