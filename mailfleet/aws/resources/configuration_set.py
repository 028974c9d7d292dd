"""Configuration sets: which the policy names, and their settings.

A setting belongs to a kind of options of SES's API, and each kind is only put completely. So
options stay as SES has them, and what the policy asks for is laid over them: what it does not
know of is put back as it was found.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mailfleet.aws.command import AwsCommand
from mailfleet.aws.facts import AwsFact
from mailfleet.aws.identity_settings import desired_settings
from mailfleet.aws.reader import Reader
from mailfleet.aws.ses_tags import EXISTS, TAG, tag_resource, tags
from mailfleet.plan.call import AwsCall
from mailfleet.plan.resource import Commands, Resource, Step, Thing, Values
from mailfleet.plan.stages import SES_ACCOUNT
from mailfleet.policy import Address, ConfigurationSet, Domain, Mail, Ses
from mailfleet.run.strict_facts import read as read_fact

Options = Mapping[str, Mapping[str, Any]]
"""By kind, such as {"SendingOptions": {"SendingEnabled": True}}."""

_SETTINGS = (
    ("pool", "DeliveryOptions", "SendingPoolName"),
    ("tls", "DeliveryOptions", "TlsPolicy"),
    ("reputation_metrics", "ReputationOptions", "ReputationMetricsEnabled"),
    ("suppression", "SuppressionOptions", "SuppressedReasons"),
    ("sending", "SendingOptions", "SendingEnabled"),
)
_DEFAULTS: Options = {
    "DeliveryOptions": {"TlsPolicy": "OPTIONAL"},
    "ReputationOptions": {"ReputationMetricsEnabled": True},
    "SendingOptions": {"SendingEnabled": True},
}


@dataclass(frozen=True)
class FoundSet:
    """As SES has it. `fleet` is what its tag names: None for a set that is not ours."""

    options: Options
    fleet: str | None


def from_ses(answer: dict[str, Any]) -> FoundSet:
    """What GetConfigurationSet's answer says of the kinds of options that the policy knows."""
    options = {
        kind: {**_DEFAULTS.get(kind, {}), **answer.get(kind, {})}
        for kind in dict.fromkeys(kind for _, kind, _ in _SETTINGS)
    }
    options["ReputationOptions"].pop("LastFreshStart", None)  # told, but not to be put
    if "SuppressedReasons" in options["SuppressionOptions"]:
        reasons = options["SuppressionOptions"]["SuppressedReasons"]
        options["SuppressionOptions"]["SuppressedReasons"] = sorted(reasons)
    tags = {tag["Key"]: tag["Value"] for tag in answer.get("Tags", ())}
    return FoundSet(options, tags.get(TAG))


@dataclass(frozen=True)
class ConfigurationSetPlan(Resource):
    """A configuration set that the policy names; `found` is None when there is none. `caller` is
    our own ARN."""

    region: str
    desired: ConfigurationSet
    fleet: str
    found: FoundSet | None
    caller: str = ""

    @property
    def id(self) -> str:
        return f"{self.region}/{self.desired.name}"

    @property
    def options(self) -> Options:
        """Those that are to be put: all that the policy names of a new set, of one that is there
        the kinds that differ, each completely."""
        asked: dict[str, dict[str, Any]] = {}
        for name, kind, key in _SETTINGS:
            value = getattr(self.desired, name)
            if value is not None:
                shown = list(value) if isinstance(value, tuple) else value
                asked.setdefault(kind, {})[key] = shown
        if self.found is None:
            return asked
        complete = {kind: {**self.found.options[kind], **given} for kind, given in asked.items()}
        return {kind: put for kind, put in complete.items() if put != self.found.options[kind]}

    @property
    def tags(self) -> bool:
        """Whether it becomes ours."""
        return bool(self.found and self.desired.adopt and self.found.fleet != self.fleet)

    def things(self, values: Values) -> Iterator[Thing]:
        if self.found is None:
            text = "\n".join([self.desired.name, _text(self.options, self.fleet)])
            yield Thing("configuration set", self.id, None, text)
            return
        ours = self.tags or self.found.fleet == self.fleet
        owner = self.fleet if ours else self.found.fleet
        yield Thing(
            "configuration set",
            self.id,
            _text(self.found.options, self.found.fleet),
            _text({**self.found.options, **self.options}, owner),
            "ours" if ours else "foreign",
            self.desired.adopt,
            entry=f"ConfigurationSet {self.desired.name!r}",
        )

    def steps(self) -> Iterator[Step]:
        yield Step(SES_ACCOUNT, self._make)

    def _make(self, values: Values) -> Commands:
        """One call makes a set; of one that is there each kind of options is put."""
        name = {"ConfigurationSetName": self.desired.name}
        if self.found is None:
            made = {**name, "Tags": tags(self.fleet), **self.options}
            yield AwsCall(
                "sesv2", "CreateConfigurationSet", made, region=self.region, repeated=EXISTS
            )
            return
        if self.tags:
            resource = f"configuration-set/{self.desired.name}"
            yield tag_resource(self.caller, self.region, resource, tags(self.fleet))
        for kind, options in self.options.items():
            put = f"PutConfigurationSet{kind}"
            yield AwsCall("sesv2", put, {**name, **options}, region=self.region)


def desired_sets(mail: Mail, ses: Ses) -> tuple[ConfigurationSet, ...]:
    """Those that the policy lists, and those that its identities in the region have as their
    default one: these are made empty, because an identity may only name one that exists."""
    listed = {found.name: found for found in ses.configuration_sets}
    entries: list[Domain | Address] = [*mail.domains_by(ses)]
    entries += [address for address in mail.addresses if ses in mail.ses_of(address.name)]
    named = {desired_settings(entry, ses, mail).configuration_set for entry in entries}
    unlisted = sorted(name for name in named if name and name not in listed)
    return (*listed.values(), *(ConfigurationSet(name) for name in unlisted))


def _text(options: Options, fleet: str | None) -> str:
    """For people: one setting a line, by the policy's names."""
    values = ((name, options.get(kind, {}).get(key)) for name, kind, key in _SETTINGS)
    lines = [f"{name}: {_shown(value)}" for name, value in values if value is not None]
    return "\n".join([*lines, *([f"tag {TAG}: {fleet}"] if fleet else [])])


def _shown(value: Any) -> str:
    return ", ".join(value) or "(never)" if isinstance(value, list) else str(value)


class ConfigurationSetFact(AwsFact[FoundSet | None]):
    """A configuration set of the region; None when there is none of that name."""

    def command(self, configuration_set: str, region: str) -> AwsCommand:
        return AwsCommand(
            AwsCall(
                "sesv2",
                "GetConfigurationSet",
                {"ConfigurationSetName": configuration_set},
                region=region,
                absent=("NotFoundException",),
            )
        )

    def understand(self, answer: Any) -> FoundSet | None:
        return answer and from_ses(answer)


def read(reader: Reader, ses: Ses) -> Iterator[ConfigurationSetPlan]:
    """A call for each configuration set that the policy names."""
    for desired in desired_sets(reader.mail, ses):
        found = read_fact(
            reader.host, ConfigurationSetFact, configuration_set=desired.name, region=ses.region
        )
        yield ConfigurationSetPlan(ses.region, desired, reader.mail.fleet, found, reader.caller)
