"""Lines of a host's program that the operator has to see, while it works or after."""

from collections.abc import Iterable

from pyinfra import logger
from pyinfra.api.host import Host
from pyinfra.api.output import format_text
from pyinfra.connectors.util import OutputLine

NOTICES = ("warning: ", "waiting: ")


def show_notice(host: Host, line: str) -> bool:
    """Show the line, when it is a notice; says whether it was one."""
    if not line.startswith(NOTICES):
        return False
    logger.warning(f"{host.print_prefix}{format_text(line.rstrip(), 'yellow')}")
    return True


def without_notices(host: Host, lines: Iterable[OutputLine]) -> list[OutputLine]:
    """All other lines, once the notices are shown."""
    return [line for line in lines if not show_notice(host, line.line)]
