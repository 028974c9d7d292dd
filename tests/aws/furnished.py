"""A policy and an account with which a deploy makes every kind of call there is."""

from tests.aws.conftest import Fleet
from tests.support.cloud import REGION
from tests.support.whole_account import SECOND


def furnish(fleet: Fleet) -> None:
    """A policy that asks for everything, for an account in which something is there already:
    an identity to adopt, an SPF record to share, a user with a key that nobody knows, and a secret
    that is none."""
    cloud, domain = fleet.cloud, fleet.domain
    fleet.write(
        domains=f"Domain({domain!r}, adopt=True, configuration_set={fleet.name!r})",
        providers=f"Ses({REGION!r}), Ses({SECOND!r}, name='second'), "
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
    cloud.client("iam").create_user(UserName=fleet.user)
    cloud.client("iam").create_access_key(UserName=fleet.user)
    cloud.client("secretsmanager").create_secret(Name=fleet.secret, SecretString="nothing")
    cloud.control.forget_calls()
