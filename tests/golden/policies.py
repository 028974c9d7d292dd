"""Policies and what there is before them: together, everything that a policy can say."""

from tests.golden import starts
from tests.golden.golden import (
    ALSO_SECOND,
    BOTH,
    DEEP,
    DOMAIN,
    FLEET,
    SES,
    SUB,
    THIRD,
    Golden,
    Text,
    domain,
    one,
)
from tests.golden.relay_policies import RELAYS
from tests.support.whole_account import SECOND

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
    Golden("back-to-easy", one("dkim=EasyDkim()"), earlier=one("dkim=Byodkim('mf1')")),
    Golden("key-length", one("dkim=EasyDkim(key_length=1024)"), earlier=Text(), arguments=DEEP),
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

EVERY = (*FIRST, *OWNERS, *DNS, *DKIM, *SES_SETTINGS, *RELAYS)
