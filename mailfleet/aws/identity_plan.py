"""An identity that the policy asks SES for in one region, desired and found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from mailfleet.aws.dkim import OWN, Dkim, dkim_records, unknown_dkim_records
from mailfleet.aws.identity import Identity
from mailfleet.aws.identity_settings import Settings, mail_from_records, resulting_settings
from mailfleet.dns.records import RecordSet
from mailfleet.policy import Delegate


@dataclass(frozen=True)
class IdentityPlan:
    """`name` is a domain or an address; `found` is what SES has of it, None when it has nothing.
    `desired` is what the policy says of it, and `adopt` that mailfleet takes over one that it does
    not own.
    `delegates` may send as it, too."""

    name: str
    region: str
    found: Identity | None
    desired: Settings = field(default_factory=Settings)
    adopt: bool = False
    delegates: tuple[Delegate, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.region}/{self.name}"

    @property
    def is_address(self) -> bool:
        return "@" in self.name

    @property
    def is_replica(self) -> bool:
        """Whether it is to sign with the keys of its parent, the same identity in another region:
        that has to be there first."""
        return self.desired.dkim is not None and self.desired.dkim.parent is not None

    def created(self, identity: Identity) -> "IdentityPlan":
        """What there is once SES has made it: all but the MAIL FROM domain is set then."""
        made = replace(identity, settings=replace(self.desired, mail_from=None))
        return replace(self, found=made)

    def resigned(self, tokens: Sequence[str], signing_zone: str) -> "IdentityPlan":
        """What there is once SES was told to sign with the keys that these tokens lead to."""
        if self.found is None:
            return self
        settings = replace(self.found.settings, dkim=self.settings[1].dkim)
        found = replace(
            self.found, tokens=tuple(tokens), signing_zone=signing_zone, settings=settings
        )
        return replace(self, found=found)

    def with_key(self, public: str) -> "IdentityPlan":
        """The identity once the key of ours that it is to sign with was made."""
        dkim = replace(self.desired.dkim or Dkim(), public=public)
        return replace(self, desired=replace(self.desired, dkim=dkim))

    @property
    def new_keys(self) -> Dkim | None:
        """The keys that SES has to be told to sign with; None when it does already."""
        before, after = (settings.dkim for settings in self.settings)
        changes = self.found and before and after and before.keys != after.keys
        return after if changes else None

    @property
    def found_origin(self) -> str | None:
        dkim = self.settings[0].dkim
        return dkim.origin if self.found and dkim else None

    @property
    def verified(self) -> bool:
        """Whether its mail goes out signed, now and once the plan is carried out: SES has to find
        the MX of another MAIL FROM domain first, and may refuse mail until then; and other keys,
        without which it may not sign."""
        before, after = self.settings
        changing = after.mail_from if before.mail_from != after.mail_from else None
        stays = not (changing and changing.strict)
        return self.found is not None and self.found.verified and stays and not self.new_keys

    @property
    def settings(self) -> tuple[Settings, Settings]:
        """As they are and as they will be: the same when nothing is to be done.

        Of an identity that is not complete all that was read is as the policy wants it.
        """
        found = self.found.settings if self.found else self.desired
        if self.found is None or not self.found.complete:
            return found, found
        return found, resulting_settings(found, self.desired, self.adopt)

    @property
    def ours(self) -> bool:
        """Whether it may be changed. One that is not complete is not going to be."""
        complete = self.found is not None and self.found.complete
        return not complete or self.adopt or self.settings[0].fleet == self.desired.fleet

    @property
    def settled(self) -> bool:
        """Whether SES has found all that the policy wants, and uses nothing else any more."""
        before, after = self.settings
        return self.verified and before == after

    @property
    def records(self) -> tuple[RecordSet, ...]:
        """The record sets that SES asks for, in the order in which a plan shows them."""
        return (*self._dkim_records, *mail_from_records(self.region, self.desired.mail_from))

    @property
    def _dkim_records(self) -> tuple[RecordSet, ...]:
        """Keys of another region are published by the identity there."""
        dkim = self.desired.dkim
        if dkim is None or dkim.parent:
            return ()
        if dkim.origin == OWN:
            return (dkim.record(self.name),)
        if self.found is None or self.new_keys:
            return unknown_dkim_records(self.name, self.region)
        return dkim_records(self.name, self.found.tokens, self.found.signing_zone)


def identity_notes(identities: Sequence[IdentityPlan]) -> Iterator[str]:
    """What an operator should know of the identities besides what changes."""
    incomplete = [each for each in identities if each.found and not each.found.complete]
    for identity in identities:
        if identity.found and not identity.ours:
            yield f"SES identity {identity.id} is not mailfleet's, and stays as it is"
        if identity.is_address and identity.found and identity.found.status != "SUCCESS":
            yield (
                f"SES identity {identity.id} is {identity.found.status}: it waits for a click on "
                "the link that SES has mailed to that address"
            )
        if identity.new_keys and OWN in (identity.new_keys.origin, identity.found_origin):
            yield (
                f"{identity.id} gets other DKIM keys: until SES has found them, mostly within "
                "minutes, its mail may leave signed as amazonses.com alone"
            )
    if incomplete:
        number = f"{len(incomplete)} SES {'identity' if len(incomplete) == 1 else 'identities'}"
        yield (
            f"not looked at: key length, configuration set and policies of {number}, only the tag "
            "that says which set we gave them; --data read=deep does"
        )
