"""Where a rotation stands is read off the world, and every run goes on from there."""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailfleet.aws.rotation_plan import (
    RotationPlan,
    rotation,
    rotation_changes,
    rotation_note,
    rotations,
    under_way,
    use_note,
)
from mailfleet.aws.smtp_user import AccessKey, SmtpUser
from mailfleet.credential import Credential
from mailfleet.plan.errors import PlanError

OLD, NEW = Credential("AKIAOLD", "old-sentinel"), Credential("AKIANEW", "new-sentinel")
OLD_KEY, NEW_KEY = AccessKey("AKIAOLD", True), AccessKey("AKIANEW", True)


def sender(
    *keys: AccessKey,
    stored: Credential | None = OLD,
    pending: Credential | None = None,
    previous: Credential | None = None,
) -> SmtpUser:
    return SmtpUser(keys, {}, {}, stored, pending, previous)


STEADY = sender(OLD_KEY)
NEVER_STORED = sender(OLD_KEY, NEW_KEY)
PENDING = sender(OLD_KEY, NEW_KEY, pending=NEW)
PROMOTED = sender(OLD_KEY, NEW_KEY, stored=NEW, pending=NEW, previous=OLD)
DEACTIVATED = replace(PROMOTED, keys=(AccessKey("AKIAOLD", False), NEW_KEY))
DONE = sender(NEW_KEY, stored=NEW, previous=OLD)


@pytest.mark.parametrize(
    ("world", "todo"),
    [
        (STEADY, RotationPlan((), None, True, (OLD_KEY,))),
        (NEVER_STORED, RotationPlan((NEW_KEY,), None, True, (OLD_KEY,))),
        (PENDING, RotationPlan((), NEW, True, (OLD_KEY,))),
        (PROMOTED, RotationPlan((), NEW, False, (OLD_KEY,))),
        (DEACTIVATED, RotationPlan((), NEW, False, (AccessKey("AKIAOLD", False),))),
        (DONE, RotationPlan((), None, True, (NEW_KEY,))),
        # somebody has deactivated the new key, or the old one, while the rotation stood still
        (
            sender(OLD_KEY, AccessKey("AKIANEW", False), pending=NEW),
            RotationPlan((AccessKey("AKIANEW", False),), None, True, (OLD_KEY,)),
        ),
        (
            sender(AccessKey("AKIAOLD", False), NEW_KEY, pending=NEW),
            RotationPlan((), NEW, True, (AccessKey("AKIAOLD", False),)),
        ),
        (sender(NEW_KEY, pending=NEW), RotationPlan((), NEW, True, ())),
    ],
)
def test_what_is_left_to_do(world: SmtpUser, todo: RotationPlan) -> None:
    assert rotation("user", world) == todo


def test_without_a_credential_there_is_nothing_to_rotate() -> None:
    for world in (sender(stored=None), sender(AccessKey("AKIAOLD", False)), sender()):
        with pytest.raises(
            PlanError, match=r"IAM user user: found no credential that works.*deploy"
        ):
            rotation("user", world)


def test_a_key_that_somebody_uses_is_in_the_way() -> None:
    world = replace(NEVER_STORED, last_used={"AKIANEW": "s3 in eu-west-1"})
    with pytest.raises(PlanError, match=r"AKIANEW.*last used for s3 in eu-west-1.*delete it"):
        rotation("user", world)


def test_deploys_take_the_newest_key_that_works_and_remove_none() -> None:
    for world, credential in [(STEADY, OLD), (PENDING, NEW), (PROMOTED, NEW), (DEACTIVATED, NEW)]:
        assert world.credential == credential
        assert world.orphans == ()
        assert bool(list(rotation_note("user", world))) == under_way(world) == (world != STEADY)


def test_an_unfinished_rotation_is_finished_before_another_begins() -> None:
    assert rotations({"a": STEADY, "b": DONE}).keys() == {"a", "b"}
    assert rotations({"a": STEADY, "b": PROMOTED}).keys() == {"b"}


def test_the_plan_shows_keys_by_their_ids_alone() -> None:
    for world in (STEADY, PENDING, PROMOTED, DEACTIVATED):
        plan = list(
            rotation_changes("@aws", "user", "secret", rotation("user", world), all_relays=True)
        )
        assert "sentinel" not in repr(plan)
        assert plan[-1].before == "AKIAOLD"
        assert plan[-1].action == "delete"


def test_without_the_whole_fleet_the_old_key_stays() -> None:
    plan = list(
        rotation_changes("@aws", "user", "secret", rotation("user", STEADY), all_relays=False)
    )
    assert [(change.kind, change.action) for change in plan] == [
        ("access key", "create"),
        ("secret", "create"),
    ]


def test_a_use_that_is_no_relays_is_told() -> None:
    assert use_note("user", OLD_KEY, "us-east-1", None) is None
    assert use_note("user", OLD_KEY, "us-east-1", "ses in us-east-1") is None
    assert "last used for s3" in str(use_note("user", OLD_KEY, "us-east-1", "s3 in us-east-1"))


@dataclass
class World:
    """An IAM user and a secret that do what AWS does, and relays that hold a key each."""

    keys: dict[str, bool] = field(default_factory=lambda: {"AKIA0": True})
    labels: dict[str, str] = field(default_factory=lambda: {"AWSCURRENT": "AKIA0"})
    relays: list[str] = field(default_factory=lambda: ["AKIA0"] * 3)
    made: int = 0

    def read(self) -> SmtpUser:
        stored, pending, previous = (
            Credential(self.labels[label], "p") if label in self.labels else None
            for label in ("AWSCURRENT", "AWSPENDING", "AWSPREVIOUS")
        )
        keys = tuple(AccessKey(id, active) for id, active in self.keys.items())
        return SmtpUser(keys, {}, {}, stored, pending, previous)

    def run(self, steps: int) -> bool:
        """A run that is killed after so many steps; whether it came to its end."""
        todo = rotation("user", self.read())
        for step in (
            *(lambda key=key: self.keys.pop(key.id) for key in todo.removed),
            *((self._create, self._store) if todo.new is None else ()),
            *(lambda n=n: self._take(n) for n in range(len(self.relays))),
            *((self._promote,) if todo.promotes else ()),
            *(lambda key=key: self.keys.update({key.id: False}) for key in todo.replaced),
            *(lambda key=key: self.keys.pop(key.id) for key in todo.replaced),
        ):
            if steps == 0:
                return False
            step()
            steps -= 1
            assert all(self.keys.get(held) for held in self.relays), "a relay's key is refused"
        return True

    def _create(self) -> None:
        assert len(self.keys) < 2, "LimitExceeded: two keys a user at most"
        self.made += 1
        self.keys[f"AKIA{self.made}"] = True

    def _store(self) -> None:
        self.labels["AWSPENDING"] = f"AKIA{self.made}"

    def _take(self, number: int) -> None:
        credential = self.read().credential
        assert credential is not None
        self.relays[number] = credential.username

    def _promote(self) -> None:
        self.labels["AWSPREVIOUS"] = self.labels["AWSCURRENT"]
        self.labels["AWSCURRENT"] = self.labels["AWSPENDING"]

    def deploy(self) -> None:
        """What a deploy does meanwhile: orphans go, relays take the credential."""
        for key in self.read().orphans:
            self.keys.pop(key.id)
        for number in range(len(self.relays)):
            self._take(number)
        assert all(self.keys.get(held) for held in self.relays), "a relay's key is refused"


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=6))
def test_killed_anywhere_any_number_of_times_a_rerun_finishes(runs: list[tuple[int, bool]]) -> None:
    """With deploys in between. At the end there is one key: active, stored, on every relay."""
    world = World()
    for steps, deploys in runs:
        world.run(steps)
        if deploys:
            world.deploy()
    assert world.run(100)
    (key,) = world.keys
    assert world.keys[key]
    assert world.labels["AWSCURRENT"] == key
    assert world.relays == [key] * 3
    assert key != "AKIA0"
