"""A relay host's tree as plain data, without comments and the texts of programs."""

from typing import Any

from tests.golden.adapter import File, Tree
from tests.support.host_files import PROGRAMS, content


def plain(tree: Tree | None) -> dict[str, Any]:
    if tree is None:
        return {"refused": True}
    return {
        "packages": list(tree.packages),
        "units": {name: list(wanted) for name, wanted in sorted(tree.units.items())},
        "makes": tree.makes,
        "files": {file.path: _file(file) for file in sorted(tree.files, key=lambda f: f.path)},
    }


def _file(file: File) -> dict[str, Any]:
    owned = f"{file.mode} {file.owner}:{file.group}{' secret' if file.secret else ''}"
    if file.path.startswith(PROGRAMS):
        return {"owned": owned}
    return {"owned": owned, **content(file.path, file.text)}
