"""What a kind of resource says of itself, so that the engine can do the rest for every kind.

A resource gives *things*, one line of a plan each; *notes*; and *steps*, the calls that make the
things so. Order is of steps, not of resources: an identity has steps before and after its records.
"""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar, cast

from mailfleet.plan.call import AwsCall


@dataclass(frozen=True)
class Failure:
    """Nothing more is done on this host. `sentence` says what was found, and what to do."""

    sentence: str


@dataclass(frozen=True)
class Local:
    """Work on this machine between two calls, such as writing a file. What `run` returns is
    printed; an OSError or a PlanError fails the host before anything else is done."""

    run: Callable[[], str]


@dataclass(frozen=True)
class Notice:
    """A sentence to print while a plan is carried out."""

    sentence: str
    warning: bool = False


Command = AwsCall | Failure | Local | Notice
Commands = Generator[Command, None, None]


@dataclass(frozen=True)
class Thing:
    """One line of a plan. `found` and `desired` are the thing as text: None where there is none,
    and never a secret (see mailfleet.plan.change).

    A `foreign` one is changed only with `adopt`. `entry` is what the policy calls it, such as
    `Domain 'example.com'`; `label` what it is called there, where the id does not say
    enough; `refusal` is the sentence that refuses it, where the engine's own does
    not fit. Things of a `group`, such
    as a domain, stand together in the plan.
    """

    kind: str
    id: str
    found: str | None
    desired: str | None
    owner: Literal["ours", "foreign"] = "ours"
    adopt: bool = False
    entry: str = ""
    label: str = ""
    refusal: str = ""
    group: str = ""


class Planned(Protocol):
    """What is known of one resource, found and desired; changed as a plan is carried out."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Planned)


class Values:
    """What steps have learned that was `(known after apply)`: newer states of what was planned.

    A state takes the place of one with the same type and id, so that whoever uses it later gets
    the new DKIM key, say.
    """

    def __init__(self, known: Mapping[tuple[type, str], Planned] | None = None) -> None:
        self._known = dict(known or {})

    def now(self, planned: T) -> T:
        """What is known of it by now."""
        return cast(T, self._known.get((type(planned), planned.id), planned))

    def learn(self, *states: Planned) -> None:
        for state in states:
            self._known[type(state), state.id] = state


@dataclass(frozen=True)
class Step:
    """Some of a resource's calls, in the stage of that name (see mailfleet.plan.stages).

    `run` yields calls and uses their answers. It is also run to count its calls: then nothing is
    carried out, no call is `answered`, and what it would have learned is taken to be `likely`.
    `waits` says what else takes time.
    """

    stage: str
    run: Callable[[Values], Commands]
    likely: Callable[[Values], Sequence[Planned]] = lambda values: ()
    waits: str = ""


class Resource(Protocol):
    def things(self, values: Values) -> Iterable[Thing]:
        """What there is and what there should be, by what is known: PlanError when it can't be."""

    def notes(self) -> Iterable[str]:
        """What somebody should know beside what changes. A kind without any inherits this."""
        return ()

    def steps(self) -> Iterable[Step]:
        """In the order in which they are taken within a stage."""


@dataclass(frozen=True)
class Notes(Resource):
    """Notes that are no single resource's."""

    sentences: Sequence[str]

    def things(self, values: Values) -> Iterable[Thing]:
        return ()

    def notes(self) -> Iterable[str]:
        return self.sentences

    def steps(self) -> Iterable[Step]:
        return ()
