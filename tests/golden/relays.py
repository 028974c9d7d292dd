"""The relay hosts' half: what a host of each system should be, and what changes there."""

from typing import Any

from tests.golden.adapter import host_plan, trees
from tests.golden.files import plain
from tests.golden.golden import Golden
from tests.golden.recorded import differences


def relays(golden: Golden) -> dict[str, Any]:
    """The plan, and the tree of the first system; of others, in what theirs differ from it."""
    found = {name: plain(tree) for name, tree in trees(golden).items()}
    first, *others = found
    return {
        "plan": sorted(
            " | ".join(change[part] for part in ("host", "kind", "id", "action"))
            for change in host_plan(golden)
        ),
        first: found[first],
        **{name: list(differences(found[first], found[name])) for name in others},
    }
