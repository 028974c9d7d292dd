"""Postfix's parameters as main.cf spells them."""

import re

_SETTING = re.compile(r"([^\s=#][^\s=]*)\s*=\s*(.*)", re.DOTALL)


def postfix_parameters(text: str) -> dict[str, str]:
    """Parameter names and values, in the order of `text`; the last of several settings counts.

    As postconf(5) has it: a line that starts with white space continues the one before it, empty
    lines and comments in between do not end it. A continued value is shown with single spaces.
    """
    logical: list[list[str]] = []
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line[0].isspace() and logical:
            logical[-1].append(line.strip())
        else:
            logical.append([line.strip()])
    found: dict[str, str] = {}
    for parts in logical:
        setting = _SETTING.fullmatch(" ".join(parts))
        if setting:
            found[setting[1]] = setting[2].strip()
    return found
