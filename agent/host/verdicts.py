"""What a configuration does with a sender's mail, as Postfix's own tables say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent.host.common import HostError, run
from agent.host.queue import NULL_SENDER, Message

LEAVES, RENAMED, REWRITTEN, RETURNED, HELD = "leaves", "renamed", "rewritten", "returned", "held"
REFUSED = "this sender may not send from here"
_PARAMETERS = (
    "sender_canonical_maps",
    "canonical_maps",
    "sender_dependent_default_transport_maps",
    "default_transport",
    "local_transport",
    "non_smtpd_milters",
    "message_size_limit",
    "smtputf8_enable",
)
_ANSWERS = "mailfleet.answers"  # always found, and last: all others were looked up
_TIMES = 5  # lookups of a canonical address at most (Postfix: virtual_alias_recursion_limit)


@dataclass(frozen=True)
class Verdict:
    """`what` happens to a message: it LEAVES as it is, or as `sender`, RENAMED by Postfix or
    REWRITTEN by the milter; is RETURNED, and so kept on this host; or HELD, because of `why`."""

    what: str
    sender: str
    why: str = ""


class Judge:
    """The configuration in a directory. Raises HostError when its tables can't be read."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        answer = run("postconf", "-c", directory, "-xh", *_PARAMETERS).stdout.splitlines()
        found = dict(zip(_PARAMETERS, [*answer, *[""] * len(_PARAMETERS)]))
        self._parameters = {name: value.strip() for name, value in found.items()}
        self._found: dict[str, Verdict] = {}
        self.milter = bool(self._parameters["non_smtpd_milters"])
        self._foreign = self.milter and _rewrites_foreign(directory)

    def senders(self, senders: Iterable[str]) -> dict[str, Verdict]:
        """What happens to the mail of each."""
        new = sorted(set(senders) - self._found.keys())
        renamed = self._renamed(new)
        routes = self._routes({renamed[sender] for sender in new})
        for sender in new:
            self._found[sender] = self._verdict(sender, renamed[sender], routes)
        return self._found

    def message(self, message: Message) -> Verdict:
        """What happens to one message, whose sender has been passed to senders()."""
        if why := self._obstacle(message):
            return Verdict(HELD, message.sender, why)
        return self._found[message.sender]

    def _verdict(self, sender: str, renamed: str, routes: Mapping[str, str]) -> Verdict:
        route = routes.get(renamed) or self._parameters["default_transport"]
        transport = route.partition(":")[0]
        if transport == "returned":
            return Verdict(RETURNED, renamed)
        if transport in ("error", "retry"):
            return Verdict(REWRITTEN if self._foreign else HELD, renamed, REFUSED)
        return Verdict(LEAVES if renamed == sender else RENAMED, renamed)

    def _obstacle(self, message: Message) -> str:
        """Why Postfix would reject it from any sender, or nothing."""
        limit = int(self._parameters["message_size_limit"] or 0)
        if 0 < limit < message.size:
            return f"larger than {limit} bytes"
        addresses = [message.sender, *(to for to, _ in message.recipients)]
        if self._parameters["smtputf8_enable"] == "no" and not all(map(str.isascii, addresses)):
            return "an address is not ASCII"
        here = self._parameters["local_transport"].startswith(("error", "retry"))
        if here and any(to.endswith("]") for to in addresses[1:]):
            return "a recipient is on this host"
        return ""

    def _renamed(self, senders: list[str]) -> dict[str, str]:
        """As cleanup(8) rewrites envelope senders: see canonical(5)."""
        now = {sender: sender for sender in senders}
        for name in ("sender_canonical_maps", "canonical_maps"):
            maps = _named_tables(self._parameters[name])
            for _ in range(_TIMES if maps else 0):
                found = self._looked_up(maps, (a for a in now.values() if a != NULL_SENDER))
                after = {sender: _rewritten(a, found.get(a, a)) for sender, a in now.items()}
                if after == now:
                    break
                now = after
        return now

    def _routes(self, senders: Iterable[str]) -> dict[str, str]:
        """As trivial-rewrite(8) finds the transport of a sender."""
        if self._parameters["default_transport"].partition(":")[0] not in ("error", "retry"):
            return {}
        maps = _named_tables(self._parameters["sender_dependent_default_transport_maps"])
        found = self._looked_up(maps, ("<>" if s == NULL_SENDER else s for s in senders))
        return {NULL_SENDER if key == "<>" else key: route for key, route in found.items()}

    def _looked_up(self, maps: list[str], addresses: Iterable[str]) -> dict[str, str]:
        """The first answer for each address, or else for its @domain."""
        keys = {address: _domain(address) for address in addresses if "\n" not in address}
        if not maps or not keys:
            return {}
        asked = dict.fromkeys([*keys, *(domain for domain in keys.values() if domain), _ANSWERS])
        every = [*maps, f"inline:{{{{{_ANSWERS} = yes}}}}"]
        given = "".join(f"{key}\n" for key in asked)
        answer = run("postmap", "-c", self._directory, "-q", "-", *every, given=given).stdout
        found = dict(line.partition("\t")[::2] for line in answer.splitlines())
        if _ANSWERS not in found:
            raise HostError(
                f"Postfix can't look up senders in {', '.join(maps)}, expected an answer"
            )
        both = {address: found.get(address, found.get(domain)) for address, domain in keys.items()}
        return {address: value for address, value in both.items() if value}


def _domain(address: str) -> str:
    _, at, domain = address.rpartition("@")
    return at + domain if at else ""


def _rewritten(address: str, value: str) -> str:
    """canonical(5): `@domain` in a table leaves what is before the @."""
    return address.rpartition("@")[0] + value if value.startswith("@") else value


def _named_tables(value: str) -> list[str]:
    """The tables of a parameter, without splitting what is in braces."""
    maps, depth = [""], 0
    for character in value:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth == 0 and re.match(r"[\s,]", character):
            maps.append("")
        else:
            maps[-1] += character
    return [found for found in maps if found]


def _rewrites_foreign(directory: str) -> bool:
    try:
        with open(f"{directory}/senders.json", encoding="utf-8") as rules:
            return bool(json.load(rules)["foreign"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
