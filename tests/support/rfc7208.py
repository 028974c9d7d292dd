"""The published test suite of RFC 7208, rfc7208-tests.yml, out of pyspf's source distribution.

pip brings it, in the version and with the hash of requirements.txt; it is kept in the cache.
"""

import socket
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import spf
import yaml

from lab.cache import cache_dir
from tests.support.cli import ROOT

TIMEOUT = "TIMEOUT"


class NoSuite(Exception):
    """Why the suite could not be had."""


@dataclass(frozen=True)
class Check:
    """One question of the suite, and every answer that it takes for right."""

    name: str
    scenario: str
    host: str
    helo: str
    mail_from: str
    results: tuple[str, ...]
    zone: "Zone"

    @property
    def domain(self) -> str:
        """Whose record decides."""
        return self.mail_from.rpartition("@")[2] or self.helo


class Zone:
    """What DNS says in one scenario. A record of type SPF stands for TXT where there is none."""

    def __init__(self, data: Mapping[str, list[Any]]) -> None:
        self._records = {name.lower().rstrip("."): _records(found) for name, found in data.items()}

    @property
    def names(self) -> list[str]:
        return list(self._records)

    def ask(self, name: str, type_: str, depth: int = 0) -> list[Any]:
        """The values, through CNAMEs; TimeoutError where the suite says so."""
        values: list[Any] = []
        answered = False
        for found, value in self._records.get(name.lower().rstrip("."), []):
            answered = answered or found == type_
            if found == TIMEOUT and answered:
                break
            if found == TIMEOUT or (found == type_ and value == TIMEOUT):
                raise TimeoutError(f"{name} {type_}")
            if found == type_:
                values.append(value)
            elif found == "CNAME" and depth < 10:
                values += self.ask(value, type_, depth + 1)
        return values

    def records(self, name: str, type_: str) -> Iterator[tuple[tuple[str, str], Any]]:
        """The same as lab.spf.Records."""
        if name.startswith("error.") or any(len(label) > 63 for label in name.split(".")):
            raise spf.TempError("as the suite asks for")
        try:
            for value in self.ask(name, type_):
                yield (name, type_), _wire(type_, value)
        except TimeoutError as reason:
            raise spf.TempError(str(reason)) from None


def checks() -> Iterator[Check]:
    """All checks of the suite; NoSuite when it can't be had."""
    for document in yaml.safe_load_all(_suite_text()):
        zone = Zone(document["zonedata"])
        for name, test in document["tests"].items():
            result = test["result"]
            yield Check(
                name,
                document["description"],
                test["host"],
                test["helo"],
                test["mailfrom"],
                tuple(result) if isinstance(result, list) else (result,),
                zone,
            )


def _wire(type_: str, value: Any) -> Any:
    if type_ == "AAAA":
        return socket.inet_pton(socket.AF_INET6, value)
    if type_ == "TXT":
        return tuple(part.encode() for part in (value if isinstance(value, list) else [value]))
    return tuple(value) if isinstance(value, list) else value


def _records(found: list[Any]) -> list[tuple[str, Any]]:
    pairs = [(TIMEOUT, None) if one == TIMEOUT else next(iter(one.items())) for one in found]
    texts = any(type_ == "TXT" for type_, _ in pairs)
    pairs = [("TXT" if type_ == "SPF" and not texts else type_, value) for type_, value in pairs]
    return [(type_, value) for type_, value in pairs if value != "NONE"]


def _suite_text() -> str:
    with tarfile.open(_source_distribution()) as archive:
        (member,) = (m for m in archive.getmembers() if m.name.endswith("/rfc7208-tests.yml"))
        file = archive.extractfile(member)
        assert file
        return file.read().decode()


def _source_distribution() -> Path:
    requirement = _requirement()
    folder = cache_dir() / requirement.split()[0].replace("==", "-")
    found = list(folder.glob("*.tar.gz"))
    if not found:
        _download(requirement, folder)
        found = list(folder.glob("*.tar.gz"))
    return found[0]


def _requirement() -> str:
    """pyspf's entry in requirements.txt, hashes included."""
    lines = iter((ROOT / "requirements.txt").read_text().splitlines())
    entry = [next(line for line in lines if line.startswith("pyspf=="))]
    while entry[-1].endswith("\\"):
        entry.append(next(lines))
    return "\n".join(entry)


def _download(requirement: str, folder: Path) -> None:
    """pip refuses what has another hash."""
    folder.mkdir(exist_ok=True)
    wanted = folder / "requirements.txt"
    wanted.write_text(requirement + "\n")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet"]
    how = ["--no-deps", "--no-binary", ":all:", "--no-build-isolation", "--retries", "1"]
    done = subprocess.run(
        [*pip, *how, "--require-hashes", "--requirement", str(wanted), "--dest", str(folder)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode != 0:
        raise NoSuite(f"pip could not get pyspf's source: {done.stderr.strip().splitlines()[-1]}")
