"""The one AWS account of the lab: our own services, and moto's for the rest."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from botocore import xform_name
from moto.core.models import DEFAULT_ACCOUNT_ID

from lab.aws.configuration_sets import ConfigurationSets, ConfigurationSetsApi
from lab.aws.dedicated_ips import DedicatedIps, DedicatedIpsApi
from lab.aws.dkim_key import DkimKey
from lab.aws.errors import NotEmulatedError
from lab.aws.identities import Identities
from lab.aws.identity_dkim import IdentityDkim
from lab.aws.identity_policies import IdentityPolicies
from lab.aws.identity_settings import IdentitySettings
from lab.aws.notifications import Notifications
from lab.aws.protections import Protections
from lab.aws.route53 import Route53
from lab.aws.ses import Ses
from lab.aws.ses_account import SesAccounts
from lab.aws.ses_account_api import SesAccountApi
from lab.aws.ses_tags import SesTags
from lab.aws.sesv2 import SesV2
from lab.aws.tagging import Tagging
from lab.aws.zones import Zones
from lab.faults import Faults

Operation = Callable[[str, Mapping[str, Any]], dict[str, Any]]


class Account:
    """`lock` guards all that is in it; DNS, SMTP and the control API take it, too."""

    id = DEFAULT_ACCOUNT_ID
    ses_selector = "224i4yxa5dv7c2xz3womw6peuasteono"
    """under which SES signs everything for amazonses.com, too"""

    def __init__(self, faults: Faults) -> None:
        self.lock = threading.RLock()
        self.faults = faults
        self.zones = Zones(faults)
        self.identities = Identities(self.zones, faults)
        self.sending = SesAccounts()
        sets, ips = ConfigurationSets(), DedicatedIps(self.sending)
        self._services: dict[str, tuple[object, ...]] = {
            "route53": (Route53(self.zones, faults), Protections(self.zones)),
            "sesv2": (
                SesV2(self.identities, sets),
                IdentityDkim(self.identities),
                IdentitySettings(self.identities, sets),
                ConfigurationSetsApi(sets, ips),
                DedicatedIpsApi(ips),
                SesTags(self.identities, sets, ips, self.id),
                SesAccountApi(self.sending),
                IdentityPolicies(self.identities, self.id),
            ),
            "ses": (Ses(self.identities), Notifications(self.identities)),
            "resourcegroupstaggingapi": (Tagging(self.identities, self.id),),
        }

    @cached_property
    def ses_key(self) -> DkimKey:
        return DkimKey.new(1024)

    def owns(self, service: str) -> bool:
        """Whether we answer for the service ourselves."""
        return service in self._services

    def operation(self, service: str, operation: str) -> Operation:
        """Raises NotEmulatedError for what we don't know."""
        for part in self._services[service] if operation.isalnum() else ():
            if (found := getattr(part, xform_name(operation), None)) is not None:
                return self._locked(found, refresh=service == "route53")
        raise NotEmulatedError(f"{service} {operation}")

    def _locked(self, operation: Operation, *, refresh: bool) -> Operation:
        def run(region: str, params: Mapping[str, Any]) -> dict[str, Any]:
            with self.lock:
                result = operation(region, params)
                if refresh:
                    self.identities.refresh()
                return result

        return run
