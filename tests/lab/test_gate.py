"""Relays are touched only when mail would then work; otherwise they stay as they were."""

from pathlib import Path

import pytest

from tests.support.fleet import Fleet
from tests.support.policies import write_policy


def fingerprints(fleet: Fleet) -> list[str]:
    return [fleet.fingerprint(relay) for relay in fleet.relays]


def test_never_verified_relays_stay_and_a_rerun_finishes(deployed: Fleet, tmp_path: Path) -> None:
    before = fingerprints(deployed)
    deployed.client("route53").create_hosted_zone(Name="new.example", CallerReference="new")
    deployed.control.set_faults(verification="never")
    policy = write_policy(
        tmp_path, domains=', Domain("new.example")', ses=", connections=7", gate=6
    )
    run = deployed.deploy("-y", policy=policy)
    assert run.status != 0
    assert "pending: after 6 s new.example is PENDING" in run.output
    assert "this relay stays as it is" in run.output
    assert "Traceback" not in run.output
    assert fingerprints(deployed) == before
    deployed.control.reset_faults()
    assert deployed.deploy("-y", policy=policy).status == 0
    assert "= 7" in deployed.ssh("relay1", "postconf ses_destination_concurrency_limit")
    assert deployed.deploy("-y").status == 0
    assert deployed.plan() == []


def test_a_credential_that_is_refused_leaves_relays_as_they_are(
    deployed: Fleet, tmp_path: Path
) -> None:
    before = fingerprints(deployed)
    deployed.control.set_faults(young_key=3600)
    policy = write_policy(tmp_path, ses=", connections=7", authenticated=4)
    run = deployed.deploy("-y", policy=policy)
    assert run.status != 0
    assert "535" in run.output
    assert fingerprints(deployed) == before


def test_aws_out_of_reach_leaves_relays_as_they_are(deployed: Fleet, tmp_path: Path) -> None:
    before = fingerprints(deployed)
    config = tmp_path / "nowhere"
    text = Path(deployed.lab.aws.config_file).read_text()
    config.write_text(text.replace(deployed.lab.aws.endpoint, "http://127.0.0.1:9"))
    policy = write_policy(tmp_path / "policy", ses=", connections=7")
    run = deployed.deploy("-y", "--data", f"aws_config_file={config}", policy=policy)
    assert run.status != 0
    assert "sts:GetCallerIdentity failed in us-east-1: Could not connect" in run.output
    assert "Traceback" not in run.output
    assert fingerprints(deployed) == before


@pytest.mark.parametrize("failing", ["sesv2:.*", "route53:.*", "secretsmanager:.*", "sts:.*"])
def test_aws_failing_leaves_relays_as_they_are(
    deployed: Fleet, tmp_path: Path, failing: str
) -> None:
    before = fingerprints(deployed)
    deployed.control.set_faults(aws={"status": 503, "code": "ServiceUnavailable", "match": failing})
    run = deployed.deploy("-y", policy=write_policy(tmp_path, ses=", connections=7"))
    assert run.status != 0
    assert "failed in us-east-1: ServiceUnavailable" in run.output
    assert "Traceback" not in run.output
    assert deployed.control.calls(writes=True) == []
    assert fingerprints(deployed) == before
