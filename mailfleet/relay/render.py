"""Templates of configuration files, rendered so that a value can't add other settings."""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x80-\x9f\u2028\u2029]")


def render(path: str, **values: object) -> bytes:
    """The text of the host's file at the absolute `path`, which its template is named after.

    Raises ValueError, without the value, when a value has a control character: in most of these
    files a line break would begin another setting.
    """
    return _environment.get_template(f"{path.lstrip('/')}.j2").render(**values).encode()


def _one_line(value: object) -> object:
    if _CONTROL.search(str(value)):
        raise ValueError("found a control character in a value for a configuration file")
    return value


def _postfix_value(text: str) -> str:
    """Text where Postfix replaces $name (main.cf, and the right-hand side of regexp:)."""
    return text.replace("$", "$$")


def _postfix_network(text: str) -> str:
    """A network in the form of mynetworks: IPv6 addresses in brackets (postconf(5))."""
    address, _, prefix = text.partition("/")
    return f"[{address}]/{prefix}" if ":" in address else text


_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701  configuration files, not HTML
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    finalize=_one_line,
)
_environment.filters["value"] = _postfix_value
_environment.filters["network"] = _postfix_network
_environment.filters["pattern"] = re.escape
