"""A DKIM key of our own (BYODKIM), whose private half is kept as a secret in Secrets Manager."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailfleet.aws.dkim import Secret, missing_keys
from mailfleet.aws.domain_plan import DomainPlan
from mailfleet.aws.identity_plan import IdentityPlan
from mailfleet.aws.read import domains
from mailfleet.aws.reader import Reader
from mailfleet.aws.rsa_key import new_private_key, public_key
from mailfleet.plan.call import AwsCall, SecretValue
from mailfleet.plan.change import SECRET
from mailfleet.plan.resource import Commands, Resource, Step, Thing, Values
from mailfleet.plan.stages import DKIM_KEYS

_LIKELY = "A" * 392  # as long as a public key in base64


@dataclass(frozen=True)
class DkimKey(Resource):
    """A key that is not there yet. Those identities of a domain, one a region, sign with it."""

    secret: Secret
    domain: str
    identities: Sequence[IdentityPlan]

    def things(self, values: Values) -> Iterator[Thing]:
        yield Thing("secret", self.secret.name, None, SECRET, group=self.domain)

    def steps(self) -> Iterator[Step]:
        yield Step(DKIM_KEYS, self._make, likely=lambda values: self._with_key(_LIKELY, values))

    def _make(self, values: Values) -> Commands:
        """AWS refuses when somebody has stored one meanwhile."""
        private = new_private_key()
        yield AwsCall(
            "secretsmanager",
            "CreateSecret",
            {"Name": self.secret.name, "SecretString": SecretValue(private)},
            region=self.secret.region,
        )
        values.learn(*self._with_key(str(public_key(private)), values))

    def _with_key(self, public: str, values: Values) -> list[IdentityPlan]:
        return [values.now(identity).with_key(public) for identity in self.identities]


def read(reader: Reader) -> Iterator[DkimKey]:
    return missing_dkim_keys(reader.once(domains))


def missing_dkim_keys(plans: Sequence[DomainPlan]) -> Iterator[DkimKey]:
    for domain in plans:
        for secret in dict.fromkeys(missing_keys(each.desired.dkim for each in domain.identities)):
            yield DkimKey(secret, domain.name, [i for i in domain.identities if _uses(i, secret)])


def _uses(identity: IdentityPlan, secret: Secret) -> bool:
    return identity.desired.dkim is not None and identity.desired.dkim.secret == secret
