"""`python -m tests.golden.record [NAME...]` records the golden plans anew, of all policies or some.

They say what mailfleet does for a policy. Who changes that on purpose records them anew, and looks
at the difference in the commit.
"""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402
import tempfile  # noqa: E402
from pathlib import Path  # noqa: E402

from tests.golden import recorded  # noqa: E402
from tests.golden.account import deployed  # noqa: E402
from tests.golden.policies import EVERY  # noqa: E402
from tests.golden.relays import relays  # noqa: E402
from tests.support.cloud import Cloud  # noqa: E402


def record(names: list[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="golden-") as scratch:
        directory = Path(scratch)
        cloud = Cloud(directory, [])
        try:
            for golden in EVERY:
                if not names or golden.name in names:
                    (directory / golden.name).mkdir()
                    found = {"relays": relays(golden)}
                    if not golden.hosts_only:
                        found["account"] = deployed(cloud, directory / golden.name, golden)
                    recorded.write(golden.name, found)
                    print(golden.name, flush=True)
        finally:
            cloud.stop()


if __name__ == "__main__":
    record(sys.argv[1:])
