"""One kind of error for every mistake in a mail policy."""

from collections.abc import Sequence


class PolicyError(ValueError):
    """A mistake in the mail policy, told in one sentence.

    The sentence names the entry, what was found there, what is expected and, where it
    helps, what to do. It never repeats a value that might be a secret.
    """


def require_unique(what: str, names: Sequence[str]) -> None:
    """PolicyError for a name that is there twice; `what` is the entry: Mail.domains."""
    for name in names:
        if names.count(name) > 1:
            raise PolicyError(f"{what}: found {name!r} twice, expected once")
