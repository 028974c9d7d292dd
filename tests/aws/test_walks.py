"""The walks in docs/architecture.md are those that scripts/walk.py finds."""

import re
import subprocess
import sys

from tests.support.cli import ROOT

_FOUND = re.compile(r"^\w+: (\d+) files\n((?: +\S+\n)+)", re.MULTILINE)
_DESCRIBED = re.compile(r" passes:\n\n.*\n.*\n((?:\| .*\n)+)")
_FIGURES = re.compile(r"\| (\d+) \| (\d+) \|$", re.MULTILINE)


def section() -> str:
    text = (ROOT / "docs/architecture.md").read_text()
    return text[text.index("## Three walks") :].split("\n## ")[0]


def test_each_walk_passes_the_files_that_the_page_names() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "scripts.walk"],
        cwd=ROOT, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    found = [sorted(files.split()) for _, files in _FOUND.findall(run.stdout)]
    described = [re.findall(r"^\| `(.*?)`", rows, re.M) for rows in _DESCRIBED.findall(section())]
    assert len(found) == 3
    assert [sorted(files) for files in described] == found
    figures = [(int(before), int(now)) for before, now in _FIGURES.findall(section())]
    assert [now for _, now in figures] == [len(files) for files in found]
    assert all(now < before for before, now in figures)
