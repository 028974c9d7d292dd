"""What a host's configuration files say, as plain data: without comments and layout."""

import json
from typing import Any

PROGRAMS = "/usr/local/bin/"
POSTFIX = "/etc/postfix/"
UNITS = "/etc/systemd/system/"


def content(path: str, text: str) -> dict[str, Any]:
    if path == f"{POSTFIX}main.cf":
        return {"parameters": parameters(text)}
    if path == f"{POSTFIX}master.cf":
        return {"services": services(text)}
    if path.endswith(".json"):
        return {"json": json.loads(text)}
    if path.startswith(UNITS):
        return {"directives": directives(text)}
    return {"lines": _lines(text)}


def parameters(main_cf: str) -> dict[str, str]:
    """In the order of their names: what Postfix makes of them does not depend on another."""
    found = dict(line.split("=", 1) for line in _logical(main_cf))
    return {name.strip(): value.strip() for name, value in sorted(found.items())}


def services(master_cf: str) -> dict[str, list[str]]:
    """By name and type: the other columns, and then the options."""
    found = {}
    for line in _logical(master_cf):
        words, *options = line.split(" -o ")
        name, type_, *columns = words.split()
        found[f"{name} {type_}"] = [" ".join(columns), *options]
    return found


def directives(unit: str) -> list[str]:
    """Each with its section, in order: some may stand there several times."""
    section, found = "", []
    for line in _lines(unit):
        if line.startswith("["):
            section = line
        else:
            found.append(f"{section} {line}")
    return found


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]


def _logical(text: str) -> list[str]:
    """Lines of main.cf or master.cf: white space continues the line before, across comments."""
    found: list[str] = []
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line[0].isspace() and found:
            found[-1] += f" {line.strip()}"
        else:
            found.append(line.strip())
    return [" ".join(line.split()) for line in found]
