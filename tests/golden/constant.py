"""What differs between two runs of the same policy, replaced by words that do not."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

_NUMBERED = {
    "KEY": re.compile(r"AKIA[A-Z0-9]{16}"),
    "VERSION": re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
}
_SAME = {
    "TOKEN": re.compile(r"\b[a-z0-9]{32}\b"),
    "p=PUBLICKEY": re.compile(r'p=MI[A-Za-z0-9+/=" ]+'),
}
# Of a record set with a key that was made: its digest in the record that says what is ours.
_DIGEST = re.compile(r"(owns=(?:CNAME TOKEN|TXT \S+)\._domainkey\.\S+) [0-9a-f]{8}")
_HIDDEN = {"DomainSigningPrivateKey": "PRIVATE KEY", "password": "PASSWORD"}
_DOCUMENTS = ("Policy", "PolicyDocument", "SecretString")


class Constant:
    """One run's: the same access key is the same word wherever it stands."""

    def __init__(self, zones: Mapping[str, str]) -> None:
        self._zones = zones
        self._seen: dict[str, dict[str, str]] = {word: {} for word in _NUMBERED}

    def text(self, text: str) -> str:
        for word, pattern in _NUMBERED.items():
            text = pattern.sub(self._number(word), text)
        for word, pattern in _SAME.items():
            text = pattern.sub(word, text)
        for zone, name in self._zones.items():
            text = text.replace(zone, name)
        return _DIGEST.sub(r"\1 DIGEST", text)

    def _number(self, word: str) -> Callable[[re.Match[str]], str]:
        seen = self._seen[word]
        return lambda found: seen.setdefault(found[0], f"{word}{len(seen) + 1}")

    def parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Of a call: JSON in them is read, and tokens that boto3 makes up are left out."""
        return {
            name: self._value(name, value)
            for name, value in given.items()
            if name != "ClientRequestToken"
        }

    def _value(self, name: str, value: Any) -> Any:
        if name in _HIDDEN:
            return _HIDDEN[name]
        if name in _DOCUMENTS and isinstance(value, str):
            return self._document(value)
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return self.parameters(value)
        if isinstance(value, list):
            return self._list(name, [self._value("", one) for one in value])
        return value

    def _document(self, text: str) -> Any:
        try:
            found = json.loads(text)
        except ValueError:
            return "PRIVATE KEY" if "PRIVATE KEY" in text else "SECRET"
        return self._value("", found)

    def _list(self, name: str, values: list[Any]) -> list[Any]:
        """Route 53 makes all changes of a batch at once; names that SES makes up decide on their
        order, and on that of the values which name them."""
        if name == "Changes":
            return sorted(values, key=_as_changed)
        if name == "ResourceRecords" and any("owns=" in str(value) for value in values):
            return sorted(values, key=str)
        return values


def _as_changed(change: Mapping[str, Any]) -> tuple[str, ...]:
    """What is created comes after what is deleted."""
    wanted = change["ResourceRecordSet"]
    return wanted["Name"], wanted["Type"], str(change["Action"] != "DELETE")
