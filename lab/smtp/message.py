"""Mail as bytes: header fields read and replaced without touching the rest."""

from __future__ import annotations

import re
from email.header import decode_header, make_header
from email.utils import getaddresses
from typing import NamedTuple


class Field(NamedTuple):
    name: str
    """lower case"""
    raw: bytes
    """the whole field, folded as it came, with its line end"""


class Message:
    """`data` has CR LF line ends."""

    def __init__(self, data: bytes) -> None:
        head, _, body = data.partition(b"\r\n\r\n")
        if data.startswith(b"\r\n"):
            head, body = b"", data[2:]
        lines = re.findall(rb"[^\r\n]+\r\n(?:[ \t][^\r\n]*\r\n)*", head + b"\r\n")
        self.fields = [Field(_name(line), line) for line in lines]
        self.body = body

    def has(self, name: str) -> bool:
        return any(field.name == name for field in self.fields)

    def addresses(self, name: str) -> list[str]:
        """The addresses in all header fields of that name."""
        values = [
            str(make_header(decode_header(field.raw.partition(b":")[2].decode(errors="replace"))))
            for field in self.fields
            if field.name == name
        ]
        return [address for _, address in getaddresses(values) if address]

    def set(self, name: str, value: str) -> None:
        """Replace all header fields of that name by one at the end."""
        self.fields = [field for field in self.fields if field.name != name.lower()]
        self.fields.append(Field(name.lower(), f"{name}: {value}\r\n".encode()))

    def __bytes__(self) -> bytes:
        return b"".join(field.raw for field in self.fields) + b"\r\n" + self.body


def _name(line: bytes) -> str:
    return line.partition(b":")[0].strip().decode(errors="replace").lower()
