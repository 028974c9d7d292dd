"""Carrying out the account's part of a rotation. Each operation is given what was planned."""

from pyinfra import host
from pyinfra.api.host import Host
from pyinfra.api.operation import operation

from mailfleet.aws.command import for_pyinfra
from mailfleet.aws.facts import CURRENT, PENDING, get_secret
from mailfleet.aws.inventory_accounts import missing_relays
from mailfleet.aws.read import read_smtp_user
from mailfleet.aws.repeated_writes import lost_keys
from mailfleet.aws.resources.smtp_user import create_key, credential_of, delete_key, hidden
from mailfleet.aws.rotation_plan import RotationPlan, rotations
from mailfleet.aws.smtp_user import parse_credential, secret_name, user_name
from mailfleet.plan.call import AwsCall
from mailfleet.plan.resource import Commands, Failure
from mailfleet.policy import Mail, Ses


def read_rotations(account: Host, mail: Mail) -> dict[Ses, RotationPlan]:
    """What is left to do for each Ses that takes part. PlanError as `rotation` has it."""
    users = {user_name(mail.fleet, ses.region): ses for ses in mail.ses}
    found = {user: read_smtp_user(account, mail, ses) for user, ses in users.items()}
    return {users[user]: plan for user, plan in rotations(found).items()}


@operation()
@for_pyinfra
def create(plan: RotationPlan, fleet: str, region: str) -> Commands:
    """Make the new key and keep its credential beside the one in use."""
    user = user_name(fleet, region)
    for key in plan.removed:
        yield delete_key(user, key.id)
    if plan.new is None:
        call = create_key(user)
        yield call
        yield AwsCall(
            "secretsmanager",
            "PutSecretValue",
            {
                "SecretId": secret_name(fleet, region),
                "SecretString": hidden(credential_of(call, region)),
                "VersionStages": [PENDING],
            },
            region=region,
        )
        if call.attempts > 1:
            known = {credential_of(call, region).username, *(key.id for key in plan.replaced)}
            for lost in (yield from lost_keys(user, known)):
                yield delete_key(user, lost)


@operation()
@for_pyinfra
def promote(plan: RotationPlan, stored: str | None, fleet: str, region: str) -> Commands:
    """Label the new credential as the one in use and deactivate the old key, once every relay has
    the new one. `stored` is the key that was in use when this was planned."""
    missing = missing_relays(host)
    if missing:
        old = ", ".join(key.id for key in plan.replaced if key.active) or "none"
        yield Failure(
            f"pending: not every relay has the new key yet, missing {', '.join(missing)}: old keys "
            f"stay as they are (active: {old}), mail flows; run rotate.py again to finish"
        )
        return
    if plan.promotes:
        yield from _label_as_current(stored, secret_name(fleet, region), region)
    for key in plan.replaced:
        if key.active:
            yield set_status(user_name(fleet, region), key.id, "Inactive")


def _label_as_current(stored: str | None, secret: str, region: str) -> Commands:
    current = get_secret(secret, region, CURRENT, fresh=True)
    pending = get_secret(secret, region, PENDING, fresh=True)
    yield current
    yield pending
    if _key_of(current) != stored or not pending.response:
        yield Failure(f"{secret} has changed since planned: run rotate.py again")
        return
    yield AwsCall(
        "secretsmanager",
        "UpdateSecretVersionStage",
        {
            "SecretId": secret,
            "VersionStage": CURRENT,
            "MoveToVersionId": pending.response["VersionId"],
            "RemoveFromVersionId": current.response["VersionId"],
        },
        region=region,
    )


def _key_of(call: AwsCall) -> str | None:
    credential = parse_credential(call.response["SecretString"]) if call.response else None
    return credential.username if credential else None


@operation()
@for_pyinfra
def delete(plan: RotationPlan, fleet: str, region: str) -> Commands:
    """Delete the old key once every relay was seen to send without it; else let it work again."""
    user = user_name(fleet, region)
    missing = missing_relays(host)
    for key in plan.replaced:
        yield set_status(user, key.id, "Active") if missing else delete_key(user, key.id)
    if missing:
        yield Failure(
            f"pending: {', '.join(missing)} was not seen to send with the new key: the old one "
            "works again; run rotate.py again to finish"
        )


def set_status(user: str, key: str, status: str) -> AwsCall:
    parameters = {"UserName": user, "AccessKeyId": key, "Status": status}
    return AwsCall("iam", "UpdateAccessKey", parameters)
