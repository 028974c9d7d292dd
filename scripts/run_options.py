"""Write the tables in docs/run-options.md from the declarations in mailfleet/run/options.py.

    python -m scripts.run_options

tests/unit/run/test_options.py fails while the page differs.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mailfleet.run.option import Option
from mailfleet.run.options import DECLARED

PAGE = Path(__file__).resolve().parents[1] / "docs/run-options.md"
BEGIN = "## Options of a run\n"


def page(text: str) -> str:
    """The page with its tables as they are now."""
    run = [option for option in DECLARED.values() if option.pages]
    settings = [option for option in DECLARED.values() if not option.pages]
    return (
        f"{text[: text.index(BEGIN)]}{BEGIN}\n{table(run)}\n"
        f"## Settings of an inventory\n\n{table(settings)}"
    )


def table(options: Iterable[Option[Any]]) -> str:
    rows = [
        (
            f"`{option.name}`",
            option.values,
            option.shown_default and f"`{option.shown_default}`",
            ", ".join(f"`{name}`" for name in option.pages) or "all",
            option.help,
        )
        for option in options
    ]
    heading = ("name", "value", "default", "read by", "")
    return "".join(f"| {' | '.join(row)} |\n" for row in (heading, ("---",) * 5, *rows))


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
