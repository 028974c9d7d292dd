"""What a configuration leads to is what its own main.cf and master.cf name, wherever that lies."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.host import common, lint
from agent.host.configuration import Configuration, understood
from agent.host.lint import faults

MAIN = """\
    default_transport = error:5.7.1 nobody
    sender_dependent_default_transport_maps = texthash:$config_directory/destinations
    smtp_sasl_auth_enable = yes
"""
MASTER = "ses unix - - n - - smtp\n"
POSTCONF = """\
#!/bin/sh
case "$3" in
-nx|-Px) test "$3" = -nx && name=main.cf || name=overrides
    test -e "$2/$name" && sed "s,\\$config_directory,$2,g; s/^ *//" "$2/$name" ;;
-M) cat "$2/master.cf" ;;
-m) printf 'hash\\npcre\\ntexthash\\n' ;;
-h) echo "$2" ;;
esac
"""
Configure = Callable[..., Configuration]


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """A directory with the usual configuration and further files, as Postfix understands it."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "postconf").write_text(POSTCONF)
    (programs / "postconf").chmod(0o755)
    monkeypatch.setattr(lint, "run_at_terminal", lambda *_: (1, ""))
    monkeypatch.setitem(common._ENVIRONMENT, "PATH", f"{programs}:/usr/bin:/bin")
    directory = tmp_path / "stage"
    directory.mkdir()

    def configured(main: str = "", **files: str) -> Configuration:
        texts = {
            "main.cf": textwrap.dedent(MAIN) + main,
            "master.cf": MASTER,
            "sasl_passwd": "[smtp.example.net]:587 user:word\n",
            "destinations": "ses ses:[smtp.example.net]:587\n",
            **{name.replace("__", "."): text for name, text in files.items()},
        }
        for name, text in texts.items():
            (directory / name).write_text(text)
        (directory / "sasl_passwd").chmod(0o600)
        return understood(str(directory))

    return configured


ROUTE = "* elsewhere:[mx.example.org]:25\n"


@pytest.mark.case("hosts-16")
@pytest.mark.parametrize("name", ["transport", "main__cf__bak", "main__cf__dpkg-old", "ldap__cf"])
def test_a_leftover_file_leads_nowhere(configure: Configure, name: str) -> None:
    found = configure(**{name: f"content_filter = smtp-amavis:[127.0.0.1]:10024\n{ROUTE}"})
    assert found.routes == {("ses", "[smtp.example.net]:587")}


@pytest.mark.case("hosts-16")
@pytest.mark.parametrize(
    "named",
    [
        "transport_maps = texthash:$config_directory/lines",
        "transport_maps = texthash:/etc/postfix/lines",
        "transport_maps = hash:/etc/postfix/lines",
        "transport_maps = proxy:hash:$config_directory/lines",
        "transport_maps = inline:{a=b}, pipemap:{static:x,unionmap:{texthash:/etc/postfix/lines}}",
        "header_checks = pcre:/etc/postfix/lines",
        "smtpd_sender_restrictions = check_sender_access hash:/etc/postfix/lines, reject",
        "smtpd_sender_restrictions = check_sender_access { hash:/etc/postfix/lines, search_order }",
        "transport_maps = texthash:{elsewhere}/lines",
    ],
)
def test_a_table_counts_that_main_cf_names(
    configure: Configure, tmp_path: Path, named: str
) -> None:
    """In /etc/postfix, of which a copy is staged, and anywhere else."""
    named = named.replace("{elsewhere}", str(tmp_path))
    (tmp_path / "lines").write_text(ROUTE if str(tmp_path) in named else "")
    found = configure(f"{named}\n", lines="" if str(tmp_path) in named else ROUTE)
    assert ("elsewhere", "[mx.example.org]:25") in found.routes
    said = [fault for fault in faults(str(tmp_path / "stage")) if "elsewhere" in fault]
    assert "lines: mail goes to the transport elsewhere, which" in "".join(said)


def test_a_table_counts_that_master_cf_names(configure: Configure) -> None:
    found = configure(overrides="ses/unix/transport_maps = hash:/etc/postfix/x\n", x=ROUTE)
    assert ("elsewhere", "[mx.example.org]:25") in found.routes


def test_a_comment_leads_nowhere_and_a_continued_line_does(configure: Configure) -> None:
    main = "transport_maps = texthash:/etc/postfix/lines\n"
    lines = "# a old:[a.example]:25\n  # b old:[b.example]:25\nc\n   new:[c.example]:25\n"
    assert ("new", "[c.example]:25") in configure(main, lines=lines).routes
    assert "old" not in {transport for transport, _ in configure(main, lines=lines).routes}


def test_credentials_are_no_routes(configure: Configure) -> None:
    main = "smtp_sasl_password_maps = texthash:/etc/postfix/sasl_passwd\n"
    found = configure(main, sasl_passwd="user:[mx.example.org]:25 name:word\n")
    assert found.routes == {("ses", "[smtp.example.net]:587")}
