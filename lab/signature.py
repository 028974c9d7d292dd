"""Whether received mail bears a DKIM signature of its own From domain, as receivers check it."""

from collections.abc import Callable
from email import message_from_bytes
from email.utils import parseaddr

import dkim
from dns.exception import DNSException
from dns.resolver import Resolver

from lab.state import Dns


def aligned_signature(message: bytes, dns: Dns) -> str | None:
    """The domain of a signature that verifies and is aligned with From; None when there is none.

    Aligned is the From domain itself or a parent of it (RFC 7489 section 3.1.1, relaxed, without
    a list of public suffixes).
    """
    mail = message_from_bytes(message)
    sender = parseaddr(mail["From"])[1].rpartition("@")[2].lower()
    signatures = mail.get_all("DKIM-Signature", [])
    for number, signature in enumerate(signatures):
        domain = _tag(signature, "d")
        aligned = sender == domain or sender.endswith(f".{domain}")
        if aligned and dkim.DKIM(message).verify(number, dnsfunc=txt_look_up(dns)):
            return domain
    return None


def txt_look_up(dns: Dns) -> Callable[..., bytes | None]:
    """dkimpy's way to ask for a TXT record, asking the lab's DNS."""
    resolver = Resolver(configure=False)
    resolver.nameservers, resolver.port = [dns.address], dns.port

    def look_up(name: bytes, timeout: float = 5) -> bytes | None:
        try:
            (record,) = resolver.resolve(name.decode(), "TXT", lifetime=timeout)
        except DNSException:
            return None
        return b"".join(record.strings)

    return look_up


def _tag(signature: str, name: str) -> str:
    tags = (part.partition("=") for part in "".join(signature.split()).split(";"))
    return next((value.lower() for key, _, value in tags if key == name), "")
