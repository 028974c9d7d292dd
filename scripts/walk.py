"""Prints the files of mailfleet/ and tasks/ that a value passes on its way through a deploy.

`python -m scripts.walk [WALK...]`, in the root of a checkout; in that of an earlier commit with
this one's root in PYTHONPATH. There are three walks, through deploys to the emulated AWS: a domain
to its CNAME in Route 53, the SMTP password to sasl_passwd, and soft_bounce to its parameter.

A file is on a walk when one of its functions made the value, or something that the value became
part of on its way (a record, a call, the content of a file), or was calling such a function; see
value_trace.py. The walk is followed back from where the value arrives, so that other uses of it
don't count, and neither does a file that only passes it on inside a larger object.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import os  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any, NoReturn  # noqa: E402

from scripts.value_trace import Trace, Walk  # noqa: E402

DOMAIN, FLEET, PASSWORD = "walked.example", "walked", "the-walked-password"
POSTFIX, PARAMETER = "/etc/postfix/", "relay_status_filter"


def _has(text: str) -> Callable[[object], bool]:
    return lambda thing: (
        (isinstance(thing, str) and text in thing)
        or (isinstance(thing, bytes) and text.encode() in thing)
    )


def _is_cname(thing: object) -> bool:
    if not isinstance(thing, dict) or thing.get("Type") != "CNAME":
        return False
    return str(thing.get("Name")).endswith(f"._domainkey.{DOMAIN}.")


def _is_soft_bounce(thing: object) -> bool:
    """A truth value can't be marked: it is followed by its name."""
    named = thing == "soft_bounce" or "soft_bounce" in getattr(thing, "__dict__", ())
    return named or _has(PARAMETER)(thing)


def _is_file(path: str, text: str) -> Callable[[object], bool]:
    return lambda thing: (
        getattr(thing, "path", None) == path and _has(text)(getattr(thing, "content", None))
    )


WALKS = {
    "domain": Walk(_has(DOMAIN), _is_cname, where="mailfleet/aws/connector.py"),
    "password": Walk(_has(PASSWORD), _is_file(f"{POSTFIX}sasl_passwd", PASSWORD)),
    "soft_bounce": Walk(_is_soft_bounce, _is_file(f"{POSTFIX}main.cf", PARAMETER)),
}


def follow(name: str, answer: Path) -> NoReturn:
    """Run deploy.py in this process until the value arrives; its files go to `answer`."""
    from pyinfra_cli.main import cli

    def arrived(files: list[str]) -> NoReturn:
        answer.write_text(json.dumps(files))
        os._exit(0)

    how = "-y" if name == "domain" else "--dry"  # its CNAMEs are known once SES has the domain
    sys.argv = ["pyinfra", str(answer.parent / "inventory.py"), "deploy.py", how]
    sys.settrace(Trace(WALKS[name], arrived))
    cli.main(sys.argv[1:], standalone_mode=False)
    sys.exit(f"{name}: deploy.py has ended, and the value has not arrived")


def prepare(cloud: Any, directory: Path) -> None:
    """An account with a zone and an SMTP credential, a policy, and a relay host that is a fake."""
    cloud.client("route53").create_hosted_zone(Name=DOMAIN, CallerReference=DOMAIN)
    user = f"{FLEET}-smtp-us-east-1"
    cloud.client("iam").create_user(UserName=user)
    key = cloud.client("iam").create_access_key(UserName=user)["AccessKey"]["AccessKeyId"]
    credential = json.dumps({"username": key, "password": PASSWORD})
    cloud.client("secretsmanager").create_secret(
        Name=f"{FLEET}/smtp/us-east-1", SecretString=credential
    )
    settings = {
        "aws_config_file": str(cloud.config_file),
        "aws_rates": {"ses": 1000, "route53": 1000},
        "resolver": ("127.0.0.1", cloud.dns_port),
        "name_server_port": cloud.dns_port,
        "undo_dir": str(directory / "undo"),
    }
    (directory / "inventory.py").write_text(
        f"accounts = [('@aws/lab', {settings!r})]\nrelays = ['@fake/relay']\n"
    )
    (directory / "group_data").mkdir()
    (directory / "group_data/all.py").write_text(
        "from mailfleet.inventory import *\n"
        f"mail = Mail(domains=[Domain({DOMAIN!r})], providers=[Ses('us-east-1')], "
        f"fleet={FLEET!r}, gate=Gate(verified_within=20, published_within=60), "
        "relay=Relay(soft_bounce=False))\n"
    )


def walks(names: list[str]) -> dict[str, list[str]]:
    """The files of each walk, which is a process of its own."""
    from tests.support.cloud import Cloud

    with tempfile.TemporaryDirectory(prefix="walk-") as scratch:
        directory = Path(scratch)
        cloud = Cloud(directory, [])
        try:
            prepare(cloud, directory)
            return {name: _followed(name, directory) for name in names}
        finally:
            cloud.stop()


def _followed(name: str, directory: Path) -> list[str]:
    answer = directory / f"{name}.json"
    run = subprocess.run(
        [sys.executable, "-m", "scripts.walk", "--follow", name, str(answer)],
        env={**os.environ, "PYINFRA_PROGRESS": "off"},
        capture_output=True,
        text=True,
        check=False,
    )
    if not answer.exists():
        sys.exit(f"{run.stdout}{run.stderr}")
    return list(json.loads(answer.read_text()))


if __name__ == "__main__":
    match sys.argv[1:]:
        case "--follow", name, answer:
            follow(name, Path(answer))
        case names:
            for name, files in walks(names or list(WALKS)).items():
                print(f"{name}: {len(files)} files", *files, sep="\n    ")
