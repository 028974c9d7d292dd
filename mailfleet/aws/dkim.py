"""The keys that SES signs with: reading and making those of ours, and telling SES which.

The order makes that a key can be found before SES signs with it. A key of ours is stored before
anybody is told of it, and published before SES is told; keys that SES makes are asked for before
the records, which follow from them. Nothing is taken out of DNS: mail that was signed with a key
of before has to be verified for days.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pyinfra.api.host import Host
from pyinfra.api.operation import operation

from mailfleet.aws import facts
from mailfleet.aws.command import for_pyinfra
from mailfleet.dns.records import RecordSet
from mailfleet.plan.call import AwsCall, SecretValue
from mailfleet.plan.errors import PlanError
from mailfleet.run.strict_facts import read
from mailfleet.ses.dkim import EASY, OWN, Dkim, Secret, check_key, missing_keys
from mailfleet.ses.dkim_key import new_private_key, public_key
from mailfleet.ses.sending_identity import SendingIdentity

Calls = Generator[AwsCall, None, None]
Made = dict[str, SendingIdentity]
Attributes = dict[str, Any]
"""DkimSigningAttributes of SES v2."""


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


@operation()
@for_pyinfra
def own_keys(identities: Sequence[SendingIdentity], made: Made) -> Calls:
    """Make the keys of ours that are not there, and store their private halves. AWS refuses when
    somebody has stored one meanwhile."""
    for secret in dict.fromkeys(missing_keys(identity.wanted.dkim for identity in identities)):
        private = new_private_key()
        yield create_key(secret, private)
        public = str(public_key(private))
        for identity in identities:
            if identity.wanted.dkim and identity.wanted.dkim.secret == secret:
                made[identity.id] = identity.with_key(public)


def create_key(secret: Secret, private: str) -> AwsCall:
    return AwsCall(
        "secretsmanager",
        "CreateSecret",
        {"Name": secret.name, "SecretString": SecretValue(private)},
        region=secret.region,
    )


@operation()
@for_pyinfra
def keys_of_ses(identities: Sequence[SendingIdentity], made: Made) -> Calls:
    """Let SES make other keys, whose tokens the records follow from."""
    for identity in identities:
        if identity.new_keys and identity.new_keys.origin == EASY:
            yield from _put(identity, identity.new_keys, made)


@operation()
@for_pyinfra
def signing(identities: Sequence[SendingIdentity], made: Made) -> Calls:
    """Let SES sign with keys that are published by now, ours or another region's; and sign at
    all, where it was switched off."""
    for planned in identities:
        identity = made.get(planned.id, planned)
        if identity.new_keys:
            yield from _put(identity, identity.new_keys, made)
        before, after = (settings.dkim for settings in planned.settings)
        if before and after and not before.enabled:
            yield AwsCall(
                "sesv2",
                "PutEmailIdentityDkimAttributes",
                {"EmailIdentity": planned.name, "SigningEnabled": True},
                region=planned.region,
            )


def created_with(identity: SendingIdentity) -> Generator[AwsCall, None, Attributes]:
    """What CreateEmailIdentity is told of an identity's keys: nothing for an address."""
    dkim = identity.wanted.dkim
    if dkim is None:
        return {}
    if dkim.parent:
        return {"DomainSigningAttributesOrigin": dkim.origin}
    return (yield from _attributes(dkim))


def _put(identity: SendingIdentity, keys: Dkim, made: Made) -> Calls:
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
    if call.response:  # there is none while pyinfra only asks whether anything changes
        tokens = call.response.get("DkimTokens", ())
        zone = call.response.get("SigningHostedZone", "")
        made[identity.id] = identity.resigned(tokens, zone)


def _attributes(keys: Dkim) -> Generator[AwsCall, None, Attributes]:
    if keys.origin != OWN or keys.secret is None:
        return {"NextSigningKeyLength": keys.key_length}
    private = yield from _private_half(keys.secret)
    return {"DomainSigningSelector": keys.selector, "DomainSigningPrivateKey": private}


def _private_half(secret: Secret) -> Generator[AwsCall, None, SecretValue]:
    call = AwsCall(
        "secretsmanager", "GetSecretValue", {"SecretId": secret.name}, region=secret.region
    )
    yield call
    return SecretValue(call.response["SecretString"] if call.response else "")
