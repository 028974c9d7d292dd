"""tests/verify, which users run against production, passes on the fleet and sees what is wrong."""

from tests.support.fleet import Fleet
from tests.support.fleet_commands import verify


def test_a_deployed_fleet_passes(deployed: Fleet) -> None:
    run = verify(deployed, "-v")
    assert run.status == 0, run.output
    assert "FAILED" not in run.output
    for relay in deployed.relays:
        assert f"test_postfix_runs_what_is_on_disk[{relay}] PASSED" in run.output
    assert "test_the_identity_is_verified[shop.example] PASSED" in run.output


BY_HAND = {
    "postconf -e smtp_tls_security_level=may": "main.cf was changed by hand",
    "systemctl stop postfix": "postfix.service does not run",
    "systemctl disable --now check-mail-logs.timer": "check-mail-logs.timer is disabled",
    "chmod 644 /etc/postfix/sasl_passwd": "/etc/postfix/sasl_passwd 644 root root",
    "sed -i /email-smtp/d /etc/postfix/sasl_passwd": "no credential for [email-smtp",
    "echo '{}' > /var/lib/mailfleet/loaded": "Postfix has never loaded what mailfleet wrote",
    "postconf -e ses_destination_concurrency_limit=50": "ses_destination_concurrency_limit is 50",
    "postconf -P ses/unix/smtp_reply_filter=": "its smtp_reply_filter is ''",
    "sed -i s/^ses/second/ /etc/postfix/destinations": "@shop.example leaves by None",
    "echo choice1.0 second >> /etc/postfix/switch": "a switch has not been loaded",
    "postconf -e default_transport=ses": "default_transport is ses: anybody may send",
    "rm /etc/systemd/system/postfix*.d/*; systemctl daemon-reload": "postfix.service has "
    "Restart=no: a crashed Postfix stays down",
    "echo >> /usr/local/bin/check_mail_logs": "/usr/local/bin/check_mail_logs was changed by hand",
}


def test_a_host_changed_by_hand_fails_with_sentences(deployed: Fleet) -> None:
    deployed.ssh("relay2", "; ".join(BY_HAND))
    run = verify(deployed)
    assert run.status == 1, run.output
    for sentence in BY_HAND.values():
        assert sentence in run.output
    assert "[relay1]" not in run.output
    assert deployed.deploy("-y").status == 0
    assert deployed.plan() == []
