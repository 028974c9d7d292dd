"""Texts on which an expression is slow, if it can be: made from its own parts."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

LONGEST = 4096
_CATEGORY = {"DIGIT": "1", "NOT_DIGIT": "x", "SPACE": " ", "NOT_SPACE": "x", "WORD": "x",
             "NOT_WORD": "-"}  # fmt: skip
_ANY = ("x", "1", " ", "@", "<", '"', "\\", "-", ".", ":", "\n")


def hostile_texts(pattern: re.Pattern[Any]) -> Iterator[str]:
    """Of at most LONGEST characters: each beginning of what the expression matches, then each of
    its parts, or two of them in turn, many times, then what does not match."""
    text = pattern.pattern
    source = text.decode("latin-1") if isinstance(text, bytes) else text
    tree = re._parser.parse(source, pattern.flags & ~re.UNICODE)  # type: ignore[attr-defined]
    begins = dict.fromkeys("".join(map(_sample, tree[:end])) for end in range(len(tree) + 1))
    parts = list(dict.fromkeys([*_parts(tree), *_ANY]))
    pairs = [first + second for first, second in product(parts[:8], parts[:8])]
    for begin, part in product(begins, [*parts, *pairs]):
        if part:
            yield (begin + part * (LONGEST // len(part)))[: LONGEST - 1] + "\0"


def _parts(tree: Any) -> Iterator[str]:
    """A sample of each part, and each run of literals."""
    run = ""
    for code, argument in tree:
        if str(code) == "LITERAL":
            run += chr(argument)
            continue
        if run:
            yield run
        run = ""
        yield _sample((code, argument))
        for inner in _inside(str(code), argument):
            yield from _parts(inner)
    if run:
        yield run


def _inside(code: str, argument: Any) -> list[Any]:
    if code in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return [argument[2]]
    if code == "SUBPATTERN":
        return [argument[3]]
    if code == "ATOMIC_GROUP":
        return [argument]
    if code in ("ASSERT", "ASSERT_NOT"):
        return [argument[1]]
    return list(argument[1]) if code == "BRANCH" else []


def _sample(node: tuple[Any, Any]) -> str:
    """Something short that the part matches, where that is simple."""
    code, argument = str(node[0]), node[1]
    if code == "LITERAL":
        return chr(argument)
    if code == "IN":
        return _member(argument)
    if code in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return str("".join(map(_sample, argument[2])) * max(1, argument[0]))
    if code in ("ANY", "NOT_LITERAL"):
        return "x"
    inside = [] if code.startswith("ASSERT") else _inside(code, argument)
    return "".join(map(_sample, inside[0])) if inside else ""


def _member(items: Any) -> str:
    """A character of a class; of a negated one, some that is not listed."""
    codes = [(str(code), argument) for code, argument in items]
    if codes[0][0] == "NEGATE":
        listed = {chr(a) for code, a in codes[1:] if code == "LITERAL"}
        return next(c for c in "xyz1- " if c not in listed)
    code, argument = codes[0]
    if code == "LITERAL":
        return chr(int(argument))
    if code == "RANGE":
        return chr(int(argument[0]))
    return _CATEGORY.get(str(argument).removeprefix("CATEGORY_"), "x")
