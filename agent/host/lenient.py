"""main.cf while senders change: it returns no queued mail.

Between two configurations Postfix may try mail that the new one does not allow before it is put on
hold. So such mail is deferred at first, as is mail that has reached its maximal age: see error(8),
which also serves the transport `retry`, and maximal_queue_lifetime in postconf(5).
"""

import re

_PUT_OFF = [
    (r"^((?:default|local)_transport\s*=\s*)error:5\.", r"\1retry:4."),
    (r"^((?:maximal|bounce)_queue_lifetime\s*=).*$", r"\1 100d"),
]


def lenient(main: bytes) -> bytes:
    """The same configuration, deferring mail that it would return."""
    text = main.decode(errors="surrogateescape")
    for pattern, instead in _PUT_OFF:
        text = re.sub(pattern, instead, text, flags=re.MULTILINE)
    return text.encode(errors="surrogateescape")
