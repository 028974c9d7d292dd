"""Classes and fields of the policy that have another name now."""

from collections.abc import Iterable

CLASSES = {"OwnKey": "Byodkim"}
FIELDS = {
    "Relay": {
        "by": "relay_hosts",
        "pins": "tls_fingerprints",
        "rewrite_foreign": "rewrite_from",
        "round_trip": "rtt",
        "watch_providers": "provider_failover",
    },
}


def renamed_class(name: str) -> str | None:
    """The sentence about a class that has another name now; None for any other."""
    return f"`{name}` is now `{CLASSES[name]}`" if name in CLASSES else None


def renamed_field(class_name: str, names: Iterable[str]) -> str | None:
    """The sentence about the first field of the class that has another name now, or None."""
    renamed = FIELDS.get(class_name, {})
    for name in names:
        if name in renamed:
            return f"{class_name}: `{name}` is now `{renamed[name]}`"
    return None
