"""Configurations that Postfix takes and that lose mail: refused before a live file changes."""

from dataclasses import dataclass, replace

import pytest

from mailfleet.relay.agent import program
from mailfleet.relay.file import File
from mailfleet.relay.postfix import POSTFIX
from mailfleet.relay.request import apply_request
from mailfleet.relay.tree import Desired, desired_host
from tests.support.fleet import Fleet
from tests.support.host_programs import ask, state
from tests.support.relay_policy import CREDENTIALS, policy


@dataclass(frozen=True)
class Broken:
    """In a file, `old` becomes `new` (nothing: `new` is a further line); `said` is the answer."""

    name: str
    old: str
    new: str
    said: str
    file: str = "main.cf"


SES = "ses       unix  -       -       n       -       -       smtp"
NEXTHOP = "[email-smtp.us-east-1.amazonaws.com]:587"

BROKEN = [
    # `postfix check` finds the last one of these ten
    Broken("parameter", "", "smtp_tls_securty_level = secure", "unused parameter"),
    Broken("TLS level", "level = secure", "level = sekure", "level sekure, expected secure"),
    Broken("missing map", "", "smtp_header_checks = regexp:/etc/postfix/gone",
           "names regexp:/etc/postfix/gone, which is not there"),
    Broken("map type", "", "transport_maps = mysqll:/etc/passwd", "a map of type mysqll"),
    Broken("missing CA", "ca-certificates.crt", "ca-certificate.crt", "holds no certificate"),
    Broken("credential", "[email-smtp.us-east-1", "[smtp.us-east-1", "no credential for the next",
           file="sasl_passwd"),
    Broken("weaker TLS", SES, f"{SES}\n    -o smtp_tls_security_level=may",
           "the transport ses has smtp_tls_security_level may", file="master.cf"),
    Broken("limit", "ses_destination_concurrency_limit = 10",
           "ses_destination_concurrency_limit = banana", "is banana, expected a number"),
    Broken("no tlsproxy", "tlsproxy  unix", "tlsproxi  unix", "no service tlsproxy",
           file="master.cf"),
    Broken("boolean", "soft_bounce = no", "soft_bounce = maybe", "soft_bounce = maybe"),
    # and these of our own
    Broken("no transport", "default_transport = error", "default_transport = errror",
           "the transport errror, which"),
    Broken("route to nowhere", "sendgrid:[", "sendgrit:[", "the transport sendgrit",
           file="destinations"),
    Broken("no brackets", f"ses:{NEXTHOP}", "ses:email-smtp.us-east-1.amazonaws.com:587",
           "without brackets", file="destinations"),
    Broken("no AUTH", "smtp_sasl_auth_enable = yes", "smtp_sasl_auth_enable = no",
           "does not authenticate"),
    Broken("open relay", "127.0.0.0/8, [::1]/128", "0.0.0.0/0", "lets anyone send"),
    Broken("no restriction", "permit_mynetworks, reject", "permit", "not reject all other clients"),
    Broken("soft bounce for all", "soft_bounce = no", "soft_bounce = yes",
           "it would retry mail that this host rejects"),
    Broken("service twice", SES, f"{SES}\n{SES}", "service ses unix 2 times", file="master.cf"),
    Broken("no such daemon", "       tlsmgr", "       tlsmgt", "runs tlsmgt", file="master.cf"),
    Broken("no queue manager", "qmgr      unix", "qmgrx     unix", "no service qmgr",
           file="master.cf"),
    Broken("time", "queue_run_delay = 60s", "queue_run_delay = soon", "queue_run_delay is soon"),
    Broken("wrapper mode", SES, f"{SES}\n    -o smtp_tls_wrappermode=yes",
           "wrong smtp_tls_wrappermode", file="master.cf"),
    Broken("password in the clear", "", "smtp_sasl_security_options = noanonymous",
           "would send a password without TLS"),
    Broken("AUTH on port 25", "", "smtpd_sasl_auth_enable = yes", "AUTH is offered on port 25"),
    Broken("broken pattern", "", "/(unclosed/ x@example.com", "system_senders",
           file="system_senders"),
]  # fmt: skip


def broken(desired: Desired, fault: Broken) -> Desired:
    def spoil(file: File) -> File:
        if file.path != POSTFIX + fault.file or file.content is None:
            return file
        text = file.content.decode()
        assert fault.old in text
        spoilt = text.replace(fault.old, fault.new, 1) if fault.old else f"{text}{fault.new}\n"
        return replace(file, content=spoilt.encode())

    return replace(desired, files=tuple(spoil(file) for file in desired.files))


@pytest.mark.parametrize(("relay", "faults"), [("relay1", BROKEN), ("relay3", BROKEN[::3])])
def test_what_would_lose_mail_is_refused(deployed: Fleet, relay: str, faults: list[Broken]) -> None:
    """On the older Postfix each of them, on the newer one every third."""
    desired = desired_host(policy(), CREDENTIALS)
    before = deployed.fingerprint(relay)
    found = state(deployed, relay, desired)
    taken = []
    for fault in faults:
        request = apply_request(broken(desired, fault), found, "test@lab")
        answer = ask(deployed, relay, program("apply", request))
        if answer.returncode != 1 or fault.said not in answer.stderr:
            taken.append(f"{fault.name}: {answer.returncode} {answer.stderr}")
        assert len(answer.stderr.splitlines()) <= 1, answer.stderr
    assert not taken, "\n".join(taken)
    assert deployed.fingerprint(relay) == before


def test_a_credential_that_others_could_read_is_refused(deployed: Fleet) -> None:
    desired = desired_host(policy(), CREDENTIALS)
    files = tuple(replace(f, mode="644") if f.secret else f for f in desired.files)
    request = apply_request(
        replace(desired, files=files), state(deployed, "relay1", desired), "test@lab"
    )
    answer = ask(deployed, "relay1", program("apply", request))
    assert "sasl_passwd has mode 644, expected 600" in answer.stderr
