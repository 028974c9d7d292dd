"""An SES identity of a domain or an address in one region: made, given its keys and its settings.

Its records stand between those steps: see mailfleet.plan.stages.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mailfleet.aws.dkim import EASY, OWN, Dkim, Secret
from mailfleet.aws.identity import from_ses, likely_identity
from mailfleet.aws.identity_calls import create_identity, setting_calls
from mailfleet.aws.identity_facts import get_identity
from mailfleet.aws.identity_plan import IdentityPlan, identity_notes
from mailfleet.aws.read import addresses, domains, identities, read_shadows
from mailfleet.aws.reader import Reader
from mailfleet.aws.repeated_writes import refuse_foreign
from mailfleet.plan.call import AwsCall, SecretValue
from mailfleet.plan.resource import Command, Commands, Notes, Resource, Step, Thing, Values
from mailfleet.plan.stages import EASY_DKIM, IDENTITIES, REPLICAS, SETTINGS, SIGNING

Attributes = dict[str, Any]
"""DkimSigningAttributes of SES v2."""


@dataclass(frozen=True)
class EmailIdentity(Resource):
    """`caller` is our own ARN; `group` the domain beside whose records the plan shows it."""

    identity: IdentityPlan
    fleet: str
    caller: str
    group: str = ""

    def things(self, values: Values) -> Iterator[Thing]:
        identity = values.now(self.identity)
        found, desired = identity.settings
        class_name = "Address" if identity.is_address else "Domain"
        yield Thing(
            "identity",
            identity.id,
            found.text if identity.found else None,
            desired.text,
            "ours" if identity.ours else "foreign",
            identity.adopt,
            entry=f"{class_name} {identity.name!r}",
            label=f"the SES identity {identity.id}",
            group=self.group,
        )

    def steps(self) -> Iterator[Step]:
        identity = self.identity
        if identity.found is None:
            stage = REPLICAS if identity.is_replica else IDENTITIES
            yield Step(stage, self._create, likely=self._likely_identity)
        elif identity.new_keys and identity.new_keys.origin == EASY:
            yield Step(EASY_DKIM, self._rekey, likely=self._likely_keys)
        yield Step(SIGNING, self._sign)
        yield Step(SETTINGS, self._set)

    def _create(self, values: Values) -> Commands:
        identity = values.now(self.identity)
        signing = yield from _created_with(identity)
        call = create_identity(identity, self.fleet, signing)
        yield call
        lost = call.unanswered
        if lost or (call.response and not tells_records(call.response, identity)):
            call = get_identity(identity.name, identity.region, fresh=True)
            yield call
        if call.response:  # there is none while the calls are only counted
            found = from_ses(call.response)
            values.learn(identity.created(found))
            if lost:
                yield from refuse_foreign(identity.id, found, self.fleet)

    def _likely_identity(self, values: Values) -> Sequence[IdentityPlan]:
        identity = values.now(self.identity)
        return [identity.created(likely_identity(identity.id))]

    def _rekey(self, values: Values) -> Commands:
        """Let SES make other keys, whose tokens the records follow from."""
        yield from _put_keys(self.identity, values)

    def _likely_keys(self, values: Values) -> Sequence[IdentityPlan]:
        likely = likely_identity(f"{self.identity.id}/new")
        return [values.now(self.identity).resigned(likely.tokens, likely.signing_zone)]

    def _sign(self, values: Values) -> Commands:
        """Let SES sign with keys that are published by now, ours or another region's; and sign at
        all, where it was switched off."""
        identity = values.now(self.identity)
        if identity.new_keys:
            yield from _put_keys(identity, values)
        found, desired = (settings.dkim for settings in self.identity.settings)
        if found and desired and not found.enabled:
            yield AwsCall(
                "sesv2",
                "PutEmailIdentityDkimAttributes",
                {"EmailIdentity": identity.name, "SigningEnabled": True},
                region=identity.region,
            )

    def _set(self, values: Values) -> Commands:
        """What differs: last, for SES looks at the records when it is set."""
        yield from setting_calls(values.now(self.identity), self.fleet, self.caller)


def read(reader: Reader) -> Iterator[Resource]:
    fleet, caller = reader.mail.fleet, reader.caller
    for domain in reader.once(domains):
        for identity in domain.identities:
            yield EmailIdentity(identity, fleet, caller, domain.name)
    for identity in reader.once(addresses):
        yield EmailIdentity(identity, fleet, caller)
    shadows = read_shadows(reader.host, reader.mail)
    yield Notes([*shadows, *identity_notes(reader.once(identities))])


def tells_records(answer: dict[str, Any], identity: IdentityPlan) -> bool:
    """Whether CreateEmailIdentity has said all that a domain's DKIM records are made of."""
    dkim = identity.desired.dkim
    return not dkim or dkim.origin != EASY or "SigningHostedZone" in answer["DkimAttributes"]


def _created_with(identity: IdentityPlan) -> Generator[Command, None, Attributes]:
    """What CreateEmailIdentity is told of an identity's keys: nothing for an address."""
    dkim = identity.desired.dkim
    if dkim is None:
        return {}
    if dkim.parent:
        return {"DomainSigningAttributesOrigin": dkim.origin}
    return (yield from _attributes(dkim))


def _put_keys(identity: IdentityPlan, values: Values) -> Commands:
    keys = identity.new_keys
    if keys is None:
        return
    attributes = {} if keys.parent else (yield from _attributes(keys))
    call = AwsCall(
        "sesv2",
        "PutEmailIdentityDkimSigningAttributes",
        {
            "EmailIdentity": identity.name,
            "SigningAttributesOrigin": keys.origin,
            **({"SigningAttributes": attributes} if attributes else {}),
        },
        region=identity.region,
    )
    yield call
    if call.response:  # there is none while the calls are only counted
        tokens = call.response.get("DkimTokens", ())
        zone = call.response.get("SigningHostedZone", "")
        values.learn(identity.resigned(tokens, zone))


def _attributes(keys: Dkim) -> Generator[Command, None, Attributes]:
    if keys.origin != OWN or keys.secret is None:
        return {"NextSigningKeyLength": keys.key_length}
    private = yield from _private_half(keys.secret)
    return {"DomainSigningSelector": keys.selector, "DomainSigningPrivateKey": private}


def _private_half(secret: Secret) -> Generator[Command, None, SecretValue]:
    call = AwsCall(
        "secretsmanager", "GetSecretValue", {"SecretId": secret.name}, region=secret.region
    )
    yield call
    return SecretValue(call.response["SecretString"] if call.response else "")
