"""Configuration sets: which the policy names, and their settings.

A setting belongs to a kind of options of SES's API, and each kind is only put as a whole. So
options stay as SES has them, and what the policy asks for is laid over them: what it does not
know of is put back as it was found.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mailfleet.plan.change import Change
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Address, ConfigurationSet, Domain, Mail, Ses
from mailfleet.ses.settings import TAG, wanted_settings

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
class SetPlan:
    """A configuration set that the policy names; `found` is None when there is none."""

    region: str
    wanted: ConfigurationSet
    fleet: str
    found: FoundSet | None

    @property
    def id(self) -> str:
        return f"{self.region}/{self.wanted.name}"

    @property
    def options(self) -> Options:
        """Those that are to be put: all that the policy names of a new set, of one that is there
        the kinds that differ, each whole."""
        asked: dict[str, dict[str, Any]] = {}
        for name, kind, key in _SETTINGS:
            value = getattr(self.wanted, name)
            if value is not None:
                shown = list(value) if isinstance(value, tuple) else value
                asked.setdefault(kind, {})[key] = shown
        if self.found is None:
            return asked
        whole = {kind: {**self.found.options[kind], **given} for kind, given in asked.items()}
        return {kind: put for kind, put in whole.items() if put != self.found.options[kind]}

    @property
    def tags(self) -> bool:
        """Whether it becomes ours."""
        return bool(self.found and self.wanted.adopt and self.found.fleet != self.fleet)


def wanted_sets(mail: Mail, ses: Ses) -> tuple[ConfigurationSet, ...]:
    """Those that the policy lists, and those that its identities in the region have as their
    default one: these are made empty, because an identity may only name one that exists."""
    listed = {found.name: found for found in ses.configuration_sets}
    entries: list[Domain | Address] = [*mail.domains_by(ses)]
    entries += [address for address in mail.addresses if ses in mail.ses_of(address.name)]
    named = {wanted_settings(entry, ses, mail).configuration_set for entry in entries}
    unlisted = sorted(name for name in named if name and name not in listed)
    return (*listed.values(), *(ConfigurationSet(name) for name in unlisted))


def set_changes(host: str, sets: Iterable[SetPlan]) -> Iterator[Change]:
    """PlanError for a set that is not ours to change."""
    for plan in sets:
        after = {**(plan.found.options if plan.found else {}), **plan.options}
        fleet = plan.fleet
        if plan.found is None:
            text = "\n".join([plan.wanted.name, _text(after, fleet)])
            yield Change(host, "configuration set", plan.id, "create", None, text)
        elif plan.options or plan.tags:
            before = _text(plan.found.options, plan.found.fleet)
            if not plan.wanted.adopt and plan.found.fleet != fleet:
                raise PlanError(_not_ours(plan, before, _text(after, plan.found.fleet)))
            yield Change(host, "configuration set", plan.id, "update", before, _text(after, fleet))


def _not_ours(plan: SetPlan, before: str, after: str) -> str:
    found, expected = (text.replace("\n", ", ") for text in (before, after))
    return (
        f"ConfigurationSet {plan.wanted.name!r}: found {plan.id} with {found}, which is not ours, "
        f"expected {expected}: to take it over, say ConfigurationSet(..., adopt=True); or let the "
        "policy say what is there"
    )


def _text(options: Options, fleet: str | None) -> str:
    """For people: one setting a line, by the policy's names."""
    values = ((name, options.get(kind, {}).get(key)) for name, kind, key in _SETTINGS)
    lines = [f"{name}: {_shown(value)}" for name, value in values if value is not None]
    return "\n".join([*lines, *([f"tag {TAG}: {fleet}"] if fleet else [])])


def _shown(value: Any) -> str:
    return ", ".join(value) or "(never)" if isinstance(value, list) else str(value)
