"""Base trees: one Debian file system for each release, shared read-only by all hosts of all labs.

A tree is a directory <cache>/<release>-<digest of the recipe>, built beside it and renamed into
place, so that it is either whole or not there. To have newer packages, remove it.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab import mirror
from lab.cache import cache_dir, lock
from lab.run import run

# What a Debian image on EC2 has and we rely on.
INSTALLED = [
    *("ca-certificates", "cron", "dbus", "iproute2", "less", "libnss-myhostname"),
    *("libpam-systemd", "openssh-server", "procps", "python3", "sudo"),
    *("systemd", "systemd-sysv", "tzdata"),
]

# What a deploy installs: taken from a pool inside the tree, as hosts have no way out.
POOL = [
    *("dovecot-core", "libsasl2-modules", "postfix", "postfix-lmdb", "postfix-pcre"),
    "python3-milter",
]

_FINISH = Path(__file__).with_name("base_tree.sh")
_BUILD_SECONDS = 1200

# When we are killed, the build ends and its mounts go, as its namespaces do.
_DIES_WITH_US = [
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
]


def recipe_digest() -> str:
    """Changes whenever a tree would be built differently."""
    text = "\n".join([*INSTALLED, "--", *POOL, "--", _FINISH.read_text()])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def tree_path(release: str) -> Path:
    """Where the tree of a release ("bookworm") is, once built."""
    return cache_dir() / f"{release}-{recipe_digest()}"


def is_built(release: str) -> bool:
    return tree_path(release).is_dir()


def ensure_trees(releases: Iterable[str]) -> None:
    """Build what is not there yet, all releases at once; waits for another lab's build."""
    missing = sorted(release for release in set(releases) if not is_built(release))
    with ThreadPoolExecutor(max_workers=max(len(missing), 1)) as pool:
        list(pool.map(_ensure_tree, missing))


def _ensure_tree(release: str) -> None:
    with lock(cache_dir() / f"{release}.lock"):
        if is_built(release):
            return
        for old in cache_dir().glob(f".{release}-*"):  # of a build that was killed
            _remove(old)
        scratch = Path(tempfile.mkdtemp(prefix=f".{release}-", dir=cache_dir()))
        try:
            tree = scratch / "tree"
            _mmdebstrap(release, tree)
            tree.rename(tree_path(release))
        finally:
            _remove(scratch)


def _mmdebstrap(release: str, tree: Path) -> None:
    options = [f"--aptopt={option}" for option in mirror.apt_options()]
    run(
        *_DIES_WITH_US,
        *("mmdebstrap", "--quiet", "--mode=root"),
        *("--variant=minbase", f"--include={','.join(INSTALLED)}", "--format=directory"),
        *options,
        f"--customize-hook={_FINISH}",
        release,
        tree,
        *mirror.sources(release),
        timeout=_BUILD_SECONDS,
        env={**os.environ, "POOL": " ".join(POOL), "LC_ALL": "C.UTF-8"},
    )


def _remove(scratch: Path) -> None:
    """Remove an unfinished tree, but nothing of what might be mounted in it."""
    run("rm", "-rf", "--one-file-system", scratch, check=False)
