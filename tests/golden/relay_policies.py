"""Golden policies of relay hosts."""

from tests.golden.golden import DOMAIN, FOURTH, SES, SUB, THIRD, Golden, Text, domain
from tests.support.whole_account import SECOND

SENDERS = f"senders=['shop@{DOMAIN}', 'news-*@{DOMAIN}']"
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
