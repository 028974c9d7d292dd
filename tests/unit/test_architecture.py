"""The tree in docs/architecture.md is the one on the disk, and so are all paths in documents."""

import re
import subprocess

import pytest

from tests.support.cli import ROOT

_LINE = re.compile(r"^(?P<indent> {4,8})(?P<path>[\w.]+/?)(?= |$)")
_MENTION = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|md|j2|sh|cf|txt|toml))`")
DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")),
]
# Files that users write.
_USERS = re.compile(r"(production|staging)\.py$|^rehearsal/")


def tracked() -> set[str]:
    """The files of the checkout, and its folders with a slash at the end."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    files = {path for path in listed.stdout.splitlines() if (ROOT / path).exists()}
    return files | {path[: slash.end()] for path in files for slash in re.finditer("/", path)}


def named() -> set[str]:
    """The paths at the beginning of the tree's lines, each below the folder above it."""
    text = (ROOT / "docs/architecture.md").read_text()
    tree = text[text.index("The tree (") :].split("\n## ")[0]
    found: set[str] = set()
    folders: dict[int, str] = {}
    for match in filter(None, map(_LINE.match, tree.splitlines())):
        depth = len(match["indent"])
        folders = {d: folder for d, folder in folders.items() if d < depth}
        path = "".join(folders.values()) + match["path"]
        found.add(path)
        if path.endswith("/"):
            folders[depth] = match["path"]
    return found


def test_each_path_of_the_tree_exists() -> None:
    assert named() - tracked() == set()


def test_each_folder_is_in_the_tree() -> None:
    top = {path for path in tracked() if re.fullmatch(r"[^./][^/]*/", path)}
    packages = {path for path in tracked() if re.fullmatch(r"mailfleet/[^/]+/", path)}
    assert (top | packages) - named() == set()


def test_each_module_outside_of_a_package_is_in_the_tree() -> None:
    modules = {
        path for path in tracked() if re.fullmatch(r"(mailfleet/)?(?!__init__)\w+\.py", path)
    }
    assert modules - named() == set()


@pytest.mark.parametrize("page", DOCUMENTS)
def test_each_path_that_a_document_mentions_exists(page: str) -> None:
    """A path may leave out mailfleet/, as in `relay/systems.py`."""
    mentioned = set(_MENTION.findall((ROOT / page).read_text()))
    paths = tracked()
    missing = {p for p in mentioned if p not in paths and f"mailfleet/{p}" not in paths}
    assert {path for path in missing if not _USERS.search(path)} == set()
