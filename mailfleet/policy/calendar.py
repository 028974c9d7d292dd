"""systemd's calendar events, as systemd.time(7) has them: what can be one."""

import re

_PART = r"(?:\*|\d+(?:\.\d+)?(?:\.\.\d+(?:\.\d+)?)?)(?:/\d+(?:\.\d+)?)?"
_LIST = rf"{_PART}(?:,{_PART})*"
_DAY = "(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)"
_DAYS = rf"{_DAY}(?:(?:\.\.|-|,){_DAY})*"
_DATE = rf"(?:{_LIST}-)?{_LIST}[-~]{_LIST}"
_TIME = rf"{_LIST}:{_LIST}(?::{_LIST})?"
_WORD = (
    "(?:minutely|hourly|daily|weekly|monthly|quarterly|semi-?annually|bi-?annually|annually|yearly)"
)
_ZONE = r"(?:UTC|[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+)"
_EVENT = re.compile(
    rf"(?:{_WORD}|{_DAYS}|(?:{_DAYS},? )?(?:{_DATE}(?: {_TIME})?|{_TIME}))(?: {_ZONE})?",
    re.IGNORECASE,
)
_CRON = re.compile(r"\S+( \S+){4}|@(hourly|daily|weekly|monthly|yearly|annually|midnight|reboot)")


def calendar_event(value: str) -> str:
    """A calendar event of systemd's. Its numbers, and whether it ever comes, each host's own
    systemd judges before a change."""
    if _EVENT.fullmatch(value):
        return value
    cron = "; this is cron's form: */15 * * * * is *:0/15" if _CRON.fullmatch(value) else ""
    raise ValueError(
        f"found {value!r}, expected a systemd calendar event such as hourly, *:0/15 or "
        f"Mon..Fri 08:00{cron}"
    )
