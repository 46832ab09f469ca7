"""The long work of this app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clm.jobs.runner import Progress, job_kind

VERIFY = "audit.verify_ledger"
SHOWN = 200


@job_kind(VERIFY)
def verify(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """The verification's figures and its first 200 breaks; each is a problem of the job too."""
    from clm.audit.operations.verify_ledger import verify_ledger

    outcome = verify_ledger(actor=progress.actor, heard=progress.report)
    breaks: list[dict[str, Any]] = [
        *(
            {"where": f"entry {found.sequence}" if found.sequence else "ledger", "message": found.problem}
            for found in outcome.chain
        ),
        *(
            {"where": f"{found.model} {found.row_id}", "message": found.problem, "entry": found.sequence}
            for found in outcome.seals
        ),
    ]
    for found in breaks[:SHOWN]:
        progress.problem(str(found["where"]), str(found["message"]))
    return {
        "holds": outcome.holds,
        "entries": outcome.entries,
        "unchained": outcome.unchained,
        "head_seals": outcome.head_seals,
        "sealed_rows": outcome.sealed_rows,
        "head_hash": outcome.head_hash,
        "breaks": breaks[:SHOWN],
        "break_count": len(breaks),
    }
