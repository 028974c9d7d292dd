"""main.cf for the moments in which senders change: nothing that waits is returned by it.

Between two configurations Postfix may come to mail that the new one does not allow before we do.
So that is put off at first, as is mail that is older than it may become: see error(8), which also
serves the transport `retry`, and maximal_queue_lifetime in postconf(5).
"""

import re

_PUT_OFF = [
    (r"^((?:default|local)_transport\s*=\s*)error:5\.", r"\1retry:4."),
    (r"^((?:maximal|bounce)_queue_lifetime\s*=).*$", r"\1 100d"),
]


def lenient(main: bytes) -> bytes:
    """The same configuration, by which mail is put off that it would return."""
    text = main.decode(errors="surrogateescape")
    for pattern, instead in _PUT_OFF:
        text = re.sub(pattern, instead, text, flags=re.MULTILINE)
    return text.encode(errors="surrogateescape")
