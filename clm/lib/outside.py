"""What must stand outside of every transaction: storage, papers, mail and the reading of documents."""

from __future__ import annotations


def outside_transactions(what: str) -> None:
    """Raise RuntimeError within a transaction (the one that a test runs in apart).

    A transaction that waits for a network holds its locks for as long as the network likes.
    """
    # The processes that read and write documents import this module, and have no use for a third of their start.
    from django.db import connection, transaction

    if not connection.in_atomic_block:
        return
    try:
        # Django's own check of "outermost"; nothing is sent to the database.
        with transaction.atomic(durable=True, savepoint=False):
            pass
    except RuntimeError as inside:
        raise RuntimeError(f"{what} inside a transaction: do it before, and write the row inside") from inside
