"""Let Postfix send by other providers: mail that comes, and mail that waits."""

from agent.host.common import run, say
from agent.host.postfix import Loading
from agent.host.provider_switch import due_table, live_table, loaded_table, table_digest, table_file
from agent.host.state import LOADED, SWITCH, keep, kept
from agent.host.transaction import Transaction


def move_mail(root: str, change: Transaction) -> None:
    """Let Postfix go by what is due now, for mail that comes and mail that waits.

    A reload closes no listening socket. It lets the queue manager route all mail anew that is not
    being handed over this very moment. What waits is requeued: mail that a fall-back had taken
    over would stay with that one. That takes a while with a long queue, and undoes nothing.
    """
    due = due_table(root)
    renewed = due is not None and due != live_table(root)
    if not renewed and loaded_table(root):
        return
    change.keep([SWITCH, LOADED])
    loading = Loading(root)
    change.on_undo(loading.back)
    if due is not None and renewed:
        change.stage([table_file(due)])
        list(change.put_all())
    loading.load("reload")
    if loaded := kept(root, LOADED):
        keep(root, LOADED, {**loaded, "switch": table_digest(root)})
    change.afterwards(requeue)


def requeue() -> None:
    """Let Postfix route all mail that waits anew. What can't be requeued now is routed when it is
    tried next."""
    requeued = run("postsuper", "-r", "ALL", "deferred").stderr
    run("postkick", "public", "pickup", "W")
    if "Requeued" in requeued and "Requeued: 0" not in requeued:
        say(f"what waits is tried anew: {requeued.strip().rpartition('postsuper: ')[2]}")
