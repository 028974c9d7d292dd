"""Let Postfix send by other providers: mail that comes, and mail that waits."""

from agent.host.common import run, say
from agent.host.postfix import load
from agent.host.state import LOADED, keep, kept
from agent.host.switching import loaded_table, renew_table, table_digest


def move_mail(root: str) -> None:
    """Let Postfix go by what is due now, for mail that comes and mail that waits.

    A reload closes no listening socket. It lets the queue manager route all mail anew that is not
    being handed over this very moment. What waits is requeued: mail that a fall-back had taken
    over would stay with that one.
    """
    if not renew_table(root) and loaded_table(root):
        return
    load("reload")
    if loaded := kept(root, LOADED):
        keep(root, LOADED, {**loaded, "switch": table_digest(root)})
    requeued = run("postsuper", "-r", "ALL", "deferred").stderr
    run("postkick", "public", "pickup", "W")
    if "Requeued" in requeued and "Requeued: 0" not in requeued:
        say(f"what waits is tried anew: {requeued.strip().rpartition('postsuper: ')[2]}")
