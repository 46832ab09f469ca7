"""A job's page tells what happened to the job."""

from __future__ import annotations

from clm.jobs.history import job_history
from clm.jobs.operations.cancel_job import cancel_job
from clm.jobs.operations.retry_job import retry_job
from tests.cast import Cast
from tests.clm.jobs.test_jobs import Counting, run, start, work

__all__ = ["work"]


def test_work_that_succeeded_tells_of_each_move(acme: Cast, work: Counting) -> None:
    events = job_history(run(start(acme)))

    assert [event.what for event in events] == ["Succeeded", "Running", "Asked for"]
    assert {event.who for event in events} == {"Finance"}
    assert events[0].at >= events[1].at >= events[2].at


def test_a_retry_and_a_cancellation_stand_among_the_moves(acme: Cast, work: Counting) -> None:
    work.fails_at = 0
    job = run(start(acme))
    retry_job(actor=acme["finance"], job_id=job.pk)
    job = cancel_job(actor=acme["finance"], job_id=job.pk)

    said = [event.what for event in job_history(job)]
    assert said[-3:] == ["Failed", "Running", "Asked for"]
    assert {"Queued", "Cancelled", "Job cancel requested"} <= set(said)
