from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from clm.access.permissions import can
from clm.accounts.actors import actor_of_token
from clm.accounts.models import ApiToken, Membership, User
from clm.accounts.operations.issue_token import issue_token
from clm.audit.models import Transition
from clm.jobs import runner
from clm.jobs.models import Job
from clm.jobs.operations.cancel_job import cancel_job
from clm.jobs.operations.retry_job import retry_job
from clm.jobs.runner import Progress
from clm.jobs.tasks import resume_jobs
from clm.lib import clock
from clm.lib.errors import DomainError, NotVisible
from tests.cast import Cast
from tests.proof import last_event


class Counting:
    """Work of five steps that can be told to fail at one of them, or to ask for its own cancellation."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.fails_at: int | None = None
        self.cancels_at: int | None = None

    def __call__(self, progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        for step in range(progress.at, 5):
            if step == self.cancels_at:
                Job.objects.update(cancel_requested_at=clock.now())
            if step == self.fails_at:
                raise DomainError("broken", "The third row is broken.")
            self.steps.append(step)
            progress.report(step + 1, 5, f"step {step}")
        progress.problem("row 2", "refused")
        return {"steps": len(self.steps)}


@pytest.fixture
def work() -> Iterator[Counting]:
    counting = Counting()
    runner.KINDS["test.count"] = counting
    yield counting
    runner.KINDS.pop("test.count")


def start(cast: Cast, role: str = "finance") -> Job:
    return runner.start_job(cast[role], kind="test.count", title="Count", parameters={})


def run(job: Job) -> Job:
    runner.run(job.pk, job.organization_id)
    job.refresh_from_db()
    return job


def test_a_job_runs_to_its_result(acme: Cast, work: Counting) -> None:
    job = run(start(acme))

    assert (job.state, job.done, job.total, job.percent) == ("succeeded", 5, 5, 100)
    assert (job.result, job.problems) == ({"steps": 5}, [{"where": "row 2", "message": "refused"}])
    assert list(Transition.objects.order_by("id").values_list("from_state", "to_state")) == [
        ("queued", "running"),
        ("running", "succeeded"),
    ]


def test_a_failed_job_says_why_and_goes_on_where_it_was(acme: Cast, work: Counting) -> None:
    work.fails_at = 2
    job = run(start(acme))
    assert (job.state, job.error, job.done) == ("failed", "The third row is broken.", 2)

    work.fails_at = None
    retry_job(actor=acme["finance"], job_id=job.pk)
    run(job)

    assert (job.state, work.steps) == ("succeeded", [0, 1, 2, 3, 4])
    assert last_event() == ("job.retried", {"job_id": str(job.pk), "kind": "test.count"})


def test_a_retried_job_has_five_tries_anew(acme: Cast, work: Counting) -> None:
    work.fails_at = 2
    job = run(start(acme))
    retry_job(actor=acme["finance"], job_id=job.pk)
    for _died in range(5):
        assert runner._claim(job.pk) is not None
        Job.objects.update(heartbeat_at=clock.now() - timedelta(hours=1))
        resume_jobs()

    job.refresh_from_db()
    assert (job.state, job.attempts) == ("failed", 10)
    assert job.error == "Its worker ended before the job did, 5 times."


def test_a_run_from_before_the_retry_reports_nothing_more(acme: Cast, work: Counting) -> None:
    """A person may retry a job while its first run, taken for dead, is still about."""
    job = start(acme)
    late = runner._claim(job.pk)
    assert late is not None
    runner._finish(late, "failed", error="The worker was taken for dead.")
    retry_job(actor=acme["finance"], job_id=job.pk)
    runner._claim(job.pk)

    with pytest.raises(runner.Superseded):
        Progress(late).report(1, 5)
    with pytest.raises(runner.Superseded):
        Progress(late).problem("row 1", "refused too late")


@pytest.mark.parametrize(("kept", "problems"), [({}, []), ({"rows": 2}, [("row 1", "No such day.")])])
def test_a_retried_job_keeps_the_problems_of_what_it_kept(
    acme: Cast, work: Counting, kept: dict[str, int], problems: list[tuple[str, str]]
) -> None:
    work.fails_at = 0
    job = run(start(acme))
    Job.objects.update(result=kept, problems=[{"where": "row 1", "message": "No such day."}])

    retry_job(actor=acme["finance"], job_id=job.pk)

    assert listed(job) == problems


def test_a_queued_job_is_cancelled_at_once(acme: Cast, work: Counting) -> None:
    job = cancel_job(actor=acme["finance"], job_id=start(acme).pk)

    assert (job.state, job.finished_at is not None) == ("cancelled", True)
    assert last_event() == ("job.cancel_requested", {"job_id": str(job.pk), "kind": "test.count"})
    assert run(job).state == "cancelled"
    assert work.steps == []


def test_a_running_job_stops_at_its_next_step(acme: Cast, work: Counting) -> None:
    work.cancels_at = 2

    job = run(start(acme))

    assert (job.state, work.steps, job.done) == ("cancelled", [0, 1, 2], 3)


def test_a_job_that_ended_is_not_cancelled(acme: Cast, work: Counting) -> None:
    job = run(start(acme))

    with pytest.raises(DomainError) as refusal:
        cancel_job(actor=acme["finance"], job_id=job.pk)

    assert refusal.value.code == "job_over"


def test_only_a_failed_job_is_retried(acme: Cast, work: Counting) -> None:
    job = run(start(acme))

    with pytest.raises(DomainError) as refusal:
        retry_job(actor=acme["finance"], job_id=job.pk)

    assert refusal.value.code == "illegal_move"


def test_somebody_elses_job_is_not_there(acme: Cast, work: Counting) -> None:
    job = start(acme)

    with pytest.raises(NotVisible):
        cancel_job(actor=acme["legal"], job_id=job.pk)


def test_a_job_whose_worker_died_is_queued_again(acme: Cast, work: Counting) -> None:
    job = start(acme)
    runner._claim(job.pk)

    with clock.set_to(clock.now() + timedelta(minutes=3)):
        assert resume_jobs() == 1
    job.refresh_from_db()

    assert (job.state, run(job).attempts) == ("queued", 2)


def test_what_was_kept_is_there_for_the_next_try(acme: Cast, work: Counting) -> None:
    job = start(acme)
    Progress(job).keep(stages=["people"])
    job.refresh_from_db()

    assert Progress(job).kept == {"stages": ["people"]}


def test_the_page_polls_while_the_job_lives(acme: Cast, work: Counting) -> None:
    client = Client()
    client.force_login(acme.users["finance"], backend="django.contrib.auth.backends.ModelBackend")
    job = start(acme)

    assert f'hx-get="/jobs/{job.pk}/progress/"' in client.get(f"/jobs/{job.pk}/").content.decode()
    run(job)
    polled = client.get(f"/jobs/{job.pk}/progress/", headers={"HX-Request": "true", "HX-Target": f"job-{job.pk}"})

    assert polled["HX-Refresh"] == "true"
    assert "hx-get" not in polled.content.decode()


def test_the_page_lists_what_was_refused(acme: Cast, work: Counting) -> None:
    client = Client()
    client.force_login(acme.users["finance"], backend="django.contrib.auth.backends.ModelBackend")
    job = run(start(acme))

    shown = client.get(f"/jobs/{job.pk}/").content.decode()

    assert '<th scope="row">row 2</th><td>refused</td>' in shown


def client_of(cast: Cast, role: str) -> APIClient:
    client = APIClient()
    client.force_login(cast.users[role], backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_api_shows_progress(acme: Cast, work: Counting) -> None:
    job = run(start(acme))

    shown = client_of(acme, "finance").get(f"/api/v1/jobs/{job.pk}/").json()

    assert (shown["title"], shown["state"], shown["percent"]) == ("Count", "succeeded", 100)
    assert (shown["result"], shown["problems"]) == ({"steps": 5}, [{"where": "row 2", "message": "refused"}])


def test_of_another_persons_job_an_administrator_sees_how_far_it_is(acme: Cast, work: Counting) -> None:
    job = run(runner.start_job(acme["finance"], kind="test.count", title="Merger talks", parameters={}))
    client = client_of(acme, "administrator")

    shown = client.get(f"/api/v1/jobs/{job.pk}/").json()
    pages = [client.get(path).content.decode() for path in ("/jobs/", f"/jobs/{job.pk}/", "/jobs/?q=merger", "/")]

    assert (shown["kind"], shown["title"], shown["state"], shown["percent"]) == (
        "test.count",
        "Count",
        "succeeded",
        100,
    )
    assert (shown["result"], shown["problems"]) == ({}, [{"where": "", "message": ""}])
    assert [page for page in pages if "Merger" in page] == []
    assert f"/jobs/{job.pk}/" in pages[0]
    assert f"/jobs/{job.pk}/" not in pages[2]


def test_what_nobody_foresaw_names_its_class_only(acme: Cast, work: Counting) -> None:
    def breaks(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        raise KeyError("a name of the database")

    runner.KINDS["test.count"] = breaks
    job = run(start(acme))

    expected = f"Something unexpected stopped it (KeyError). The log tells more of job {job.pk}."
    assert (job.state, job.error) == ("failed", expected)


def started_by_token(cast: Cast) -> tuple[Job, ApiToken]:
    token, secret = issue_token(
        actor=cast["integration"], name="Robot", scopes=["jobs.*"], expires_at=clock.now() + timedelta(days=1)
    )
    actor = actor_of_token(secret)
    assert actor is not None
    return runner.start_job(actor, kind="test.count", title="Count", parameters={}), token


def test_a_job_of_a_token_keeps_to_its_scopes(acme: Cast, work: Counting) -> None:
    job, token = started_by_token(acme)

    actor = Progress(job).actor

    assert (actor.kind, actor.identity, actor.scopes) == ("token", str(token.pk), frozenset({"jobs.*"}))
    assert can(actor, "jobs.view_job")
    assert not can(actor, "billing.approve_credit")
    assert run(job).state == "succeeded"


@pytest.mark.parametrize("change", [{"revoked_at": clock.now()}, {"expires_at": clock.now() - timedelta(seconds=1)}])
def test_a_job_of_a_token_that_is_no_longer_valid_fails(acme: Cast, work: Counting, change: dict[str, Any]) -> None:
    job, token = started_by_token(acme)
    ApiToken.objects.filter(pk=token.pk).update(**change)

    run(job)

    assert (job.state, job.error) == ("failed", "The token that started this job is no longer valid.")
    assert work.steps == []


def test_work_that_runs_stops_when_its_token_is_revoked(
    acme: Cast, work: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "ASK_AGAIN_SECONDS", 0)
    job, token = started_by_token(acme)

    def revokes(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        ApiToken.objects.filter(pk=token.pk).update(revoked_at=clock.now())
        return work(progress, parameters)

    runner.KINDS["test.count"] = revokes
    run(job)

    assert (job.state, work.steps) == ("failed", [0])


def remove(cast: Cast, role: str) -> None:
    Membership.objects.filter(user_id=cast.users[role].pk).update(removed_at=clock.now())


def test_a_job_of_a_removed_person_fails_with_a_reason(acme: Cast, work: Counting) -> None:
    job = start(acme)
    remove(acme, "finance")

    run(job)

    assert (job.state, job.error) == ("failed", "The person who started this job is no longer a member.")
    assert work.steps == []


def test_a_job_of_an_inactive_person_does_nothing(acme: Cast, work: Counting) -> None:
    job = start(acme)
    User.objects.filter(pk=acme.users["finance"].pk).update(is_active=False)

    assert (run(job).state, work.steps) == ("failed", [])


def test_the_sweep_passes_the_dead_job_of_a_removed_person(acme: Cast, work: Counting) -> None:
    theirs, other = start(acme), start(acme, "legal")
    long_ago = clock.now() - timedelta(hours=1)
    Job.objects.update(state="running", heartbeat_at=long_ago, attempts=1)
    remove(acme, "finance")

    assert resume_jobs() == 2
    theirs.refresh_from_db()
    other.refresh_from_db()
    assert (theirs.state, other.state) == ("queued", "queued")


def test_the_roles_of_a_job_are_those_of_the_moment_it_runs(acme: Cast, work: Counting) -> None:
    job = start(acme, "legal")
    Membership.objects.filter(user_id=acme.users["legal"].pk).update(roles=["auditor"])

    assert Progress(job).actor.roles == frozenset({"auditor"})


def test_a_job_whose_workers_all_died_says_so(acme: Cast, work: Counting) -> None:
    job = start(acme)
    Job.objects.update(state="running", attempts=5, heartbeat_at=clock.now() - timedelta(hours=1))

    assert resume_jobs() == 0
    job.refresh_from_db()

    assert (job.state, job.error) == ("failed", "Its worker ended before the job did, 5 times.")
    assert job.finished_at is not None


def test_a_run_that_was_taken_for_dead_stops_where_another_took_over(acme: Cast, work: Counting) -> None:
    job = start(acme)

    def slow(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        Job.objects.update(attempts=2, heartbeat_at=clock.now())
        return work(progress, parameters)

    runner.KINDS["test.count"] = slow
    run(job)

    assert (job.state, job.attempts, job.done, job.result, work.steps) == ("running", 2, 0, {}, [0])


BREAKS = [("ledger", "was altered"), ("entry 2", "was altered"), ("ledger", "was altered")]


def lists_breaks(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    for where, message in BREAKS:
        progress.problem(where, message)
    return {}


def listed(job: Job) -> list[tuple[str, str]]:
    job.refresh_from_db()
    return [(found["where"], found["message"]) for found in job.problems]


@pytest.mark.parametrize("kept", [0, 2, 3])
def test_a_run_after_one_that_died_lists_each_problem_once(acme: Cast, work: Counting, kept: int) -> None:
    runner.KINDS["test.count"] = lists_breaks
    job = start(acme)
    died = runner._claim(job.pk)
    assert died is not None
    progress = Progress(died)
    for where, message in BREAKS[:kept]:
        progress.problem(where, message)
    with clock.set_to(clock.now() + timedelta(minutes=3)):
        resume_jobs()

    assert (run(job).state, job.attempts, listed(job)) == ("succeeded", 2, BREAKS)


def test_a_run_that_was_taken_for_dead_lists_nothing_more(acme: Cast, work: Counting) -> None:
    job = start(acme)

    def slow(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        progress.problem("row 1", "refused in time")
        Job.objects.update(attempts=2, heartbeat_at=clock.now())
        progress.problem("row 2", "refused too late")
        return {}

    runner.KINDS["test.count"] = slow
    run(job)

    assert (job.state, job.attempts, listed(job)) == ("running", 2, [("row 1", "refused in time")])
