"""A production fleet found by its tags: copy this file, and name your profile, regions and tags.

Every tag that is asked for below must be on an instance; "*" stands for any value. A group for
each Environment, such as environment_staging, is for `group_data/` and `--limit`.

Who logs in is up to your SSH configuration, or to an `ssh_user` in group_data/relays.py: admin on
Debian's images, ubuntu on Ubuntu's, ec2-user on Amazon Linux's.
"""

from mailfleet.aws.instances import find_instances

_fleet = find_instances(
    regions=["us-east-1"],
    tags={"Role": "app"},
    address="private",
    profile="production",
)

accounts = ["@aws/production"]
relays = _fleet.hosts
globals().update(_fleet.groups("Environment"))
