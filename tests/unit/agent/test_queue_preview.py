"""A plan says what a new configuration makes of queued mail."""

from agent.host.queue_preview import preview
from tests.support.postfix_queue import OWN, STRANGER, SYSTEM, PostfixQueue


def test_what_would_become_of_it_is_foreseen(queue: PostfixQueue) -> None:
    for name, sender in (("A1", STRANGER), ("A2", STRANGER), ("A3", SYSTEM), ("A4", OWN)):
        queue.add(name, sender)
    found = preview({"files": [], "absent": [], "previous": False}, str(queue.root))
    assert found["sums"] == {"held": 2, "renamed": 1, "leaves": 1}
    assert found["rows"][0] == [STRANGER, 2, "held", STRANGER, "this sender may not send from here"]
    assert queue.ids("deferred") == {"A1", "A2", "A3", "A4"}
