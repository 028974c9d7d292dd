"""Asking DNS, as far as the domain logic knows of it."""

from collections.abc import Callable, Sequence

# The texts at a name: of TXT, joined; of MX and NS, host names; of A, addresses. None is an answer.
Lookup = Callable[[str, str], Sequence[str]]


class Unanswered(Exception):
    """DNS did not say whether there is anything."""
