"""Policies and what there is before them: together, everything that a policy can say.

A policy is written as in group_data. Wherever DOMAIN and FLEET stand in it, the name of the policy
itself comes: each has a domain, a hosted zone and a fleet of its own, whose names never change.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.golden import starts
from tests.support.whole_account import SECOND

DOMAIN, FLEET = "domain.example", "thefleet"
Start = Callable[[Any], None]


@dataclass(frozen=True)
class Text:
    """The parts of a policy, as text; empty ones are the usual: the domain, and SES."""

    domains: str = ""
    providers: str = ""
    more: str = ""


@dataclass(frozen=True)
class Golden:
    """`policy` is what is deployed, with `arguments`, by `program`. Before that the account was
    made as the functions of `before` make it, `earlier` was deployed, and those of `by_hand` were
    called. `priced` is False where the announced number of calls is known to be wrong. `dry`: a dry
    run comes before, as takes its time. `hosts_only`: at AWS it is as another one.

    Of the relay hosts: how many there are, what SES allows by provider, and whom it has verified.
    """

    name: str
    policy: Text = Text()
    before: Sequence[Start] = ()
    earlier: Text | None = None
    by_hand: Sequence[Start] = ()
    arguments: Sequence[str] = ()
    program: str = "deploy.py"
    priced: bool = True
    dry: bool = False
    hosts_only: bool = False
    relays: int = 1
    quotas: Mapping[str, float] = field(default_factory=lambda: {"ses": 14})
    verified: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def domain(self) -> str:
        return f"{self.name}.example"

    def named(self, text: str) -> str:
        """A part of a policy, with the names that are this one's."""
        return text.replace(DOMAIN, self.domain).replace(FLEET, self.name)


SES = "Ses('us-east-1')"
BOTH = f"{SES}, Ses({SECOND!r}, name='second')"
THIRD = (
    "Smtp('smtp.third.example', name='third', username='u', password=secret('aws:third'), "
    "spf='ip4:192.0.2.1', dkim={'s1._domainkey': 's1.third.example'})"
)
FOURTH = (
    "Smtp('smtp.fourth.example:2525', name='fourth', username='u', "
    "password=secret('ssm:/mail/fourth'), connections=4)"
)
SUB = "sub.domain.example"
ALSO_SECOND = f"Route(senders=['eu@{DOMAIN}'], via='second')"
DEEP = ("--data", "read=deep")


def domain(more: str = "", name: str = DOMAIN) -> str:
    return f"Domain({name!r}, {more})"


def one(said: str = "", **parts: str) -> Text:
    return Text(domains=domain(said), **parts)


FIRST = [
    Golden("first", dry=True),
    Golden("nothing-to-do", earlier=Text()),
    Golden(
        "usual",
        Text(
            providers=f"{SES}, {THIRD}",
            more=f"admin='ops@{DOMAIN}', alerts=[EmailAlert('ops@{DOMAIN}', via='third'), "
            "EmailAlert('ops@elsewhere.example', via='third')], account='@aws/lab'",
        ),
    ),
]

OWNERS = [
    Golden("foreign-identity", dry=True, before=[starts.identity()]),
    Golden(
        "adopted-identity",
        one("adopt=True"),
        before=[starts.identity(), starts.record("_dmarc", "TXT", '"v=DMARC1; p=reject"')],
    ),
    Golden("foreign-dmarc", before=[starts.record("_dmarc", "TXT", '"v=DMARC1; p=reject"')]),
    Golden(
        "foreign-record",
        Text(providers=f"{SES}, {THIRD}", more=f"routes=[Route('third', senders=['@{DOMAIN}'])]"),
        before=[starts.record("s1._domainkey", "CNAME", "s1.fourth.example.")],
    ),
    Golden(
        "overridden",
        Text(more=f"addresses=[Address('bills@{DOMAIN}', adopt=True)]"),
        before=[starts.identity("noreply@"), starts.identity("bills@")],
    ),
    Golden("foreign-address", Text(more=f"addresses=[Address('bills@{DOMAIN}')]"),
           before=[starts.identity("bills@")]),
    Golden(
        "edited-by-hand",
        earlier=Text(),
        by_hand=[
            starts.record("_dmarc", "TXT", '"v=DMARC1; p=none; pct=50"'),
            starts.no_mail_from,
            starts.untagged,
        ],
    ),
    Golden("records-gone", earlier=Text(), by_hand=[starts.no_records]),
    Golden("key-gone", earlier=Text(), by_hand=[starts.no_key]),
    Golden("secret-spoilt", earlier=Text(), by_hand=[starts.spoilt_secret]),
    Golden(
        "strange-keys",
        before=[starts.user_with_key],
    ),
]  # fmt: skip

DMARC = (
    f"dmarc=Dmarc('reject', rua='d@{DOMAIN}', subdomains='quarantine', percent=50, dkim='strict', "
    "spf='strict')"
)
MAIL_FROM = f"mail_from='m.{DOMAIN}', on_mx_failure='REJECT_MESSAGE'"
SENDERS = f"senders=['shop@{DOMAIN}', 'news-*@{DOMAIN}']"

DNS = [
    Golden(
        "spf-and-dkim",
        Text(providers=f"{SES}, {THIRD}",
             more=f"routes=[Route('third', senders=['list@{DOMAIN}'])]"),
        before=[
            starts.record("", "TXT", '"v=spf1 mx ip4:192.0.2.9 -all"', '"verification=1"'),
            starts.record("", "MX", "10 mx.elsewhere.example."),
            starts.record("www", "CNAME", "elsewhere.example."),
        ],
    ),
    Golden(
        "spf-removed",
        Text(providers=f"{SES}, {THIRD}", more="routes=[Route('ses')]"),
        before=[starts.record("", "TXT", '"v=spf1 mx -all"')],
        earlier=Text(providers=f"{SES}, {THIRD}",
                     more=f"routes=[Route('third', senders=['list@{DOMAIN}'])]"),
        arguments=["--data", "remove_unlisted=yes", "--data", "many_changes=yes"],
    ),
    Golden(
        "dmarc-in-full",
        Text(
            f"{domain(DMARC)}, "
            f"Domain({SUB!r}, zone={DOMAIN!r}), "
            f"Domain('other.{DOMAIN}', zone={DOMAIN!r}, dmarc=None)"
        ),
        earlier=Text(),
    ),
    Golden(
        "mail-from",
        Text(
            f"{domain(MAIL_FROM)}, "
            f"Domain({SUB!r}, zone={DOMAIN!r}, mail_from=None)"
        ),
        earlier=Text(f"{domain()}, Domain({SUB!r}, zone={DOMAIN!r})"),
    ),
    Golden("chosen-zone", one("zone_id='ZCHOSEN'"), before=[starts.second_zone]),
    Golden(
        "zone-of-another-account",
        Text(f"{domain()}, Domain('dns-{DOMAIN}', zone_account='@aws/dns')",
             more="account='@aws/lab'"),
        by_hand=[starts.other_account],
    ),
    Golden(
        "absent",
        Text(f"{domain()}, Domain({SUB!r}, zone={DOMAIN!r}, absent=True)"),
        before=[starts.record("sub", "TXT", '"v=spf1 mx -all"', '"x"')],
        earlier=Text(
            f"{domain()}, Domain({SUB!r}, zone={DOMAIN!r}, dmarc=Dmarc('reject'))",
            f"{SES}, {THIRD}", f"routes=[Route('third', senders=['list@{SUB}'])]",
        ),
    ),
    Golden("unlisted", earlier=Text(f"{domain()}, Domain({SUB!r}, zone={DOMAIN!r})")),
]  # fmt: skip

DKIM = [
    Golden("own-key", one("dkim=Byodkim('mf1')")),
    Golden("own-key-in-two-regions",
           one("dkim=Byodkim('mf1')", providers=BOTH, more=f"routes=[{ALSO_SECOND}]")),
    Golden("re-key", one("dkim=Byodkim('mf1')"), dry=True, earlier=Text()),
    Golden("re-key-again", one("dkim=Byodkim('mf2')"), earlier=one("dkim=Byodkim('mf1')")),
    # The call that asks SES for other keys of its own is announced twice, and made once.
    Golden("back-to-easy", one("dkim=EasyDkim()"), earlier=one("dkim=Byodkim('mf1')"),
           priced=False),
    Golden("key-length", one("dkim=EasyDkim(key_length=1024)"), earlier=Text(), arguments=DEEP,
           priced=False),
    Golden("replicas", one("dkim=EasyDkim(parent='us-east-1')", providers=BOTH,
                           more=f"routes=[{ALSO_SECOND}]")),
    Golden("replicas-later",
           one("dkim=EasyDkim(parent='us-east-1')", providers=BOTH, more=f"routes=[{ALSO_SECOND}]"),
           earlier=Text(providers=BOTH, more=f"routes=[{ALSO_SECOND}]")),
]  # fmt: skip

ACCOUNT, OTHER, ROLE = "210987654321", "111111111111", "arn:aws:iam::210987654321:role/News"
SETS = (
    "pools=[DedicatedPool('FLEET-a'), DedicatedPool('FLEET-b', scaling='MANAGED')], "
    "configuration_sets=[ConfigurationSet('FLEET', pool='FLEET-a', tls='REQUIRE', "
    "reputation_metrics=False, suppression=['BOUNCE'], sending=False)], configuration_set='FLEET'"
).replace("FLEET", FLEET)
FEWER = (
    "pools=[DedicatedPool('FLEET-a', scaling='MANAGED')], configuration_sets=["
    "ConfigurationSet('FLEET', tls='OPTIONAL', suppression=[], sending=True)]"
).replace("FLEET", FLEET)
ADOPTED = (
    "pools=[DedicatedPool('FLEET-old', scaling='MANAGED', adopt=ADOPT)], configuration_sets=["
    "ConfigurationSet('FLEET-old', pool='FLEET-old', tls='REQUIRE', adopt=ADOPT)]"
).replace("FLEET", FLEET)
SETTINGS = (
    "account=SesAccount(suppression=['COMPLAINT'], vdm=True, production=ProductionAccess("
    "'TRANSACTIONAL', website='https://shop.example', use_case='Receipts.', "
    "contacts=['ops@example.net'], language='JA'))"
)

FURNISHED = Text(
    one(f"adopt=True, configuration_set={FLEET!r}, delegates=[Delegate('222222222222'), "
        "Delegate('333333333333')]").domains,
    f"{SES}, Ses({SECOND!r}, name='second', account=SesAccount(suppression=['BOUNCE'], vdm=True, "
    "production=ProductionAccess('TRANSACTIONAL', website='https://shop.example', "
    "use_case='Receipts.')), pools=[DedicatedPool('FLEET'), DedicatedPool('FLEET-old', "
    "scaling='MANAGED', adopt=True)], configuration_sets=[ConfigurationSet('FLEET', pool='FLEET'), "
    "ConfigurationSet('FLEET-old', adopt=True, tls='REQUIRE', reputation_metrics=False, "
    f"suppression=['BOUNCE'], sending=False)]), {THIRD}".replace("FLEET", FLEET),
    f"addresses=[Address('bills@{DOMAIN}')], routes=[{ALSO_SECOND}, "
    f"Route(senders=['list@{DOMAIN}'], via='third')]",
)  # fmt: skip

SES_SETTINGS = [
    Golden("furnished", FURNISHED, dry=True, before=[starts.furnished]),
    Golden(
        "delegates",
        one(f"delegates=[Delegate({ACCOUNT!r}), "
            f"Delegate({ROLE!r}, from_addresses=['news-*@{DOMAIN}'])]",
            more=f"addresses=[Address('bills@{DOMAIN}', delegates=[Delegate({OTHER!r})], "
            f"configuration_set={FLEET!r})]"),
    ),
    Golden(
        "delegates-changed",
        one(f"delegates=[Delegate({ACCOUNT!r}, from_addresses=['a@{DOMAIN}']), "
            f"Delegate({OTHER!r})]"),
        earlier=one(f"delegates=[Delegate({ACCOUNT!r}), Delegate({ROLE!r})]"),
    ),
    Golden("delegates-gone", one("delegates=[]"),
           earlier=one(f"delegates=[Delegate({ACCOUNT!r})]")),
    Golden("delegates-unsaid", earlier=one(f"delegates=[Delegate({ACCOUNT!r})]"), arguments=DEEP),
    Golden("configuration-sets", Text(providers=f"Ses('us-east-1', {SETS})")),
    Golden(
        "configuration-sets-changed",
        one(f"configuration_set={FLEET!r}", providers=f"Ses('us-east-1', {FEWER})"),
        earlier=Text(providers=f"Ses('us-east-1', {SETS})"),
        arguments=DEEP,
    ),
    Golden(
        "foreign-sets",
        Text(providers=f"Ses('us-east-1', {ADOPTED.replace('ADOPT', 'False')})"),
        before=[starts.sets],
    ),
    Golden(
        "adopted-sets",
        Text(providers=f"Ses('us-east-1', {ADOPTED.replace('ADOPT', 'True')})"),
        before=[starts.sets],
    ),
    Golden(
        "account-settings",
        Text(providers=f"Ses({SECOND!r}, {SETTINGS})"),
        before=[starts.sandbox],
    ),
    Golden("new-access-key", earlier=Text(), program="rotate.py", dry=True),
]  # fmt: skip

MANY = f"{SES}, {THIRD}, {FOURTH}"
RELAYS = [
    Golden(
        "weights-and-fallbacks",
        Text(
            f"{domain()}, Domain({SUB!r}, zone={DOMAIN!r})",
            f"Ses('us-east-1', rate=100, messages_per_connection=50), Ses({SECOND!r}, "
            f"name='second', connections=7), {THIRD}, "
            + FOURTH.replace("connections=4", "rate=0.5, spf='ip4:192.0.2.7'"),
            f"routes=[Route({{'ses': 9, 'third': 1}}, fallback=['third', 'fourth']), "
            f"Route('third', senders=['@{SUB}', 'list@{DOMAIN}'], fallback='ses'), "
            f"Route('second', senders=['eu@{DOMAIN}', 'news@elsewhere.example'])], "
            "addresses=[Address('news@elsewhere.example')], "
            "relay=Relay(rtt=0.1)",
        ),
        relays=3,
        quotas={},
    ),
    Golden(
        "anybody-verified",
        Text(
            providers=f"{SES}, {THIRD}",
            more="routes=[Route('ses', senders='verified', fallback='third'), Route('third')]",
        ),
        verified={"ses": ("@elsewhere.example", "someone@third.example")},
    ),
    Golden(
        "rewritten",
        Text(
            f"{domain(SENDERS)}, "
            f"Domain({SUB!r}, zone={DOMAIN!r})",
            f"{SES}, {THIRD}",
            "routes=[Route('third', senders=['@elsewhere.example'])], "
            "relay=Relay(rewrite_from=True)",
        ),
    ),
    Golden(
        "watched",
        hosts_only=True,
        policy=Text(
            providers=f"{SES}, {THIRD}",
            more="alerts=[EmailAlert('ops@elsewhere.example', via='third')], "
            "relay=Relay(soft_bounce=False, provider_failover=True, adopt=True, "
            "check_logs='*:0/5', returned=Returned(days=7, megabytes=20))",
        ),
        earlier=Text(),
    ),
    Golden(
        "from-the-first-byte",
        hosts_only=True,
        policy=Text(
            providers=f"{SES}, Smtp('smtp.third.example:465', name='third', username='u', "
            "password=secret('env:THIRD'), ca='/etc/ssl/third.pem'), "
            "Smtp('smtp.fourth.example:2465', name='fourth', username='u', tls='wrapper', "
            "password=secret('file:/etc/fourth'), connections=4, messages_per_connection=20)",
            more=f"routes=[Route('third', senders=['a@{DOMAIN}']), "
            f"Route('fourth', senders=['b@{DOMAIN}'])], "
            "alerts=[EmailAlert('ops@elsewhere.example', via='third')]",
        ),
    ),
    Golden(
        "dedicated",
        Text(
            f"{domain()}, Domain({SUB!r}, zone={DOMAIN!r})",
            f"{SES}, {THIRD}",
            "relay=Relay(listen='all', clients=['10.0.0.0/16', 'fd00::/64'], "
            "logins={'app': secret('aws:app'), 'shop': Login(secret('ssm:shop'), "
            f"senders=['@{SUB}', 'a@{DOMAIN}'])}}, certificate='/etc/ssl/relay.pem', "
            "port_25={'172.17.0.1': '172.17.0.0/16'})",
        ),
    ),
    Golden(
        "dedicated-without-logins",
        hosts_only=True,
        policy=Text(providers=f"{SES}, {THIRD}",
             more="relay=Relay(listen=['10.0.0.5', 'fd00::5'], clients='10.0.0.0/24')"),
        earlier=Text(
            providers=f"{SES}, {THIRD}",
            more="relay=Relay(listen='all', clients='10.0.0.0/24', "
            "logins={'app': secret('aws:app')})",
        ),
    ),
    Golden(
        "by-dedicated",
        Text(
            providers=f"{SES}, {THIRD}",
            more="relay=Relay(relay_hosts=['10.0.0.5', 'relay2.corp.example'], "
            f"tls_fingerprints=['{':'.join(['AB'] * 32)}', '{':'.join(['0C'] * 32)}'])",
        ),
        earlier=Text(providers=f"{SES}, {THIRD}",
                     more="routes=[Route({'ses': 1, 'third': 1}, fallback='third')]"),
    ),
    Golden(
        "by-dedicated-with-certificates",
        hosts_only=True,
        policy=Text(more="relay=Relay(relay_hosts='relay1.corp.example')"),
    ),
    Golden(
        "neighbours",
        hosts_only=True,
        policy=Text(more="relay=Relay(port_25={'172.17.0.1': ['172.17.0.0/16', '172.18.0.0/16'], "
                  "'10.0.0.5': '10.0.0.0/24'})"),
    ),
]  # fmt: skip

EVERY = (*FIRST, *OWNERS, *DNS, *DKIM, *SES_SETTINGS, *RELAYS)
