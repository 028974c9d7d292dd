"""What every class of the policy has in common: immutable, validated, and clear when wrong."""

from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any, TypeVar, dataclass_transform

from pydantic import AfterValidator, ConfigDict, ValidationError
from pydantic.dataclasses import dataclass

from mailfleet.policy.errors import PolicyError
from mailfleet.policy.renamed import renamed_field

AsTuple = AfterValidator(tuple)  # a policy is written with lists; a frozen value holds tuples

T = TypeVar("T")
_CONFIG = ConfigDict(strict=True, extra="forbid", arbitrary_types_allowed=False)


@dataclass_transform(frozen_default=True)
def policy_class(cls: type[T]) -> type[T]:
    """Make a frozen pydantic dataclass whose constructor raises PolicyError, a sentence.

    Values of a wrong type are refused, not converted.
    """
    built: Any = dataclass(frozen=True, config=_CONFIG)(cls)
    built.__init__ = _with_clear_errors(built, built.__init__)
    built.to_json = asdict  # for pyinfra's debug-inventory
    return built  # type: ignore[no-any-return]


def _with_clear_errors(cls: type[Any], construct: Callable[..., None]) -> Callable[..., None]:
    def init(self: object, *args: Any, **kwargs: Any) -> None:
        if sentence := renamed_field(cls.__name__, kwargs):
            raise PolicyError(sentence)
        try:
            construct(self, *args, **kwargs)
        except ValidationError as report:
            raise PolicyError(_sentence(cls, report)) from None

    init.__doc__ = construct.__doc__
    return init


def _sentence(cls: type[Any], report: ValidationError) -> str:
    """The first mistake of pydantic's report, as `Class.field: found X, expected Y`."""
    error = report.errors(include_url=False)[0]
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, PolicyError):
        return str(cause)
    names = [field.name for field in fields(cls) if field.init]
    # pydantic tells positional arguments by number
    path = [names[p] if n == 0 and isinstance(p, int) and p < len(names) else p
            for n, p in enumerate(error["loc"])]  # fmt: skip
    where = ".".join([cls.__name__, *(str(part) for part in path)])
    if error["type"].startswith("unexpected"):
        return f"{cls.__name__}: found {path[-1]!r}, expected only {', '.join(names)}"
    if error["type"].startswith("missing"):
        return f"{where}: found nothing, expected a value"
    message = error["msg"].removeprefix("Value error, ")
    if message.startswith("Input should be "):
        message = f"found {_shown(error['input'])}, expected {message[len('Input should be ') :]}"
    return f"{where}: {message}"


def _shown(value: object) -> str:
    """Simple values as they are; of others, which may hold anything, only the kind."""
    return repr(value) if isinstance(value, (str, int, float)) else f"a {type(value).__name__}"
