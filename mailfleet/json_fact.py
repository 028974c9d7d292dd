"""Values that pyinfra's own `fact` and `debug-inventory` can print."""

from dataclasses import asdict
from typing import Any, cast


class JsonFact:
    """A dataclass that is printed as its fields. None of them may be a secret."""

    def to_json(self) -> dict[str, Any]:
        """What pyinfra's JSON encoder asks for."""
        return asdict(cast(Any, self))
