"""Which record sets are ours: a TXT record at `_mailfleet.<domain>` names them."""

from collections.abc import Iterable

from mailfleet.dns.records import RecordSet, normal_name

_VERSION = '"v=mailfleet1"'
_OWNS = "owns="


def ownership_name(domain: str) -> str:
    return f"_mailfleet.{domain}"


def ownership_record(domain: str, ids: Iterable[str]) -> RecordSet:
    """The TXT record set that says that the record sets with these ids are ours."""
    values = (_VERSION, *(f'"{_OWNS}{id}"' for id in ids))
    return RecordSet(ownership_name(domain), "TXT", values).normal()


def owned_ids(record: RecordSet | None) -> frozenset[str]:
    """What an ownership record names; nothing when there is none of ours."""
    if record is None or _VERSION not in record.values:
        return frozenset()
    texts = (value.strip('"') for value in record.values)
    return frozenset(
        _normal_id(text.removeprefix(_OWNS)) for text in texts if text.startswith(_OWNS)
    )


def _normal_id(id: str) -> str:
    type_, _, name = id.partition(" ")
    return f"{type_} {normal_name(name)}"
