"""The whole order of a deploy, on one page.

A stage is one operation of pyinfra and one line of its results. Within a stage the steps follow in
the order of their resources (see mailfleet.aws.resources.kinds).

Mail is signed, and its signature found, at every moment. A key of ours is stored before anybody is
told of it, and published before SES is told; keys that SES makes are asked for before the records,
which follow from them. Nothing is taken out of DNS: mail that was signed with a key of before has
to be verified for days.
"""

from dataclasses import dataclass
from typing import Literal

Phase = Literal["account", "gate", "relays", "end"]
"""The account; all hosts wait for the account; every relay; the account once more."""

SES_ACCOUNT = "SES account"
DKIM_KEYS = "BYODKIM keys"
IDENTITIES = "SES identities"
REMOVALS = "SES identities of absent domains"
EASY_DKIM = "DKIM keys of SES"
RECORDS = "DNS records"
REPLICAS = "SES identities with the keys of another region"
SIGNING = "DKIM signing"
SETTINGS = "Settings of SES identities"
POLICIES = "Delegate senders that were there"
SMTP_USERS = "IAM user and credential"
VERIFICATION = "Domains are verified"
NEW_POLICIES = "New delegate senders"
RELAYS = "Relays"
REVOCATIONS = "IAM policy"


@dataclass(frozen=True)
class Stage:
    name: str
    phase: Phase
    does: str
    everywhere: bool = False
    """whether every host waits here for the others"""


STAGES = [
    Stage(SES_ACCOUNT, "account", "an account's settings, its pools and configuration sets"),
    Stage(DKIM_KEYS, "account", "keys of our own are made and stored"),
    Stage(IDENTITIES, "account", "identities are created; their DKIM tokens are known from now on"),
    Stage(REMOVALS, "account", "before their records, so that SES takes no mail without a key"),
    Stage(EASY_DKIM, "account", "SES makes other keys, whose tokens the records follow from"),
    Stage(RECORDS, "account", "in batches; then wait until the name servers have them"),
    Stage(REPLICAS, "account", "after the identity whose keys they use is there"),
    Stage(SIGNING, "account", "SES signs with keys that are published by now"),
    Stage(SETTINGS, "account", "MAIL FROM, configuration set and tags: SES looks at the records"),
    Stage(POLICIES, "account", "who may send as an identity: changed and taken away"),
    Stage(SMTP_USERS, "account", "the relays' user, its permissions, key and SMTP password"),
    Stage(VERIFICATION, "gate", "all hosts wait until SES has verified what is new", True),
    Stage(NEW_POLICIES, "gate", "SES takes new ones for verified identities alone"),
    Stage(RELAYS, "relays", "one relay first, then the others: see tasks/relays.py"),
    Stage(REVOCATIONS, "end", "permissions the relays no longer need are revoked"),
]


def stages_of(phase: Phase) -> list[Stage]:
    return [stage for stage in STAGES if stage.phase == phase]
