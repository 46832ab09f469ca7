"""Facts about the ledger itself."""

from __future__ import annotations

from clm.accounts.models import Organization
from clm.audit.head_seals import seal_digest
from clm.audit.models import HeadSeal
from clm.audit.verification import Verification
from clm.events.record import Event
from clm.jobs.models import Job

HEAD_SEALED = "ledger.head_sealed"


def ledger_verified(organization: Organization, outcome: Verification) -> Event:
    facts = {
        "entries": outcome.entries,
        "head_seals": outcome.head_seals,
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


def head_sealed(seal: HeadSeal) -> Event:
    facts = {"sequence": seal.sequence, "hash": seal.hash, "sealed_at": seal.sealed_at}
    return Event(
        type=HEAD_SEALED,
        verb="audit.seal_head",
        subject=seal,
        after=facts | {"digest": seal_digest(seal)},
        payload=facts,
    )


def seal_contradicted(organization: Organization, *, sequence: int) -> Event:
    return Event(
        type="ledger.seal_contradicted",
        verb="audit.raise_alarm",
        subject=organization,
        after={"sequence": sequence},
        payload={"sequence": sequence},
    )
