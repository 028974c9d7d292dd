"""Words and fields of the policy that have another name now."""

from collections.abc import Iterable

WORDS = {"OwnKey": "Byodkim"}
FIELDS = {
    "Relay": {
        "by": "relay_hosts",
        "pins": "tls_fingerprints",
        "rewrite_foreign": "rewrite_from",
        "round_trip": "rtt",
        "watch_providers": "provider_failover",
    },
}


def renamed_word(name: str) -> str | None:
    """The sentence about a word that has another name now; None for any other."""
    return f"`{name}` is now `{WORDS[name]}`" if name in WORDS else None


def renamed_field(word: str, names: Iterable[str]) -> str | None:
    """The sentence about the first of the fields of `word` that has another name now, or None."""
    renamed = FIELDS.get(word, {})
    for name in names:
        if name in renamed:
            return f"{word}: `{name}` is now `{renamed[name]}`"
    return None
