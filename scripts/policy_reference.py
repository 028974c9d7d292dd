"""Write the reference in docs/policy.md from the docstrings in mailfleet/policy.

    python -m scripts.policy_reference

Each class is a heading, its docstring and a table: its fields, their defaults, and the string below
each field. tests/unit/policy/test_reference.py fails while the page differs.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mailfleet import policy

PAGE = Path(__file__).resolve().parents[1] / "docs/policy.md"
BEGIN = "## Reference\n"
CLASSES = (
    *("Mail", "Domain", "EasyDkim", "Byodkim", "Delegate", "Address", "Dmarc"),
    *("Ses", "SesAccount", "ProductionAccess", "DedicatedPool", "ConfigurationSet", "Smtp"),
    *("secret", "Route", "EmailAlert", "Relay", "Login", "Returned", "Gate"),
)
_INTRODUCTION = """
Made from the docstrings in `mailfleet/policy` by `python -m scripts.policy_reference`.
"""


def page(text: str) -> str:
    """The page with the reference as it is now."""
    return text[: text.index(BEGIN)] + BEGIN + _INTRODUCTION + "".join(map(section, CLASSES))


def section(name: str) -> str:
    cls = getattr(policy, name)
    if not inspect.isclass(cls):
        return f"\n### {name}\n\n{inspect.getdoc(cls)}\n"
    found = _definition(cls)
    rows = [f"| `{field}` | {default} | {text} |" for field, default, text in fields(found)]
    head = "| field | default | |\n|---|---|---|"
    return "\n".join([f"\n### {name}\n", ast.get_docstring(found) or "", "", head, *rows, ""])


def fields(cls: ast.ClassDef) -> Iterator[tuple[str, str, str]]:
    """(name, default, docstring) of each field that a policy may give; ValueError without one."""
    for statement, following in zip(cls.body, [*cls.body[1:], ast.Pass()], strict=True):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        if "ClassVar" in ast.unparse(statement.annotation) or _is_computed(statement.value):
            continue
        match following:
            case ast.Expr(value=ast.Constant(value=str(text))):
                one_line = re.sub(r"\s+", " ", text).strip().replace("|", "\\|")
                yield statement.target.id, _default(statement.value), one_line
            case _:
                raise ValueError(
                    f"{cls.name}.{statement.target.id}: found no docstring, expected a line "
                    "below the field that says what it means"
                )


def _definition(cls: type[Any]) -> ast.ClassDef:
    module = inspect.getsourcefile(inspect.getmodule(cls) or cls) or ""
    tree = ast.parse(Path(module).read_text())
    return next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == cls.__name__)


def _is_computed(default: ast.expr | None) -> bool:
    """Whether the field is none of the constructor's."""
    return default is not None and "init=False" in ast.unparse(default)


def _default(default: ast.expr | None) -> str:
    """As it stands in the code; empty values say nothing that the docstring does not."""
    if default is None:
        return "required"
    text = ast.unparse(default).replace("'", '"')
    empty = text in ("None", "()", '""') or "default_factory" in text
    return "" if empty else f"`{text}`"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
