"""How much is queued is counted without Postfix's listing."""

from agent.host.queue import listed
from agent.host.tally import tally
from tests.support.postfix_queue import OWN, PostfixQueue


def test_the_tally_is_exact_and_cheap(queue: PostfixQueue) -> None:
    for number in range(30):
        queue.add(f"A{number}", f"sender{number}@shop.example")
    queue.add("H1", OWN, "hold")
    assert tally(str(queue.root)) == {"total": 30, "held": {}}
    assert queue.calls() == [], "Postfix's listing takes seconds of a long queue"
    messages, complete = listed(5, 3)
    assert (len(messages), complete) == (3, False)
