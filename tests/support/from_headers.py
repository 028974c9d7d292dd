"""From headers as they are met: from RFCs, from programs and people, and made up to deceive.

YES stands for an address that the policy allows, NO for one that it does not.
"""

import random
from collections.abc import Iterator, Sequence

YES = ("info@example.com", "INFO@Example.Com", "news-may@lists.example", "anybody@open.example")
NO = ("ceo@example.com", "CEO@EXAMPLE.COM", "root@lists.example")

SHAPES = (
    # RFC 5322 appendix A.1 to A.6, RFC 6854 section 4, RFC 2047 section 8, RFC 6532 section 3
    "NO", "<NO>", "John Doe <NO>", '"Joe Q. Public" <NO>', "Mary Smith <YES>, NO",
    'Who? <YES>, "Giant; \\"Big\\" Box" <NO>', "A Group:Ed Jones <NO>,YES,John <NO>;",
    "Undisclosed recipients:;", "Undisclosed recipients:; ", "Managing Partners:NO,YES;",
    "Pete(A nice \\) chap) <ceo(his account)@example.com(his host)>",
    "A Group(Some people)\n     :Chris Jones <ceo@(Chris's host.)example.com>,\n  NO;",
    "(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;",
    "John Doe <ceo@example. com>", "John Doe <ceo @ example . com>", "ceo . x@example.com",
    "Joe <@node1.invalid,@node2.invalid:NO>", "<@a:NO>", "Mary <NO>,, , YES", ",NO,", "YES,",
    "=?US-ASCII?Q?Keith_Moore?= <NO>", "=?ISO-8859-1?Q?Andr=E9?= Pirard <NO>",
    "=?ISO-8859-1?Q?Patrik_F=E4ltstr=F6m?= <YES>", "(=?ISO-8859-1?Q?a?=) NO",
    "=?utf-8?b?Y2VvQGV4YW1wbGUuY29t?=", "=?utf-8?b?Y2VvQGV4YW1wbGUuY29t?= <YES>",
    "=?utf-8?q?ceo=40example.com?=", "=?utf-8?q?ceo=40example.com?= <YES>",
    "=?utf-8?q?ceo?=@example.com", "<=?utf-8?q?ceo=40example.com?=>",
    "=?utf-8?b?Y2VvQGV4YW1wbGUuY29t?=@open.example",
    "news-=?utf-8?q?=20ceo=40example.com?=@lists.example",
    '"NO"@open.example', "NO@open.example", "NO, @open.example", "ceo%example.com@open.example",
    "ceo@=?utf-8?q?example?=.com",
    "=?utf-8?q?=3Cceo=40example.com=3E?= <YES>", "=?utf-8?q?x=2C_ceo=40example.com?= <YES>",
    "=?utf-8?q?=3D=3Futf-8=3Fq=3Fceo=40example.com=3F=3D?= <YES>",
    "=?utf-7?q?ceo+AEA-example.com?= <YES>", "=?iso-2022-jp?b?Y2VvQGV4YW1wbGUuY29t?= <YES>",
    "=?utf-8*en?q?ceo=40example.com?= <YES>", "=?x-unknown?q?ceo=40example.com?= <YES>",
    '"=?utf-8?q?ceo=40example.com?=" <YES>', "=?utf-8?q?ceo=40?= =?utf-8?q?example.com?= <YES>",
    "=?utf-8?b?x?= <YES>", "=?utf-8?q?a?b?= <YES>", "=?utf-8?q?x=0ABcc:_v=40e.example?= <YES>",
    "J\u00fcrgen <YES>", "J\u00fcrgen <NO>", "J\udcfcrgen <YES>", "j\u00fcrgen@example.com",
    "ceo@ex\u00e4mple.com", "ceo\uff20example.com <YES>", "ceo@example\u3002com",
    "ce\u200bo@example.com",
    # obsolete and rare addresses: RFC 3696 section 3, RFC 5321 sections 4.1.2 and 4.1.3
    '"ceo"@example.com', '"c\\eo"@example.com', 'c."e".o@example.com', '"ceo"."x"@example.com',
    '"info@example.com"@lists.example', '"YES, NO"@evil.invalid', '"NO"@evil.invalid',
    "ceo@example.com.", "ceo@.example.com", "ceo@example..com", ".ceo@example.com",
    "ceo.@example.com", "ceo@[192.0.2.1]", "ceo@[IPv6:2001:db8::1]", "ceo@[example.com]",
    "ceo@xn--example-.com", "ceo%example.com@lists.example", "example.com!ceo",
    "ceo@example.com@lists.example",
    # comments, quotes and brackets that parsers read differently
    "NO (Boss, The)", "YES (Boss, The)", "YES (NO)", "NO (YES)", "(YES) NO", "(NO) YES",
    "YES (, NO)", "YES (a (b) , NO (c))", "YES (\\), NO", "YES (\\\\), NO", "YES (unclosed, NO",
    "YES) , NO", '"a" <YES> (x, <NO>)', '"YES" <NO>', '"NO" <YES>', "'NO' <YES>", "NO <YES>",
    "YES <NO>", '"Doe, Jane" <YES>', '"x\\" <NO>, \\"" <YES>', '"x" <NO>, "', '"YES, NO',
    'YES", NO, "', '\\"NO', "<YES> <NO>", "<YES>NO", "NO<YES>", "<<NO>>", "<YES", "<NO", "NO>",
    "<>", "< >", "<> NO", "<NO,YES>", "YES NO", "YES;NO", "YES; NO", "YES:NO", "a:YES;NO",
    "YES / NO", "YES or NO", "YES\tNO", "YES|NO", "mailto:NO", "<mailto:NO>", "[NO]", "{NO}",
    "NO [x]", "\\NO", "NO\\", "&lt;NO&gt;", "\u201cNO\u201d",
    # folds, control characters, lengths
    "\n NO", "Boss\n <NO>", "YES,\n NO", "YES,\r\n\tNO", "ceo@\n example.com", "ceo\n @example.com",
    "YES\x00, NO", "YES\x00", "NO\x00", "ce\x00o@example.com", "YES\r NO", "YES\rFrom: NO",
    "YES\x0b, NO", "YES\x0cNO", "\x1b[31mNO", "YES\x7f,NO", "YES\u2028NO", "NO\u00a0", "\ufeffNO",
    "\u202eNO <YES>", "x" * 2000 + " <NO>", "YES, " * 300 + "NO", "YES, " * 300 + "YES",
    "(" * 500 + ")" * 500 + " NO", '"' + "a" * 70 + '"' + "@example.com", "b" * 65 + "@example.com",
    " ", "", ",", ";", ":", "@", "<@>", "@example.com", "ceo@", "Webform", "Cron Daemon <NO>",
    "NO (Cron Daemon)", "YES (Cron Daemon)",
    # real programs: old Outlook, mailing lists, groupware, web forms
    "'Jane Doe' via List <NO>", '"Jane Doe [mailto:NO]" <YES>', "Jane @ Shop <YES>",
    "Doe, Jane <YES>", "Dr. J. Doe, PhD <NO>", "J:D <YES>", "Jane Doe<YES>", '"Jane Doe"<NO>',
    "MAILER-DAEMON@example.com", '"/O=CORP/CN=CEO" <NO>', "IMCEAEX-_O=CORP_CN=CEO@example.com",
    '"Jane (Sales)" <YES>', "Jane (Sales) <YES>",
)  # fmt: skip

FRAGMENTS = (
    "YES", "NO", "NO", "<YES>", "<NO>", "jane@gmail.invalid", "@open.example",
    "ceo", "example.com", "Jane Doe", "@",
    "@", ",", ", ", ";", ":", "<", ">", "(", ")", '"', '"', "\\", ".", " ", "\t", "\n ", "\r\n ",
    "[", "]", "=?utf-8?q?", "?=", "=?utf-8?q?ceo=40example.com?=",
    "=?utf-8?b?PGNlb0BleGFtcGxlLmNvbT4=?=", "=40", "\x00", "\r", "\u00fc", "\udcff", "\uff20",
    "\u200b", "'", "%", "!", "(x, y)", "a:", "group:;",
)  # fmt: skip


def corpus(allowed: Sequence[str] = YES, refused: Sequence[str] = NO) -> Iterator[str]:
    """Each shape with each address."""
    for shape in SHAPES:
        for yes in allowed if "YES" in shape else allowed[:1]:
            for no in refused if "NO" in shape else refused[:1]:
                yield shape.replace("YES", yes).replace("NO", no)


def generated(number: int, seed: int = 0) -> list[str]:
    """So many headers: shapes that were cut, joined and spoilt, and fragments in any order."""
    rng = random.Random(seed)  # noqa: S311
    made = sorted(set(corpus()), key=len)[:-10]
    return [_spoilt(rng, made) if rng.random() < 0.4 else _joined(rng) for _ in range(number)]


def _joined(rng: random.Random) -> str:
    parts = rng.choices(FRAGMENTS, k=rng.randint(1, 9))
    return "".join(parts).replace("YES", rng.choice(YES)).replace("NO", rng.choice(NO))


def _spoilt(rng: random.Random, made: list[str]) -> str:
    first, second = rng.choice(made), rng.choice(made)
    cut = first[: rng.randint(0, len(first))] + second[rng.randint(0, len(second)) :]
    at = rng.randint(0, len(cut))
    return rng.choice(
        [cut, f"{first},{second}", cut[:at] + rng.choice('"()<>@,;:\\ \n') + cut[at:]]
    )
