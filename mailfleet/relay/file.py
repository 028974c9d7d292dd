"""One managed file of a host."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class File:
    """What the file at the absolute `path` should be.

    `mode` is octal text as in "644". `content` is None while it depends on something that an
    earlier step has yet to make. The content of a `secret` file appears in no plan and no repr.
    """

    path: str
    content: bytes | None = field(repr=False)
    mode: str = "644"
    owner: str = "root"
    group: str = "root"
    secret: bool = False
