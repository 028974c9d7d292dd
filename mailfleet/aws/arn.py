"""Names of SES's resources, by which tags and policies refer to them."""


def resource_arn(caller: str, region: str, resource: str) -> str:
    """The ARN of identity/<name>, configuration-set/<name> or dedicated-ip-pool/<name>; `caller`
    is our own ARN, of the same partition and account."""
    _, partition, _, _, account, *_ = caller.split(":")
    return f"arn:{partition}:ses:{region}:{account}:{resource}"
