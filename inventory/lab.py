"""The lab: an AWS account and three relay hosts on this machine, once `make lab` has run."""

from pyinfra.api.exceptions import InventoryError

from lab.errors import LabError
from lab.state import Lab

try:
    _lab = Lab.load()
except LabError as _reason:
    raise InventoryError(str(_reason)) from None

accounts = [
    (
        f"@aws/{_lab.aws.profile}",
        {
            "aws_config_file": _lab.aws.config_file,
            "resolver": (_lab.dns.address, _lab.dns.port),
        },
    )
]

relays = [
    (
        relay.name,
        {
            "ssh_hostname": relay.address,
            "ssh_user": _lab.ssh.user,
            "ssh_key": _lab.ssh.key,
            "ssh_known_hosts_file": _lab.ssh.known_hosts,
        },
    )
    for relay in _lab.relays
]
