"""A policy and an account with which a deploy makes every kind of call there is."""

import json

from tests.aws.conftest import Fleet
from tests.support.cloud import REGION
from tests.support.whole_account import SECOND

_ACCOUNT = (
    "account=SesAccount(suppression=['BOUNCE'], vdm=True, production=ProductionAccess("
    "'TRANSACTIONAL', website='https://shop.example', use_case='Receipts.'))"
)


def furnish(fleet: Fleet) -> None:
    """A policy that asks for everything, for an account in which something is there already: an
    identity, a configuration set and a pool to adopt, delegates of another policy, an address that
    overrides the domain, an SPF record to share, a user with a key that nobody knows, and a secret
    that is none. The second region is in the sandbox."""
    cloud, domain = fleet.cloud, fleet.domain
    new, old = fleet.name, f"{fleet.name}-old"
    fleet.write(
        domains=f"Domain({domain!r}, adopt=True, configuration_set={fleet.name!r}, "
        "delegates=[Delegate('222222222222'), Delegate('333333333333')])",
        providers=f"Ses({REGION!r}), Ses({SECOND!r}, name='second', {_ACCOUNT}, "
        f"pools=[DedicatedPool({new!r}), DedicatedPool({old!r}, scaling='MANAGED', adopt=True)], "
        f"configuration_sets=[ConfigurationSet({new!r}, pool={new!r}), "
        f"ConfigurationSet({old!r}, adopt=True, tls='REQUIRE', reputation_metrics=False, "
        f"suppression=['BOUNCE'], sending=False)]), "
        "Smtp('smtp.third.example', name='third', username='u', password=secret('aws:third'), "
        "spf='ip4:192.0.2.1', dkim={'s1._domainkey': 's1.third.example'})",
        more=f"addresses=[Address('bills@{domain}')], routes=["
        f"Route(senders=['eu@{domain}'], via='second'), "
        f"Route(senders=['list@{domain}'], via='third')]",
    )
    tokens = cloud.client("sesv2").create_email_identity(EmailIdentity=domain)["DkimAttributes"][
        "Tokens"
    ]
    cloud.client("sesv2").create_email_identity(EmailIdentity=f"noreply@{domain}")
    records = {(f"{t}._domainkey.{domain}", "CNAME"): f"{t}.dkim.amazonses.com." for t in tokens}
    records[domain, "TXT"] = '"v=spf1 ip4:192.0.2.9 -all"'
    _create(fleet, records)
    for account in ("111111111111", "222222222222"):
        _allow(fleet, account)
    second = cloud.client("sesv2", SECOND)
    second.create_configuration_set(ConfigurationSetName=old)
    second.create_dedicated_ip_pool(PoolName=old)
    cloud.control.set_ses_account(
        SECOND, production=False, suppressed=["COMPLAINT"], vdm={}, details={}, review={}
    )
    cloud.client("iam").create_user(UserName=fleet.user)
    cloud.client("iam").create_access_key(UserName=fleet.user)
    cloud.client("secretsmanager").create_secret(Name=fleet.secret, SecretString="nothing")
    cloud.control.forget_calls()


def _create(fleet: Fleet, records: dict[tuple[str, str], str]) -> None:
    changes = [
        {
            "Action": "CREATE",
            "ResourceRecordSet": {
                "Name": name,
                "Type": type_,
                "TTL": 300,
                "ResourceRecords": [{"Value": value}],
            },
        }
        for (name, type_), value in records.items()
    ]
    fleet.cloud.client("route53").change_resource_record_sets(
        HostedZoneId=fleet.zone_id, ChangeBatch={"Changes": changes}
    )


def _allow(fleet: Fleet, account: str) -> None:
    """Let the account send as the domain, under a name of ours."""
    arn = f"arn:aws:ses:{REGION}:123456789012:identity/{fleet.domain}"
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": account},
        "Action": "ses:SendEmail",
        "Resource": arn,
    }
    fleet.cloud.client("sesv2").create_email_identity_policy(
        EmailIdentity=fleet.domain,
        PolicyName=f"mailfleet-{account}",
        Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
