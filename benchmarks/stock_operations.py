"""The same relay hosts by pyinfra's stock operations: a package each, a file each, a unit each.

Run against a fleet that mailfleet has deployed: it then finds nothing to change. Files that hold
secrets are left out, so it does a little less.
"""

import io

from pyinfra import host
from pyinfra.operations import apt, files, systemd

from mailfleet.aws.relay_inputs import read_relay_inputs
from mailfleet.relay.tree import desired_host
from mailfleet.run.groups import ACCOUNTS
from mailfleet.run.loading import policy_of

if ACCOUNTS not in host.groups:
    mail = policy_of(host)
    desired = desired_host(mail, {}, read_relay_inputs(host.inventory, mail))
    apt.packages(packages=list(desired.packages), name="Packages")
    for file in desired.files:
        if file.content is not None:
            files.put(
                src=io.BytesIO(file.content),
                dest=file.path,
                user=file.owner,
                group=file.group,
                mode=file.mode,
                name=file.path,
            )
    for unit in (unit for unit in desired.units if unit.enabled):
        systemd.service(service=unit.name, running=True, enabled=True, name=unit.name)
