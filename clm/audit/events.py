"""Facts about the ledger itself."""

from __future__ import annotations

from clm.accounts.models import Organization
from clm.audit.verification import Verification
from clm.events.record import Event
from clm.jobs.models import Job


def ledger_verified(organization: Organization, outcome: Verification) -> Event:
    facts = {
        "entries": outcome.entries,
        "sealed_rows": outcome.sealed_rows,
        "chain_breaks": len(outcome.chain),
        "seal_breaks": len(outcome.seals),
        "head_hash": outcome.head_hash,
    }
    return Event(
        type="ledger.verified",
        verb="audit.verify_ledger",
        subject=organization,
        after=facts,
        payload={"holds": outcome.holds, **facts},
    )


def verification_started(job: Job) -> Event:
    return Event(
        type="ledger.verification_started",
        verb="audit.verify_ledger",
        subject=job,
        payload={"job_id": job.pk},
    )


def ledger_exported(organization: Organization, *, sequence: int, head_hash: str) -> Event:
    facts = {"sequence": sequence, "head_hash": head_hash}
    return Event(
        type="ledger.exported",
        verb="audit.export_ledger",
        subject=organization,
        after=facts,
        payload=facts,
    )


def alarm_raised(organization: Organization, *, waiting: int) -> Event:
    return Event(
        type="ledger.alarm_raised",
        verb="audit.raise_alarm",
        subject=organization,
        after={"unchained": waiting},
        payload={"unchained": waiting},
    )
