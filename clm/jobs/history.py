"""What happened to a job: it is begun, moves from state to state, and what people did with it is in the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from clm.audit.models import Transition
from clm.audit.queries import Change, entries_of, names_of
from clm.jobs.models import Job, JobState


@dataclass(frozen=True)
class JobEvent:
    """A line of components/history.html."""

    what: str
    who: str
    at: datetime
    reason: str = ""
    changes: tuple[Change, ...] = ()
    url: str = ""


def job_history(job: Job) -> list[JobEvent]:
    """Newest first; a move shows the state it led to."""
    moves = list(Transition.objects.filter(subject_type=Job._meta.label_lower, subject_id=job.pk).order_by("at", "id"))
    told = entries_of(job)
    begun = (job.actor_kind, job.actor_id)
    names = names_of({begun, *((move.actor_kind, move.actor_id) for move in moves)})
    found = [JobEvent(_("Asked for"), names[begun], job.created_at)]
    found += [
        JobEvent(str(JobState(move.to_state).label), names[(move.actor_kind, move.actor_id)], move.at, move.reason)
        for move in moves
    ]
    found += [JobEvent(entry.what, entry.who, entry.at, entry.reason, entry.changes) for entry in told]
    return sorted(found, key=lambda event: event.at, reverse=True)
