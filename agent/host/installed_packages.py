"""Which packages a host has, by whichever of the package managers is there."""

from __future__ import annotations

from agent.host.common import is_there, run

# Both answer with a line each: name, status, version.
_QUERIES = {
    "dpkg-query": ("-W", "-f=${Package}\\t${db:Status-Status}\\t${Version}\\n"),
    "rpm": ("-q", "--queryformat=%{NAME}\\tinstalled\\t%{VERSION}-%{RELEASE}\\n"),
}


def installed(names: list[str]) -> dict[str, str | None]:
    """The version of each package that is really installed; None for all others, among them those
    that only other systems have."""
    versions: dict[str, str | None] = dict.fromkeys(names)
    there = [program for program in _QUERIES if is_there(program)]
    if names and there:
        found = run(there[0], *_QUERIES[there[0]], "--", *names).stdout
        versions.update(_versions(found))
    return versions


def _versions(answer: str) -> dict[str, str | None]:
    """rpm says in a sentence that a package is not there, dpkg-query on standard error."""
    lines = [line.split("\t") for line in answer.splitlines()]
    return {line[0]: line[2] for line in lines if len(line) == 3 and line[1] == "installed"}
