"""Words that this project has overused, or used in a sense that a native reader stumbles over, stay
out of its documents and messages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import ROOT

# Patterns of words, and what to say instead.
SUSPICIOUS = {
    r"tells?|told": "reports, says, shows",
    r"somebody": "someone, an existing ..., another user",
    r"nobody": "no one, none",
    r"everybody|anybody": "everyone, anyone",
    r"ours|theirs": "mailfleet's; that mailfleet created, does not own",
    r"whole": "entire, complete, all of",
    r"mend(s|ed|ing)?": "fix, repair",
    r"be it": "including, whether",
    r"whose it is|whosever": "who owns it",
    r"once": "after, when; immediately for 'at once'; again for 'once more'",
    r"beside": "next to, in addition to, compared with",
    r"(leaves?|sends?|goes|go|gone) by": "through, over, according to",
    r"(goes|go|went|going) back": "rolls back, returns",
    r"fall-backs?": "fallback",
    r"end points?": "endpoint",
}
# Where such a word is right.
RIGHT = r"(twice|times), expected once"

DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md")),
]
PAGES = ["deploy.py", "switch.py", "rotate.py", "rollback.py", "mailq.py"]
MODULES = [
    *(ROOT / page for page in PAGES),
    *(p for folder in ("mailfleet", "tasks", "agent") for p in (ROOT / folder).rglob("*.py")),
]


def prose(markdown: str) -> str:
    """A document without its code blocks, which quote messages and code."""
    lines = re.sub(r"^```.*?^```", "", markdown, flags=re.MULTILINE | re.DOTALL).splitlines()
    return "\n".join(line for line in lines if not line.startswith("    "))


def messages(code: str) -> Iterator[str]:
    """The strings with spaces in them that a module may show; docstrings are none."""
    tree = ast.parse(code)
    unseen: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            unseen.add(id(node.value))
        if id(node) in unseen:
            continue
        if isinstance(node, ast.JoinedStr):
            unseen |= {id(part) for part in node.values}
            text = "".join(
                str(p.value) if isinstance(p, ast.Constant) else "..." for p in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if " " in text:
            yield text


def suspicious(text: str) -> list[str]:
    """Each use of a suspicious word, with what surrounds it and what to say instead."""
    text = re.sub(RIGHT, "", text)
    found = []
    for words, instead in SUSPICIOUS.items():
        for use in re.finditer(rf"\b({words})\b", text, re.IGNORECASE):
            around = " ".join(text[max(use.start() - 40, 0) : use.end() + 40].split())
            found.append(f"{use[0]!r} in {around!r}: rather {instead}")
    return found


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_documents_are_free_of_suspicious_words(name: str) -> None:
    assert suspicious(prose((ROOT / name).read_text())) == []


@pytest.mark.parametrize("module", sorted(MODULES), ids=lambda path: str(path.relative_to(ROOT)))
def test_messages_are_free_of_suspicious_words(module: Path) -> None:
    assert [use for text in messages(module.read_text()) for use in suspicious(text)] == []


def test_a_suspicious_word_is_found_and_a_word_that_contains_one_is_not() -> None:
    assert len(suspicious("Nobody told us.")) == 2
    assert suspicious("wholesale recommendations") == []
    assert suspicious("Relay.listen: found 'all' twice, expected once") == []


def test_messages_are_strings_with_spaces_and_no_docstrings() -> None:
    code = '"""A module."""\nfail(f"found {name} twice")\nkind = "word"\nsay("all is well")\n'
    assert list(messages(code)) == ["found ... twice", "all is well"]
