"""The ping that says that the monitor lives."""

from typing import Any

from agent.monitor.heartbeat import ping


def test_the_hosts_name_becomes_a_part_of_the_url(sink: Any) -> None:
    assert ping(f"{sink.url}/ping/key/relay-{{host}}?create=1", "a/b relay1") == ""
    (received,) = sink.received
    assert (received.method, received.path) == ("GET", "/ping/key/relay-a%2Fb%20relay1?create=1")


def test_a_ping_that_is_refused_is_one_sentence_without_the_url(sink: Any) -> None:
    sink.status, sink.answer = 404, b"not found: sentinel-of-a-secret"
    sentence = ping(f"{sink.url}/sentinel-of-a-secret", "relay1")
    assert sentence == "heartbeat: localhost: 404 not found: (secret)"
