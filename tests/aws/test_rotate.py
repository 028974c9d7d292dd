"""rotate.py against the emulated account: what a failure leaves, and how the next run goes on."""

import json

from tests.aws.conftest import Fleet

STEPS = ["CreateAccessKey", "PutSecretValue", "UpdateSecretVersionStage", "UpdateAccessKey",
         "DeleteAccessKey"]  # fmt: skip


def test_stopped_at_each_write_in_turn_a_rotation_goes_on(fleet: Fleet) -> None:
    """Each run fails at one write further than the last one; deploys meanwhile undo nothing."""
    assert fleet.deploy("-y").status == 0
    (old,) = fleet.keys()
    cloud = fleet.cloud
    for step in STEPS:
        cloud.control.set_faults(aws={"status": 403, "code": "AccessDenied", "match": f":{step}$"})
        run = fleet.rotate("-y")
        assert run.status != 0
        assert f":{step} failed in us-east-1: AccessDenied" in run.output
        assert "Traceback" not in run.output
        assert fleet.keys()[fleet.stored()["username"]], "the stored key is refused"
        if step in ("UpdateSecretVersionStage", "UpdateAccessKey"):
            cloud.control.reset_faults()
            cloud.control.forget_calls()
            deploy = fleet.deploy("-y")
            assert deploy.status == 0, deploy.output
            assert f"a rotation from {old} to AKIA" in deploy.output
            assert "run rotate.py to finish it" in deploy.output
            assert cloud.writes() == []
    cloud.control.reset_faults()
    cloud.control.forget_calls()
    run = fleet.rotate("-y")
    assert run.status == 0, run.output
    assert cloud.writes() == ["DeleteAccessKey"]
    new = fleet.stored()["username"]
    assert new != old
    assert fleet.keys() == {new: True}
    assert fleet.plan() == []


def test_a_dry_run_shows_the_plan_and_the_run_keeps_to_it(fleet: Fleet) -> None:
    assert fleet.deploy("-y").status == 0
    (old,) = fleet.keys()
    fleet.cloud.client("iam").create_access_key(UserName=fleet.user)  # by somebody, never used
    (orphan,) = fleet.keys().keys() - {old}
    fleet.cloud.control.forget_calls()
    dry, real = fleet.directory / "dry.json", fleet.directory / "run.json"
    assert fleet.rotate("--dry", "--data", f"plan_out={dry}").status == 0
    assert fleet.cloud.writes() == []
    run = fleet.rotate("-y", "-vvv", "--diff", "--data", f"plan_out={real}")
    assert run.status == 0, run.output
    assert "there are no relay hosts" in run.output
    assert json.loads(dry.read_text()) == json.loads(real.read_text())
    assert [(c["kind"], c["id"], c["action"]) for c in json.loads(dry.read_text())] == [
        ("access key", f"{fleet.user}/{orphan}", "delete"),
        ("access key", f"{fleet.user}/new", "create"),
        ("secret", f"{fleet.secret} AWSPENDING", "create"),
        ("secret", f"{fleet.secret} AWSCURRENT", "update"),
        ("access key", f"{fleet.user}/{old}", "run"),
        ("access key", f"{fleet.user}/{old}", "delete"),
    ]
    assert fleet.stored()["password"] not in run.output


def test_without_every_relay_the_old_key_stays(fleet: Fleet) -> None:
    """The relay is a fake one: it is reached, and answers nothing."""
    assert fleet.deploy("-y").status == 0
    (old,) = fleet.keys()
    inventory = fleet.directory / "inventory.py"
    fake = "{'fake_delay': 0, 'fake_delay_jitter': 0}"
    inventory.write_text(f"{inventory.read_text()}relays = [('@fake/relay1', {fake})]\n")
    run = fleet.rotate("--dry", "--limit", "@aws")
    assert run.status != 0
    assert "--limit leaves out @fake/relay1, but a rotation is of the entire fleet" in run.output
    assert "Traceback" not in run.output
    run = fleet.rotate("-y")
    assert run.status != 0
    assert "not every relay has the new key yet, missing @fake/relay1" in run.output
    assert fleet.stored()["username"] == old
    assert list(fleet.keys().values()) == [True, True]


def test_before_the_first_deploy_there_is_nothing_to_rotate(fleet: Fleet) -> None:
    run = fleet.rotate("--dry")
    assert run.status != 0
    assert f"IAM user {fleet.user}: found no credential that works" in run.output
    assert "Traceback" not in run.output
