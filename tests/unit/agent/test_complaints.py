"""What Postfix says of things that are not staged is no reason to refuse a deploy."""

import pytest

from agent.host.complaints import objection

STAGE = "/var/lib/mailfleet/stage"
SCRIPT = "postfix/postfix-script: warning"
# As Postfix 3.7 and 3.10 said them, with exit status 0.
NOISE = [
    f"{SCRIPT}: /var/spool/postfix/etc/resolv.conf and /etc/resolv.conf differ",
    f"{SCRIPT}: /var/spool/postfix/lib/libnss_dns.so and /lib/libnss_dns.so differ",
    f"{SCRIPT}: not owned by root: /var/spool/postfix/.",
    f"{SCRIPT}: group or other writable: /var/lib/postfix/.",
    f"{SCRIPT}: not owned by postfix: /var/spool/postfix/maildrop",
    f"{SCRIPT}: group or other writable: /etc/postfix/./main.cf",
    f"{SCRIPT}: not owned by root: /var/lib/mailfleet/stage/./main.cf.bak",
    f"{SCRIPT}: symlink leaves directory: /var/lib/mailfleet/stage/./old/x",
    f"{SCRIPT}: damaged message: corrupt/3F2A1",
    f"{SCRIPT}: /usr/lib/sendmail and /usr/sbin/sendmail differ",
    f"{SCRIPT}: Replace one by a symbolic link to the other",
    "postfix: warning: inet_protocols: disabling IPv6 name/address support: Address family not "
    "supported by protocol",
    "/usr/sbin/postconf: fatal: /etc/postfix/main.cf, line 9: missing '=' after attribute name",
    "/usr/sbin/postconf: warning: /etc/postfix/master.cf: undefined parameter: own",
    "postfix/postfix-script: Warnung: Zugriff auf /var/spool/postfix/etc verweigert",
    "updating /etc/hosts => /var/spool/postfix//etc/hosts",
    "find: '/var/spool/postfix/etc': Keine Berechtigung",
    "postsuper: warning: bogus file name: maildrop/.nfs0001",
]  # fmt: skip
REASONS = [
    "postconf: warning: /var/lib/mailfleet/stage/main.cf: unused parameter: foo=bar",
    "postconf: warning: /var/lib/mailfleet/stage/main.cf, line 9: overriding earlier entry: biff=x",
    "postconf: warning: /var/lib/mailfleet/stage/master.cf: undefined parameter: own",
    'postconf: warning: /var/lib/mailfleet/stage/main.cf: support for parameter "smtp_use_tls" '
    'will be removed; instead, specify "smtp_tls_security_level"',
    f"{SCRIPT}: group or other writable: "
    "/var/lib/mailfleet/stage/./destinations",
]  # fmt: skip


@pytest.mark.parametrize("line", NOISE)
def test_what_is_not_staged_is_no_reason(line: str) -> None:
    assert objection("postfix check", 0, f"{line}\r\n", STAGE, ["main.cf", "destinations"]) == ""


@pytest.mark.parametrize("line", REASONS)
def test_what_is_staged_is_one_and_said_once(line: str) -> None:
    said = "\r\n".join([NOISE[0], line, line, NOISE[1]])
    assert objection("postfix check", 0, said, STAGE, ["main.cf", "destinations"]) == line


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("postfix: fatal: bad boolean configuration: soft_bounce = maybe",) * 2,
        ("postsuper: fatal: scan_dir_push: open directory maildrop: Permission denied",) * 2,
        (f"{NOISE[0]}\npostfix: fatal: unknown inet_protocols value", "postfix: fatal: unknown "
         "inet_protocols value"),
        (f"{REASONS[0]}\nsomething else", REASONS[0]),
        ("Killed", "Killed"),
        ("", "postfix check failed with status 1"),
    ],
)  # fmt: skip
def test_a_command_that_fails_is_one_whatever_it_speaks_of(said: str, reason: str) -> None:
    assert objection("postfix check", 1, said, STAGE, []) == reason
