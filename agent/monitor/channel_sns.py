"""Alerts by an Amazon SNS topic, with the role of the instance: no secret on the host."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from agent.monitor.channel import Channel, Message, NotSent
from agent.monitor.finding import one_line
from agent.monitor.https import ask
from agent.monitor.instance_role import METADATA, role_credentials, signed_headers

LONGEST_SNS_SUBJECT = 99  # "Publish": less than 100 ASCII characters
LONGEST_SNS_TEXT = 60_000  # characters, of the 256 kB that a message may have
_CODE = re.compile(r"<Code>([^<]*)</Code>\s*<Message>([^<]*)", re.DOTALL)


class SnsChannel(Channel):
    """{"kind": "sns", "topic", "region"}; "endpoint" and "metadata" where they are not AWS's."""

    kind = "sns"

    def __init__(self, entry: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        self._topic = str(entry["topic"])
        self._region = str(entry["region"])
        suffix = "amazonaws.com.cn" if self._region.startswith("cn-") else "amazonaws.com"
        self._endpoint = str(entry.get("endpoint", f"https://sns.{self._region}.{suffix}/"))
        self._metadata = str(entry.get("metadata", METADATA))
        self.names = (f"sns:{self._topic}",)

    def send(self, message: Message, names: Sequence[str]) -> dict[str, str]:
        subject = one_line(message.subject).encode("ascii", "replace").decode()
        form = {
            "Action": "Publish",
            "Version": "2010-03-31",
            "TopicArn": self._topic,
            "Subject": subject[:LONGEST_SNS_SUBJECT],
            "Message": message.text[:LONGEST_SNS_TEXT] or "(no text)",
        }
        body = urlencode(form, errors="replace").encode()
        role = role_credentials(self._metadata)
        headers = signed_headers(self._endpoint, body, self._region, "sns", role, message.at)
        try:
            ask("POST", self._endpoint, body, headers)
        except NotSent as refusal:
            found = _CODE.search(str(refusal))
            reason = f"SNS: {found[1]}: {found[2]}" if found else str(refusal)
            raise NotSent(reason) from None
        return dict.fromkeys(names, "")
