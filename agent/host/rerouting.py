"""Let Postfix send through other providers, new mail and queued mail."""

from agent.host.common import run, say
from agent.host.postfix import Loading
from agent.host.provider_switch import due_table, live_table, loaded_table, table_digest, table_file
from agent.host.state import LOADED, SWITCH, keep, kept
from agent.host.transaction import Transaction


def move_mail(root: str, change: Transaction) -> None:
    """Load the switch's table, if it is out of date, and route new and queued mail by it.

    A reload closes no listening socket, and lets the queue manager route all mail again that is not
    being delivered right now. Queued mail is requeued, because mail that a fallback had taken over
    would otherwise stay with it. That may take long, and its failure rolls nothing back.
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
    """Let Postfix route all queued mail again. What can't be requeued now is routed at its next
    try."""
    requeued = run("postsuper", "-r", "ALL", "deferred").stderr
    run("postkick", "public", "pickup", "W")
    if "Requeued" in requeued and "Requeued: 0" not in requeued:
        say(f"requeued mail: {requeued.strip().rpartition('postsuper: ')[2]}")
