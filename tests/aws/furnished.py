"""A policy and an account with which a deploy makes every kind of call there is."""

from tests.aws.conftest import Fleet
from tests.support.cloud import REGION
from tests.support.whole_account import SECOND

_ACCOUNT = (
    "account=SesAccount(suppression=['BOUNCE'], vdm=True, production=ProductionAccess("
    "'TRANSACTIONAL', website='https://shop.example', use_case='Receipts.'))"
)


def furnish(fleet: Fleet) -> None:
    """A policy that asks for everything, for an account in which something is there already:
    an identity, a configuration set and a pool to adopt, an SPF record to share, a user with a key
    that nobody knows, and a secret that is none. The second region is in the sandbox."""
    cloud, domain = fleet.cloud, fleet.domain
    new, old = fleet.name, f"{fleet.name}-old"
    fleet.write(
        domains=f"Domain({domain!r}, adopt=True, configuration_set={fleet.name!r})",
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
    cloud.client("sesv2").create_email_identity(EmailIdentity=domain)
    record = {"Name": domain, "Type": "TXT", "TTL": 60,
              "ResourceRecords": [{"Value": '"v=spf1 ip4:192.0.2.9 -all"'}]}  # fmt: skip
    cloud.client("route53").change_resource_record_sets(
        HostedZoneId=fleet.zone_id,
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]},
    )
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
