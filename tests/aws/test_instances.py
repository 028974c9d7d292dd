"""An inventory of EC2 instances, against the lab's AWS."""

import re
from pathlib import Path

import pytest

from tests.aws.conftest import Fleet
from tests.support.cli import ROOT, Run, mailfleet


def inventory(fleet: Fleet, region: str = "us-east-1", profile: str = "lab") -> Path:
    """inventory/ec2.py as a user would copy it, for this fleet's instances."""
    text = (ROOT / "inventory/ec2.py").read_text()
    text = text.replace('"production"', repr(profile)).replace("us-east-1", region)
    text = text.replace('"app"', repr(fleet.name)).replace("@aws/production", "@aws/lab")
    path = fleet.directory / "inventory.py"
    path.write_text(text)
    return path


def check(fleet: Fleet, monkeypatch: pytest.MonkeyPatch, **where: str) -> Run:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(fleet.cloud.config_file))
    return mailfleet("check", str(inventory(fleet, **where)))


def test_instances_with_the_tags_are_hosts(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    ec2 = fleet.cloud.client("ec2")
    ids = {}
    for name in ("web-1", "web-2", "stopped"):
        tags = {"Name": name, "Role": fleet.name, "Environment": "eu"}
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        made = ec2.run_instances(
            ImageId="ami-12c6146b",
            MinCount=1,
            MaxCount=1,
            TagSpecifications=[{"ResourceType": "instance", "Tags": pairs}],
        )
        ids[name] = made["Instances"][0]["InstanceId"]
    ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)
    ec2.stop_instances(InstanceIds=[ids["stopped"]])
    run = check(fleet, monkeypatch)
    assert run.status == 0, run.output
    assert re.findall(r"^host\s+(\S+)", run.output, re.MULTILINE) == ["@aws/lab", "web-1", "web-2"]


def test_a_fleet_without_instances_is_said(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    run = check(fleet, monkeypatch)
    assert f"EC2: found no running instance with Role={fleet.name} in us-east-1" in run.output


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        ("nobody", "asked with the profile 'nobody': The config profile (nobody) could not be"),
        ("empty", "asked with the profile 'empty': Unable to locate credentials; expected"),
    ],
)
def test_without_credentials_one_sentence_says_so(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, profile: str, said: str
) -> None:
    config = fleet.directory / "config"
    config.write_text(f"[profile empty]\nendpoint_url = {fleet.cloud.url}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    run = mailfleet("check", str(inventory(fleet, profile=profile)))
    assert run.status == 1
    (line,) = run.output.splitlines()
    assert said in line


def test_an_account_that_may_not_look_is_told(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied = {"status": 403, "code": "UnauthorizedOperation", "match": "ec2:DescribeInstances"}
    fleet.cloud.control.set_faults(aws=denied)
    run = check(fleet, monkeypatch)
    assert run.status == 1
    assert "UnauthorizedOperation" in run.output
    assert "Traceback" not in run.output
