"""Where Debian packages come from: where this machine's own apt gets them, if it is Debian's."""

import re
from pathlib import Path

from lab.run import CommandFailed, run

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# A machine that needs these to reach its mirror needs them for a base tree too.
_APT_OPTIONS = re.compile(
    r'^Acquire::(https?::(Proxy|CaInfo|Verify-Peer)|Check-Date|Check-Valid-Until)\S* ".+";$', re.M
)


def sources(release: str) -> list[str]:
    """deb lines for a Debian release; [] means mmdebstrap's own default."""
    return deb_lines(release, _index_targets(), str(KEYRING) if KEYRING.exists() else None)


def deb_lines(release: str, targets: str, keyring: str | None) -> list[str]:
    """The same from lines of "label uri", as `apt-get indextargets` gives them.

    >>> deb_lines("trixie", "Debian http://mirror.example/debian/", None)[0]
    'deb http://mirror.example/debian/ trixie main'
    """
    uris = dict(line.split(" ", 1) for line in reversed(targets.splitlines()) if " " in line)
    if "Debian" not in uris:
        return []
    option = f"[signed-by={keyring}] " if keyring else ""
    lines = [
        f"deb {option}{uris['Debian']} {release} main",
        f"deb {option}{uris['Debian']} {release}-updates main",
    ]
    if "Debian-Security" in uris:
        lines.append(f"deb {option}{uris['Debian-Security']} {release}-security main")
    return lines


def apt_options() -> list[str]:
    """The machine's apt settings (proxy, clock checks) without which its mirror is out of reach."""
    try:
        dump = run("apt-config", "dump")
    except CommandFailed:
        return []
    return [match.group(0) for match in _APT_OPTIONS.finditer(dump)]


def _index_targets() -> str:
    try:
        # A space in a label ("Debian Backports") would shift the URI; "|" cannot be in either.
        text = run("apt-get", "indextargets", "--format", "$(LABEL)|$(REPO_URI)")
    except CommandFailed:
        return ""
    pairs = (line.split("|", 1) for line in text.splitlines() if line.count("|") == 1)
    return "\n".join(f"{label} {uri}" for label, uri in pairs if label and " " not in label)
