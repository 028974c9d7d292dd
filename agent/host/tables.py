"""The tables that a configuration names, in whatever form it does, and what stands in them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

# Types whose file is a table, see DATABASE_README of Postfix. Others name a server's settings or
# have their contents in main.cf.
_TABLE = re.compile(r"\b(btree|cdb|cidr|dbm|hash|lmdb|pcre|regexp|sdbm|texthash):(/[^\s,{}\"]+)")
_SUFFIX = {"btree": ".db", "cdb": ".cdb", "hash": ".db", "lmdb": ".lmdb", "sdbm": ".pag",
           "dbm": ".pag"}  # fmt: skip
_ETC = "/etc/postfix/"


def named_tables(values: Iterable[str], directory: str) -> list[tuple[str, str]]:
    """The type and the path of each table that parameters' values name, inside of others too.

    A table in /etc/postfix is looked for in `directory`, which is staged to take its place.
    """
    found = (table for value in values for table in _TABLE.findall(value))
    return sorted({(kind, staged(path, directory)) for kind, path in found})


def staged(path: str, directory: str) -> str:
    """Where a file is, while `directory` is to take the place of /etc/postfix."""
    return f"{directory}/{path[len(_ETC) :]}" if path.startswith(_ETC) else path


def compiled(kind: str, path: str) -> str:
    """The file that Postfix opens for a table of that type."""
    return path + _SUFFIX.get(kind, "")


def logical_lines(path: str) -> Iterator[str]:
    """The lines of a table's text without comments; a line that begins with white space goes on
    with the one before it (postmap(1)). Nothing when there is only the compiled table."""
    if not os.path.isfile(path):
        return
    held: list[str] = []
    with open(path, encoding="utf-8", errors="replace") as table:
        for line in table:
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            if not line[0].isspace() and held:
                yield " ".join(held)
                held = []
            held.append(line.strip())
    if held:
        yield " ".join(held)
