"""The terms of an SPF record, as RFC 7208 section 12 writes them."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import AfterValidator

# c, r and t are for the text that `exp` leads to (section 7.2)
_MACRO = r"%(?:\{[slodiphv]\d*r?[.\-+,/_=]*\}|[%_-])"
_MACRO_STRING = re.compile(rf"(?:{_MACRO}|[!-$&-~])*", re.IGNORECASE)
_DOMAIN_SPEC = re.compile(
    rf"(?:{_MACRO}|[!-$&-~])*(?:{_MACRO}|\.(?!-)(?!\d+\.?$)[a-z0-9-]*[a-z0-9]\.?)", re.IGNORECASE
)
_DIRECTIVE = re.compile(
    r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::(.*?))?((?:/\d+)?(?://\d+)?)",
    re.IGNORECASE | re.ASCII,
)
_MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(.*)", re.I)
_CIDR = re.compile(r"(?:/(\d|[12]\d|3[0-2]))?(?://(\d|[1-9]\d|1[01]\d|12[0-8]))?")
_LENGTH = re.compile(r"0|[1-9]\d*")


@dataclass(frozen=True)
class Term:
    """A mechanism with its qualifier, or a modifier (whose qualifier is `=`).

    `value` is a domain or a network in lower case, "" where there is none.
    """

    name: str
    qualifier: str = "+"
    value: str = ""
    prefix: str = ""

    @property
    def mechanism(self) -> tuple[str, str, str]:
        """What it matches, whatever that then means."""
        return self.name, self.value, self.prefix


def parse_term(text: str) -> Term:
    """One term of a record; ValueError when it is none."""
    if modifier := _MODIFIER.fullmatch(text):
        name, value = modifier[1].lower(), modifier[2].lower()
        form = _DOMAIN_SPEC if name in ("redirect", "exp") else _MACRO_STRING
        if not form.fullmatch(value):
            raise _wrong(text)
        return Term(name, "=", value.removesuffix("."))
    found = _DIRECTIVE.fullmatch(text)
    if not found or not _is_whole(found[2].lower(), found[3], found[4]):
        raise _wrong(text)
    value = (found[3] or "").lower().removesuffix(".")
    return Term(found[2].lower(), found[1] or "+", value, found[4])


def _is_whole(name: str, value: str | None, prefix: str) -> bool:
    """Whether a mechanism has what it needs after its name, and nothing else."""
    if name in ("ip4", "ip6"):
        return value is not None and _is_network(name, value + prefix)
    if value is None:
        domain = name in ("all", "a", "mx", "ptr")
    else:
        domain = name != "all" and _DOMAIN_SPEC.fullmatch(value) is not None
    return domain and (not prefix or (name in ("a", "mx") and bool(_CIDR.fullmatch(prefix))))


def _is_network(name: str, network: str) -> bool:
    kind = IPv4Network if name == "ip4" else IPv6Network
    try:
        kind(network, strict=False)
    except ValueError:
        return False
    return "/" not in network or _LENGTH.fullmatch(network.rpartition("/")[2]) is not None


def _wrong(text: str) -> ValueError:
    return ValueError(f"found {text!r}, expected an SPF term such as include:sendgrid.net")


def spf_terms(value: str) -> str:
    """What a provider asks for: mechanisms that pass, with a space between them."""
    for text in value.split():
        term = parse_term(text)
        if term.qualifier != "+" or term.name in ("all", "ptr"):
            # RFC 7208 section 5.5: ptr should not be used any more
            raise ValueError(
                f"found {text!r}, expected a mechanism that lets a provider's servers pass, "
                "such as include:sendgrid.net"
            )
    return " ".join(text.removeprefix("+") for text in value.split())


SpfTerms = Annotated[str, AfterValidator(spf_terms)]
