"""Between a text and the TXT value that holds it, in zone file form."""

import re

CHUNK = 255  # RFC 1035 section 3.3: the most octets in one character-string
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
_ESCAPE = re.compile(r"\\(?:([0-7]{3})|(.))")


def quoted(text: str) -> str:
    """The text as quoted strings of at most 255 octets; it is printable ASCII."""
    chunks = [text[at : at + CHUNK] for at in range(0, len(text), CHUNK)] or [""]
    return " ".join(f'"{_escaped(chunk)}"' for chunk in chunks)


def unquoted(value: str) -> str:
    """The text of a TXT value: its strings joined without spaces (RFC 7208 section 3.3).

    Route 53 writes octets as octal, \\052 ("TXT record type", Route 53 Developer Guide).
    """
    return "".join(_unescaped(quoted or bare) for quoted, bare in _STRING.findall(value))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 8)) if found[1] else found[2], text)
