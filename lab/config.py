"""DIR/services.json: what the services are to serve, and where."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class SesEndPoint:
    region: str
    host: str
    address: str
    port: int
    name: str = "ses"
    wrapper: bool = False


@dataclass(frozen=True)
class ProviderEndPoint:
    name: str
    host: str
    address: str
    port: int
    username: str
    secret: str
    """where the password is: aws:NAME, ssm:NAME, env:NAME or file:PATH"""
    spf: str = ""
    """SPF terms; what they include is served"""
    dkim: str = ""
    """names at which a public key is served, with a space between them"""
    wrapper: bool = False
    """TLS from the first byte"""


EndPoint = SesEndPoint | ProviderEndPoint


@dataclass(frozen=True)
class Services:
    address: str
    aws_port: int
    dns_port: int
    end_points: tuple[EndPoint, ...]
    zones: tuple[str, ...]
    hosts: Mapping[str, str]
    """addresses by short name: served as NAME.lab.internal"""

    @classmethod
    def read(cls, directory: Path) -> Services:
        return cls.from_json(json.loads((directory / "services.json").read_text()))

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Services:
        return cls(
            address=given["address"],
            aws_port=given["aws_port"],
            dns_port=given["dns_port"],
            end_points=(
                *(SesEndPoint(**one) for one in given.get("ses", ())),
                *(ProviderEndPoint(**one) for one in given.get("providers", ())),
            ),
            zones=tuple(given.get("zones", ())),
            hosts=dict(given.get("hosts", {})),
        )
