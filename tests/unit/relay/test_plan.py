from dataclasses import replace

from mailfleet.credential import Credential
from mailfleet.plan.change import KNOWN_AFTER_APPLY, SECRET, SECRET_CHANGED
from mailfleet.relay.alerting import EMERGENCY, TIMER
from mailfleet.relay.plan import plan
from mailfleet.relay.provider_switch import SWITCH
from mailfleet.relay.state import FoundUnit, HostState, Loaded
from mailfleet.relay.tree import Desired, desired_host
from tests.support.relay_hosts import bare, deployed, with_text
from tests.support.relay_policy import CREDENTIALS, policy

MAIN = "/etc/postfix/main.cf"
PASSWORDS = "/etc/postfix/sasl_passwd"
TREE = desired_host(policy(), CREDENTIALS)


def short(tree: Desired, state: HostState) -> list[tuple[str, str, str, str | None]]:
    return [(c.kind, c.id, c.action, c.after) for c in plan("relay1", tree, state)]


def test_a_host_as_desired_has_an_empty_plan() -> None:
    assert plan("relay1", TREE, deployed(TREE)) == ()


def test_a_bare_host_gets_everything_and_then_starts() -> None:
    changes = plan("relay1", TREE, bare(TREE))
    assert [c.id for c in changes if c.kind == "package"] == [
        "ca-certificates", "libsasl2-modules", "postfix",
    ]  # fmt: skip
    files = {file.path for file in TREE.files}
    assert {c.id for c in changes if c.kind == "file"} == files | {SWITCH}
    assert (changes[-1].kind, changes[-1].action, changes[-1].after) == ("service", "run", "start")


def test_an_edit_by_hand_is_undone_and_loaded() -> None:
    state = with_text(deployed(TREE), MAIN, "relayhost =\n")
    assert [(c.id, c.before) for c in plan("relay1", TREE, state)] == [
        (MAIN, "relayhost =\n"),
        ("postfix", "running"),
    ]


def test_a_new_password_is_never_shown() -> None:
    tree = desired_host(policy(), CREDENTIALS | {"ses": Credential("AKIAEXAMPLE", "new-password")})
    changes = plan("relay1", tree, deployed(TREE))
    assert (changes[0].before, changes[0].after) == (SECRET, SECRET_CHANGED)
    assert "password" not in repr(changes).replace("sasl_passwd", "")


def test_what_is_not_known_yet_is_a_change() -> None:
    tree = desired_host(policy(), CREDENTIALS | {"ses": None})
    assert short(tree, deployed(TREE)) == [
        ("file", PASSWORDS, "update", KNOWN_AFTER_APPLY),
        ("service", "postfix", "run", "reload"),
    ]


def test_a_secret_that_others_may_read_is_closed() -> None:
    state = deployed(TREE)
    live = state.files[PASSWORDS]
    assert live is not None
    state = replace(state, files={**state.files, PASSWORDS: replace(live, mode="644")})
    change = plan("relay1", TREE, state)[0]
    assert change.before == "mode 644, owner root, group root"
    assert change.after == "mode 600, owner root, group root"


def test_a_run_killed_before_the_reload_is_finished() -> None:
    state = replace(deployed(TREE), loaded=Loaded("what ran before", "loopback-only all"))
    assert short(TREE, state) == [("service", "postfix", "run", "reload")]


def test_a_stopped_postfix_is_started() -> None:
    assert short(TREE, replace(deployed(TREE), running=False)) == [
        ("service", "postfix", "run", "start")
    ]


def test_where_it_listens_takes_a_restart() -> None:
    for loaded in (None, Loaded("live", "all ipv4")):
        assert short(TREE, replace(deployed(TREE), loaded=loaded)) == [
            ("service", "postfix", "run", "restart")
        ]


def test_a_new_calendar_restarts_the_timer_alone() -> None:
    path = f"/etc/systemd/system/{TIMER}"
    state = replace(with_text(deployed(TREE), path, "old\n"), live="live")
    assert [(c.kind, c.id) for c in plan("relay1", TREE, state)] == [
        ("file", path),
        ("unit", TIMER),
    ]


def test_a_unit_file_that_systemd_has_not_read_again() -> None:
    state = deployed(TREE)
    state = replace(state, units={**state.units, TIMER: FoundUnit(True, True, False)})
    assert short(TREE, state) == [("unit", TIMER, "update", "enabled, active, restarted")]


def test_without_alerts_what_was_there_for_them_goes() -> None:
    quiet = desired_host(policy(alerts=[]), CREDENTIALS)
    changes = plan("relay1", quiet, deployed(TREE))
    assert [c.action for c in changes if c.id == EMERGENCY] == ["delete"]
    assert [c.before for c in changes if c.id == EMERGENCY] == [SECRET]
    assert ("unit", TIMER, "update", "disabled, inactive") in short(quiet, deployed(TREE))


def test_a_postfix_of_somebody_else_is_told_apart() -> None:
    assert not bare(TREE).foreign
    assert not deployed(TREE).foreign
    assert replace(deployed(TREE), applied=None).foreign
