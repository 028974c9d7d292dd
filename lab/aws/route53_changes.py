"""Route 53's change batches: all or nothing.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html

The checks run change by change, each against what the earlier ones left. Where AWS's own
wording is not published the message is ours; the error code is AWS's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lab.aws import names
from lab.aws.errors import ApiError
from lab.aws.records import Kind, Records, RecordSet, check_input, value_problem


class Change(NamedTuple):
    action: str
    """CREATE, DELETE or UPSERT"""
    record: RecordSet


def applied(zone: str, current: Records, changes: Sequence[Change]) -> Records:
    """The content of `zone` (its canonical name) after the batch.

    Raises ApiError InvalidChangeBatch, with every refused change in its message, or
    InvalidInput.
    """
    _check_batch(changes)
    records = {name: dict(sets) for name, sets in current.items()}
    refused = []
    for action, record in changes:
        check_input(record)
        reason = _refusal(zone, records, action, record)
        if reason:
            refused.append(reason)
        elif action == "DELETE":
            del records[record.name][record.kind]
        else:
            records.setdefault(record.name, {})[record.kind] = record
    if refused:
        raise ApiError("InvalidChangeBatch", f"[{', '.join(refused)}]")
    return {name: sets for name, sets in records.items() if sets}


def refuse_protected(protected: Mapping[tuple[str, str], str], changes: Sequence[Change]) -> None:
    """Raise InvalidChangeBatch when a change touches a protected name and type.

    "Protected Resource Record Sets": each is named, with its protection's comment.
    """
    touched = ((record.name, record.type) for _, record in changes)
    refused = [
        f"[name='{name}', type='{type_}'] is protected: {protected[name, type_]}"
        for name, type_ in dict.fromkeys(touched)
        if (name, type_) in protected
    ]
    if refused:
        raise ApiError("InvalidChangeBatch", f"[{', '.join(refused)}]")


def _check_batch(changes: Sequence[Change]) -> None:
    """The limits of a batch, where an UPSERT counts twice, and one word for each record set.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests-changeresourcerecordsets
    """
    if not changes:
        raise ApiError("InvalidInput", "Invalid request: a change batch needs at least one change")
    for action, _ in changes:
        if action not in ("CREATE", "DELETE", "UPSERT"):
            raise ApiError("InvalidInput", f"Invalid XML ; '{action}' is not a valid action")
    weights = [(2 if action == "UPSERT" else 1, record.values) for action, record in changes]
    if sum(weight * len(values) for weight, values in weights) > 1000:
        raise ApiError("InvalidChangeBatch", "[Number of records limit of 1000 exceeded.]")
    if sum(weight * sum(map(len, values)) for weight, values in weights) > 32000:
        raise ApiError("InvalidChangeBatch", "[Number of characters limit of 32000 exceeded.]")
    _check_repeats(changes)


def _check_repeats(changes: Sequence[Change]) -> None:
    """A record set may come once, or twice as DELETE and then CREATE."""
    seen: dict[tuple[str, Kind], list[str]] = {}
    for action, record in changes:
        seen.setdefault((record.name, record.kind), []).append(action)
    for (name, (type_, _)), actions in seen.items():
        if len(actions) > 1 and actions != ["DELETE", "CREATE"]:
            raise ApiError(
                "InvalidChangeBatch",
                "[The request contains an invalid set of changes for a resource record set "
                f"'{type_} {name}']",
            )


def _refusal(zone: str, records: Records, action: str, record: RecordSet) -> str | None:
    if not names.within(record.name, zone):
        return f"RRSet with DNS name {record.name} is not permitted in zone {zone}"
    if action == "DELETE":
        return _delete_refusal(zone, records, record)
    if action == "CREATE" and record.kind in records.get(record.name, {}):
        return f"Tried to create resource record set {_which(record)} but it already exists"
    return _content_refusal(record) or _cname_refusal(zone, records, record)


def _delete_refusal(zone: str, records: Records, record: RecordSet) -> str | None:
    existing = records.get(record.name, {}).get(record.kind)
    if existing is None:
        return f"Tried to delete resource record set {_which(record)} but it was not found"
    if not record.same(existing):
        return (
            f"Tried to delete resource record set {_which(record)} "
            "but the values provided do not match the current values"
        )
    if record.name == zone and record.type == "SOA":
        return "A HostedZone must contain exactly one SOA record."
    if record.name == zone and record.type == "NS":
        return "A HostedZone must contain at least one NS record for the zone itself."
    return None


def _content_refusal(record: RecordSet) -> str | None:
    if (reason := names.problem(record.name)) is not None:
        return reason
    for number, value in enumerate(record.values):
        if value in record.values[:number]:
            return f"Duplicate Resource Record: '{value}'"
        if (reason := value_problem(record.type, value)) is not None:
            return reason
    if record.type in ("CNAME", "SOA") and len(record.values) > 1:
        return f"RRSet of type {record.type} with DNS name {record.name} may have one value only"
    return None


def _cname_refusal(zone: str, records: Records, record: RecordSet) -> str | None:
    """RFC 1034 3.6.2: a CNAME stands alone, and so never at the apex."""
    if record.type == "CNAME" and record.name == zone:
        return (
            f"RRSet of type CNAME with DNS name {record.name} "
            f"is not permitted at apex in zone {zone}"
        )
    beside = {type_ for type_, _ in records.get(record.name, {})}
    if record.type == "CNAME" and beside - {"CNAME"}:
        return (
            f"RRSet of type CNAME with DNS name {record.name} is not permitted as it conflicts "
            f"with other records with the same DNS name in zone {zone}"
        )
    if record.type != "CNAME" and "CNAME" in beside:
        return (
            f"RRSet of type {record.type} with DNS name {record.name} is not permitted because a "
            f"conflicting RRSet of type  CNAME with the same DNS name already exists in zone {zone}"
        )
    return None


def _which(record: RecordSet) -> str:
    identifier = record.other.get("SetIdentifier")
    also = f", set identifier='{identifier}'" if identifier else ""
    return f"[name='{record.name}', type='{record.type}'{also}]"
