"""What relays depend on besides the policy is shown in the plan, or is one sentence."""

from tests.aws.conftest import Fleet
from tests.aws.test_credentials import deploy


def test_a_file_of_authorities_that_cannot_be_used(fleet: Fleet) -> None:
    for path, found in (("/nowhere.pem", "the file can't be read"),
                        ("/etc/hostname", "found no certificate in PEM")):  # fmt: skip
        run = deploy(fleet, "env:PASSWORD", {"PASSWORD": "good"}, f", ca='{path}'")
        assert run.status != 0
        assert f"provider 'second': ca {path}: {found}" in run.output
        assert "Traceback" not in run.output
