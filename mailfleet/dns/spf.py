"""Our terms in a domain's SPF record, which we share with everybody who sends for the domain.

RFC 7208: one record a domain (section 4.5); `all` ends it (5.1), `redirect` comes into play when
nothing matched (6.1).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mailfleet.dns.records import RecordSet
from mailfleet.dns.text import quoted, unquoted
from mailfleet.plan.errors import PlanError
from mailfleet.policy.spf import Term, parse_term

SOFT_FAIL = "~all"  # ends a record that we begin: others who send for the domain are not shut out
_RECORD = re.compile(r"v=spf1( |$)", re.IGNORECASE)


@dataclass(frozen=True)
class Merge:
    """A domain's TXT record set with our terms in it: from, to, and which terms are ours then.

    `text` is the SPF record in it; `adds` whether there is a term that was not there.
    """

    before: RecordSet | None
    after: RecordSet | None
    ours: frozenset[str] = frozenset()
    text: str = ""
    adds: bool = False


def spf_texts(texts: Iterable[str]) -> list[str]:
    """Those of a name's TXT texts that are SPF records (RFC 7208 section 4.5)."""
    return [text for text in texts if _RECORD.match(text)]


def spf_words(text: str) -> list[str]:
    """What stands after the version of an SPF record, between spaces and nothing else."""
    return [word for word in text.split(" ")[1:] if word]


def merge(
    domain: str, before: RecordSet | None, desired: Sequence[str], ours: frozenset[str]
) -> Merge:
    """Add the desired terms, remove mailfleet's that are not desired, leave all else.

    1. No record: one that begins with our terms and ends softly, all of it mailfleet's. 2. A
    desired term that is there already does not become mailfleet's. 3. The `all` of a record that
    mailfleet began stays as long as anything stands before it. PlanError when there are several
    records, or when one denies what is desired.
    """
    if not desired and not ours:
        return Merge(before, before)
    value = _spf_value(domain, before)
    old = spf_words(unquoted(value)) if value else []
    _refuse_denial(domain, old, desired)
    asked = {_matches(text) for text in desired}
    tested = [t for t in _effective(old) if t not in ours or _matches(t) in asked]
    kept = [*tested, *old[len(_effective(old)) :]]
    there = {_matches(text) for text in tested}
    missing = [text for text in desired if _matches(text) not in there]
    if missing and not value:
        missing.append(SOFT_FAIL)
    new = [*kept[: _end(kept)], *missing, *kept[_end(kept) :]]
    mine = ours.intersection(new).union(missing)
    if new == [SOFT_FAIL] and SOFT_FAIL in mine:
        return Merge(before, _with_text(domain, before, value, None))
    if new == old:
        return Merge(before, before, mine)
    text = " ".join(["v=spf1", *new])
    return Merge(before, _with_text(domain, before, value, text), mine, text, bool(missing))


def _spf_value(domain: str, before: RecordSet | None) -> str | None:
    """The TXT value that is the SPF record."""
    values = before.values if before else ()
    found = [value for value in values if spf_texts([unquoted(value)])]
    if len(found) > 1:
        raise PlanError(
            f"Domain {domain!r}: found {len(found)} SPF records ({' and '.join(found)}), expected "
            "one: receivers take none of them (RFC 7208 section 4.5); make one of them"
        )
    return found[0] if found else None


def _refuse_denial(domain: str, there: Sequence[str], desired: Sequence[str]) -> None:
    """The first term that matches decides: before ours, theirs would."""
    for text in _effective(there):
        for term in map(parse_term, desired):
            found = _parsed(text)
            if found and found.mechanism == term.mechanism and found.qualifier != "+":
                raise PlanError(
                    f"Domain {domain!r}: found {text} in its SPF record, expected "
                    f"{text[1:]}, which a provider needs: it is denied there, remove that term"
                )


def _with_text(
    domain: str, before: RecordSet | None, old: str | None, text: str | None
) -> RecordSet | None:
    """The set with another SPF record in place of the old one; None where nothing is left."""
    record = before or RecordSet(domain, "TXT", ())
    place = record.values.index(old) if old else len(record.values)
    new = [quoted(text)] if text else []
    values = (*record.values[:place], *new, *record.values[place + 1 :])
    return replace(record, values=values).normal() if values else None


def _effective(terms: Sequence[str]) -> Sequence[str]:
    """Mechanisms after `all` are never tested (RFC 7208 section 5.1)."""
    return terms[: next((n for n, text in enumerate(terms) if _is_all(text)), len(terms))]


def _end(terms: Sequence[str]) -> int:
    """Where further mechanisms go: before `all` and `redirect`."""
    ends = (n for n, text in enumerate(terms) if _is_all(text) or _is_redirect(text))
    return next(ends, len(terms))


def _is_all(text: str) -> bool:
    term = _parsed(text)
    return term is not None and term.name == "all"


def _is_redirect(text: str) -> bool:
    term = _parsed(text)
    return term is not None and term.name == "redirect"


def _matches(text: str) -> object:
    """What tells terms apart: `+include:A.example` is `include:a.example`."""
    return _parsed(text) or text


def _parsed(text: str) -> Term | None:
    try:
        return parse_term(text)
    except ValueError:
        return None  # whatever it is, it is theirs
