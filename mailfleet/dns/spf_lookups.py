"""How many DNS lookups an SPF record asks of receivers, who stop at a limit.

RFC 7208 section 4.6.4: include, a, mx, ptr, exists and redirect cost one each, at every depth, ten
at most; of those that find nothing (void), two at most. Beyond that mail fails for good. What is
counted is the dearest way through the record, as for an IPv4 sender that nothing matches.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mailfleet.dns.lookup import Lookup, Unanswered
from mailfleet.dns.spf import spf_texts, spf_words
from mailfleet.policy.spf import Term, parse_term

MAX_LOOKUPS = 10
MAX_VOIDS = 2
MAX_MX = 10  # address lookups of one mx, RFC 7208 section 4.6.4
MAX_TERMS = 60  # no record that works comes near, and a hostile one ends here


@dataclass(frozen=True)
class Step:
    """A term, what it costs, and the terms of the record that it leads to.

    `fault` is why no mail passes, `unknown` what DNS did not say.
    """

    term: str
    lookups: int = 0
    voids: int = 0
    fault: str = ""
    unknown: str = ""
    below: tuple["Step", ...] = ()

    def all(self, depth: int = 0) -> Iterator[tuple[int, "Step"]]:
        """This step and those below, in the order in which receivers take them."""
        yield depth, self
        for step in self.below:
            yield from step.all(depth + 1)


@dataclass(frozen=True)
class Cost:
    """What a record costs."""

    root: Step

    @property
    def lookups(self) -> int:
        return sum(step.lookups for _, step in self.root.all())

    @property
    def voids(self) -> int:
        return sum(step.voids for _, step in self.root.all())

    @property
    def unknown(self) -> str:
        return next((step.unknown for _, step in self.root.all() if step.unknown), "")

    @property
    def fault(self) -> str:
        """Why receivers would give up on the record, as far as known; "" if they would not."""
        if self.lookups > MAX_LOOKUPS:
            return f"it takes {self.lookups} DNS lookups, and receivers stop at {MAX_LOOKUPS}"
        if self.voids > MAX_VOIDS:
            return f"{self.voids} of its lookups find nothing, and receivers stop at {MAX_VOIDS}"
        faults = (f"{step.term} {step.fault}" for _, step in self.root.all() if step.fault)
        return next(faults, "")

    @property
    def summary(self) -> str:
        return f"SPF {'unknown' if self.unknown else self.lookups}/{MAX_LOOKUPS} lookups"

    @property
    def tree(self) -> str:
        """A line a term, with running counts."""
        lines, lookups, voids = [], 0, 0
        for depth, step in self.root.all():
            lookups, voids = lookups + step.lookups, voids + step.voids
            count = f"{lookups:2}/{MAX_LOOKUPS}" if step.lookups else " " * 5
            void = f", {voids}/{MAX_VOIDS} find nothing" if step.voids else ""
            why = f", {step.fault or step.unknown}" if step.fault or step.unknown else ""
            lines.append(f"{count} {'  ' * depth}{step.term}{void}{why}")
        return "\n".join(lines)


def cost(domain: str, text: str, lookup: Lookup) -> Cost:
    """What the SPF record `text` of a domain costs a receiver."""
    return Cost(_Walk(lookup).record(Step(text), domain, text, ()))


class _Walk:
    """One way through a record and those that it leads to."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._left = MAX_TERMS

    def record(self, step: Step, domain: str, text: str, above: tuple[str, ...]) -> Step:
        """The step that leads to the record, with what is below it."""
        words = spf_words(text)
        terms = []
        for word in words:
            try:
                terms.append((word, parse_term(word)))
            except ValueError:
                return replace(step, fault=f"has {word!r}, which is no SPF term")
        names = [term.name for _, term in terms]
        if names.count("redirect") > 1 or names.count("exp") > 1:  # RFC 7208 section 6
            return replace(step, fault="has redirect or exp twice")
        below = [self._step(w, t, domain, (*above, domain)) for w, t in _tested(terms)]
        return replace(step, below=tuple(below))

    def _step(self, word: str, term: Term, domain: str, above: tuple[str, ...]) -> Step:
        if term.name not in ("include", "a", "mx", "ptr", "exists", "redirect"):
            return Step(word)
        step = Step(word, lookups=1)
        self._left -= 1
        target = term.value or domain
        if term.name == "ptr" or "%" in target or self._left < 0:
            return step  # what it asks for depends on each mail
        try:
            if term.name in ("include", "redirect"):
                return self._follow(step, target, above)
            if term.name == "mx":
                return self._mx(step, target)
            return replace(step, voids=int(not self._lookup(target, "A")))
        except Unanswered as reason:
            return replace(step, unknown=str(reason))

    def _follow(self, step: Step, target: str, above: tuple[str, ...]) -> Step:
        if target in above:
            return replace(step, fault="leads back to itself")
        texts = self._lookup(target, "TXT")
        found = spf_texts(texts)
        step = replace(step, voids=int(not texts))
        if len(found) != 1:  # RFC 7208 sections 5.2 and 6.1: an error for good
            return replace(step, fault=f"leads to {len(found) or 'no'} SPF records, expected one")
        return self.record(step, target, found[0], above)

    def _mx(self, step: Step, target: str) -> Step:
        hosts = self._lookup(target, "MX")
        if len(hosts) > MAX_MX:
            return replace(step, fault=f"has {len(hosts)} mail servers, expected {MAX_MX} at most")
        voids = sum(not self._lookup(host, "A") for host in hosts if host)  # "": RFC 7505
        return replace(step, voids=voids or int(not hosts))


def _tested(terms: list[tuple[str, Term]]) -> list[tuple[str, Term]]:
    """The terms that a receiver comes to: mechanisms up to `all`, `redirect` where there is
    no `all` (RFC 7208 sections 5.1 and 6.1)."""
    names = [term.name for _, term in terms]
    if "all" in names:
        return [pair for pair in terms[: names.index("all")] if pair[1].qualifier != "="]
    mechanisms = [pair for pair in terms if pair[1].qualifier != "="]
    return [*mechanisms, *(pair for pair in terms if pair[1].name == "redirect")]
