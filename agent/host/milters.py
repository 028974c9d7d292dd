"""No mail past the milter that looks at its author, and none through while that is down.

See MILTER_README, and milter_default_action and receive_override_options in postconf(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.host.configuration import Configuration

_LISTS = ("smtpd_milters", "non_smtpd_milters")
_ACTION = re.compile(r"default_action\s*=\s*(\w+)")


def milters(found: Configuration) -> Iterator[str]:
    """A sentence for each way past a milter; none where there is no milter."""
    if not any(found.parameters.get(name) for name in _LISTS):
        return
    for name in _LISTS:
        if not found.parameters.get(name):
            yield f"{name} is empty, and the other milters are not: mail passes there unseen"
    for setting, value in found.settings.items():
        service, _, name = setting.rpartition("/")
        if name in _LISTS and service and not value:
            yield f"{setting} is empty: mail passes there unseen by the milter"
        if name == "receive_override_options" and "no_milters" in value:
            yield f"{setting} has no_milters: mail passes there unseen by the milter"
        if name == "milter_default_action" and value != "tempfail":
            yield f"{setting} is {value}, expected tempfail: it counts while the milter is down"
        for action in _ACTION.findall(value) if name in _LISTS else ():
            if action != "tempfail":
                yield f"{setting} has default_action {action}, expected tempfail"
