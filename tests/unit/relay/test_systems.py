"""All that differs between systems is in one table, and each has a whole tree by it."""

import re
from pathlib import Path

import pytest

from agent.monitor import entry
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Domain, Relay, Route
from mailfleet.postfix_parameters import postfix_parameters
from mailfleet.relay.request import apply_request, read_request
from mailfleet.relay.systems import (
    AMAZON_LINUX_2023,
    DEBIAN_12,
    DEBIAN_13,
    POSTFIX_UNITS,
    SYSTEMS,
    UBUNTU_24_04,
    Release,
    System,
    system_of,
)
from mailfleet.relay.tree import Desired, desired_host
from tests.support.relay_hosts import bare, release_of
from tests.support.relay_policy import CREDENTIALS, policy

ROOT = Path(__file__).resolve().parents[3]
# "Postfix Lookup Table Overview": those that are no plug-in, and that no database library makes.
BUILT_IN = {"inline", "pipemap", "randmap", "regexp", "static", "texthash", "unionmap"}
OF_ONE_SYSTEM = re.compile(r"\b(apt|dpkg|dnf|rpm|yum)\b(?!\.py)|/etc/ssl/certs|/etc/pki")


def text(tree: Desired, path: str) -> str:
    content = tree.file(path).content
    assert content is not None
    return content.decode()


@pytest.fixture(params=SYSTEMS, ids=lambda system: system.name)
def system(request: pytest.FixtureRequest) -> System:
    found: System = request.param
    return found


@pytest.fixture
def tree(system: System) -> Desired:
    relay = Relay(listen="all", clients=["10.0.0.0/16"])
    return desired_host(policy(relay=relay), CREDENTIALS, system=system)


def test_a_host_that_says_what_it_runs_is_known(system: System) -> None:
    assert system_of(release_of(system)) == system


def test_each_system_has_a_whole_tree(system: System, tree: Desired) -> None:
    assert all(file.content for file in tree.files)
    request = apply_request(tree, bare(tree), "ops@laptop")
    assert request["manager"] == system.manager
    assert request["packages"] == [name for name in system.packages if name != "python3"]
    assert len(request["files"]) == len(tree.files)


def test_its_own_authorities_and_no_other_systems_are_named(system: System, tree: Desired) -> None:
    main_cf = postfix_parameters(text(tree, "/etc/postfix/main.cf"))
    assert main_cf["smtp_tls_CAfile"] == system.authorities
    for file in tree.files:
        for other in {one.authorities for one in SYSTEMS} - {system.authorities}:
            assert other not in (file.content or b"").decode(), file.path


def test_bounces_are_kept_by_its_user_mail(system: System, tree: Desired) -> None:
    master_cf = text(tree, "/etc/postfix/master.cf")
    assert f"virtual_uid_maps=static:{system.mail_user}\n" in master_cf
    assert f"virtual_gid_maps=static:{system.mail_group}\n" in master_cf
    assert f"virtual_minimum_uid={system.mail_user}\n" in master_cf


def test_tables_are_of_kinds_that_no_package_adds(system: System) -> None:
    """With a route by weights, which takes all kinds there are."""
    mail = policy(routes=[Route({"ses": 9, "sendgrid": 1}, fallback=["sendgrid"])], alerts=[])
    tree = desired_host(mail, CREDENTIALS, system=system)
    settings = text(tree, "/etc/postfix/main.cf") + text(tree, "/etc/postfix/master.cf")
    assert set(re.findall(r"[\s={,]([a-z]+):(?=[{$\d])", settings)) - {"error"} == BUILT_IN


def test_what_is_read_is_the_same_whatever_the_system() -> None:
    first, *others = (desired_host(policy(), CREDENTIALS, system=system) for system in SYSTEMS)
    for other in others:
        assert read_request(other) == read_request(first)
    asked = set(read_request(first)["packages"])
    assert all(set(system.packages) <= asked for system in SYSTEMS)
    assert DEBIAN_12.milter in asked


@pytest.mark.parametrize("system", [DEBIAN_13, UBUNTU_24_04], ids=lambda system: system.name)
def test_files_are_the_same_as_on_debian_12(system: System) -> None:
    mail = policy(relay=Relay(rewrite_from=True))
    other = desired_host(mail, CREDENTIALS, system=system)
    assert other.files == desired_host(mail, CREDENTIALS, system=DEBIAN_12).files


@pytest.mark.parametrize(
    "changes",
    [{"relay": Relay(rewrite_from=True)},
     {"domains": [Domain("example.com", senders=["info@example.com"])], "routes": []}],
)  # fmt: skip
def test_senders_are_not_rewritten_where_there_is_no_pymilter(changes: dict[str, object]) -> None:
    mail = policy(**changes)
    assert desired_host(mail, CREDENTIALS, system=UBUNTU_24_04)
    with pytest.raises(PlanError, match="Amazon Linux 2023, which has no package of pymilter"):
        desired_host(mail, CREDENTIALS, system=AMAZON_LINUX_2023)


@pytest.mark.parametrize(
    ("release", "said"),
    [
        (Release("debian", "11", "Debian GNU/Linux 11 (bullseye)"),
         r"Debian GNU/Linux 11 \(bullseye\) \(ID=debian, VERSION_ID=11\)"),
        (Release("debian", "", "Debian GNU/Linux forky/sid"), "VERSION_ID=none"),
        (Release("raspbian", "12", "Raspbian GNU/Linux 12 (bookworm)", "debian"),
         "ID=raspbian, VERSION_ID=12, derived from debian"),
        (Release("amzn", "2", "Amazon Linux 2", "centos rhel fedora"), "derived from centos rhel"),
        (Release("", "", ""), "the system unknown"),
    ],
)  # fmt: skip
def test_any_other_system_is_refused(release: Release, said: str) -> None:
    with pytest.raises(PlanError, match=said) as refusal:
        system_of(release)
    for system in SYSTEMS:
        assert system.name in str(refusal.value)


def test_nothing_else_knows_one_system_from_another() -> None:
    """But for what runs on a host, which does as it is asked."""
    folders = [ROOT / name for name in ("mailfleet", "tasks", "templates", "tests/verify")]
    paths = [path for folder in folders for path in folder.rglob("*.*")]
    files = [path for path in paths if path.is_file() and path.suffix != ".pyc"]
    knowing = [path.name for path in files if OF_ONE_SYSTEM.search(path.read_text())]
    assert knowing == ["systems.py"]


def test_hosts_know_postfixs_units_by_the_same_names() -> None:
    assert frozenset(POSTFIX_UNITS) == entry.POSTFIX_UNITS
