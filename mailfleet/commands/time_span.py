"""Time spans as commands are given them: 30m, 12h, 2d."""

import re

import click

_UNITS = {"m": 60, "h": 3600, "d": 86400}


def seconds_of(text: str) -> int:
    """ValueError for anything else than a time span."""
    match = re.fullmatch(r"(\d{1,6})([mhd])", text)
    if not match or not int(match[1]):
        raise ValueError(f"found {text!r}, expected a time span such as 30m, 12h or 2d")
    return int(match[1]) * _UNITS[match[2]]


class _TimeSpan(click.ParamType):  # type: ignore[type-arg]
    name = "time span"

    def convert(
        self, value: object, parameter: click.Parameter | None, context: click.Context | None
    ) -> int:
        try:
            return value if isinstance(value, int) else seconds_of(str(value))
        except ValueError as mistake:
            self.fail(str(mistake), parameter, context)


TIME_SPAN = _TimeSpan()
