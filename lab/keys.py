"""SSH keys: one for the people who log in, one for every host, all known to each other."""

from pathlib import Path

from lab.run import run


def make_key(path: Path, comment: str) -> str:
    """Make an ed25519 key pair at `path` and `path`.pub; the public key as one line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path)
    return path.with_name(f"{path.name}.pub").read_text().strip()


def known_host(address: str, names: list[str], public_key: str) -> str:
    """A line of known_hosts (sshd(8)), so that strict host key checking knows the host."""
    algorithm, key = public_key.split()[:2]
    return f"{','.join([address, *names])} {algorithm} {key}\n"
