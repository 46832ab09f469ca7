"""Telemetry in: idempotent, row by row, and a file as a job."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry
from clm.jobs import runner
from clm.jobs.models import Job
from clm.lib.actor import Actor
from clm.lib.errors import Forbidden, Invalid
from contracts.models import Passage
from slas.models import EvaluationWindow, Indicator, Outage, Sample, TelemetryBatch
from slas.operations.ingest_outages import ingest_outages
from slas.operations.ingest_samples import ingest_samples
from slas.operations.measure_service import measure_service
from slas.requests import request_import
from tests.cast import Cast
from tests.slas.conftest import Bind, instant, judge, uptime

ROWS = [
    {"indicator": "web", "at": "2026-01-01T00:00:00Z", "status": "up"},
    {"indicator": "web", "at": "2026-01-01T01:00:00+01:00", "status": "up"},
    {"indicator": "web", "at": "2026-01-02T00:00:00Z", "status": "down"},
]


@pytest.fixture
def web(alice: Actor, passage: Passage) -> Indicator:
    return measure_service(actor=alice, contract_id=passage.version.contract_id, indicator=uptime())


def counts(batch: TelemetryBatch) -> tuple[int, int, int, int, int]:
    return batch.received, batch.accepted, batch.replaced, batch.duplicates, batch.refused


def test_the_same_twice_changes_nothing(alice: Actor, web: Indicator) -> None:
    first = ingest_samples(actor=alice, samples=ROWS)
    again = ingest_samples(actor=alice, samples=ROWS)

    assert counts(first) == (3, 2, 0, 1, 0)
    assert counts(again) == (3, 0, 0, 3, 0)
    assert Sample.objects.count() == 2
    assert first.digest == again.digest


def test_another_value_for_an_instant_replaces(alice: Actor, web: Indicator) -> None:
    ingest_samples(actor=alice, samples=ROWS)
    batch = ingest_samples(actor=alice, samples=[ROWS[2] | {"status": "degraded"}])

    assert counts(batch) == (1, 1, 1, 0, 0)
    assert Sample.objects.get(at=datetime(2026, 1, 2, tzinfo=UTC)).status == 2


def test_bad_rows_are_refused_one_by_one_and_good_ones_kept(alice: Actor, web: Indicator) -> None:
    batch = ingest_samples(
        actor=alice,
        samples=[
            ROWS[0],
            {"indicator": "nope", "at": "2026-01-01T00:00:00Z", "status": "up"},
            {"indicator": "web", "at": "2026-01-01T00:00:00", "status": "up"},
            {"indicator": "web", "at": "2026-01-01T00:00:00Z", "status": "sideways"},
            {"indicator": "web", "at": "2999-01-01T00:00:00Z", "status": "up"},
            "not an object",
            {"indicator": "web", "at": "2026-01-01T00:00:00Z", "status": "up", "state": "down"},
        ],
    )

    assert counts(batch) == (7, 1, 0, 0, 6)
    assert batch.refusals == [
        {"row": 1, "reason": "no indicator has the key 'nope'"},
        {"row": 2, "reason": "at lacks its offset from UTC"},
        {"row": 3, "reason": "status is one of up, degraded, down and unknown"},
        {"row": 4, "reason": "at lies in the future"},
        {"row": 5, "reason": "a row is an object"},
        {"row": 6, "reason": "there is no such field here: state"},
    ]


def test_an_outage_whose_end_is_misspelt_is_not_one_that_lasts(alice: Actor, web: Indicator) -> None:
    row = {"indicator": "web", "starts_at": "2026-01-01T00:00:00Z", "end_at": "2026-01-01T01:00:00Z"}

    batch = ingest_outages(actor=alice, outages=[row])

    assert batch.refusals == [{"row": 0, "reason": "there is no such field here: end_at"}]
    assert not Outage.objects.exists()


def test_ten_thousand_at_once_in_few_queries(alice: Actor, web: Indicator) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    instants = [(start + timedelta(minutes=minute)).isoformat() for minute in range(10_000)]
    rows = [{"indicator": "web", "at": at, "status": "up"} for at in instants]
    with CaptureQueriesContext(connection) as captured:
        batch = ingest_samples(actor=alice, samples=rows)

    assert counts(batch) == (10_000, 10_000, 0, 0, 0)
    assert len(captured) < 20
    with pytest.raises(Invalid) as refused:
        ingest_samples(actor=alice, samples=[*rows, rows[0]])
    assert refused.value.code == "too_many"


def test_a_reader_may_not(bob: Actor, web: Indicator) -> None:
    entries = LedgerEntry.objects.count()
    with pytest.raises(Forbidden):
        ingest_samples(actor=bob, samples=ROWS)

    assert (Sample.objects.count(), LedgerEntry.objects.count()) == (0, entries)


def test_another_organizations_keys_are_unknown(charlie: Actor, web: Indicator) -> None:
    with organization_scope(charlie.organization_id):
        batch = ingest_samples(actor=charlie, samples=ROWS)

    assert counts(batch) == (3, 0, 0, 0, 3)


def test_late_data_makes_only_the_touched_windows_due(alice: Actor, active: Bind) -> None:
    commitment = active(instant("2026-03-15T00:00"))
    ingest_samples(
        actor=alice,
        samples=[{"indicator": "web", "at": f"2026-0{month}-01T00:00Z", "status": "up"} for month in (1, 2, 3)],
    )
    for window in EvaluationWindow.objects.filter(commitment=commitment):
        judge(alice, window, instant("2026-03-15T00:00"))
    EvaluationWindow.objects.update(due_at=None)
    ingest_samples(actor=alice, samples=[{"indicator": "web", "at": "2026-01-10T00:00Z", "status": "down"}])

    due = EvaluationWindow.objects.exclude(due_at=None).values_list("label", flat=True)
    assert list(due) == ["2026-01"]


def test_outages_without_an_end_are_completed(alice: Actor, web: Indicator) -> None:
    row = {"indicator": "web", "external_id": "A", "starts_at": "2026-01-01T00:00Z", "ends_at": ""}
    first = ingest_outages(actor=alice, outages=[row])
    second = ingest_outages(actor=alice, outages=[row | {"ends_at": "2026-01-01T02:00Z"}])
    again = ingest_outages(actor=alice, outages=[row | {"ends_at": "2026-01-01T02:00Z"}])

    assert [counts(batch) for batch in (first, second, again)] == [(1, 1, 0, 0, 0), (1, 1, 1, 0, 0), (1, 0, 0, 1, 0)]
    assert Outage.objects.get().ends_at == instant("2026-01-01T02:00")


CHECKS = (
    "checked_at,service,status,http_code,response_ms,commit\n"
    "2026-01-01T00:00:00+00:00,Web site,up,200,74,a\n"
    "yesterday,Web site,down,500,74,b\n"
    "2026-01-02T00:00:00+00:00,Web site,down,500,74,c\n"
    "2026-01-02T00:00:00+00:00,Mail\n"
)


def run_import(actor: Actor, content: str, **kwargs: object) -> Job:
    job = request_import(actor, content=content.encode(), file_name="checks.csv", **kwargs)
    runner.run(job.pk, actor.organization_id)
    job.refresh_from_db()
    return job


def test_a_file_of_checks_with_its_problems_by_line(alice: Actor, passage: Passage) -> None:
    job = run_import(alice, CHECKS, contract_id=passage.version.contract_id)

    assert (job.state, job.error, job.done, job.total) == ("succeeded", "", 4, 4)
    assert (job.result["accepted"], job.result["refused"], job.result["shape"]) == (2, 2, "status checks")
    assert job.problems == [
        {"where": "line 3", "message": "at is not an ISO 8601 instant"},
        {"where": "line 5", "message": "has another number of cells than the header"},
    ]
    assert Indicator.objects.get().key == "Web site"


def test_unknown_keys_are_refused_unless_asked_to_make_them(alice: Actor, passage: Passage) -> None:
    job = run_import(alice, CHECKS)

    assert (job.result["accepted"], job.result["refused"]) == (0, 4)
    assert Indicator.objects.count() == 0


def test_a_file_again_is_all_known(alice: Actor, passage: Passage) -> None:
    run_import(alice, CHECKS, contract_id=passage.version.contract_id)
    job = run_import(alice, CHECKS)

    assert (job.result["accepted"], job.result["duplicates"]) == (0, 2)


def test_outage_files_of_both_shapes(alice: Actor, web: Indicator) -> None:
    by_service = "service,down_from,up_at\nweb,2026-01-01T00:00:00+00:00,\nweb,2026-01-03T00:00Z,2026-01-03T01:00Z\n"
    incidents = "incident_id,downtime_start,downtime_end,duration_minutes,source,title,impact\n"
    incidents += '7,2026-02-01T00:00Z,2026-02-01T01:00Z,60,updates,"Trouble, with commas",major\n'

    assert run_import(alice, by_service).result["accepted"] == 2
    assert run_import(alice, incidents, indicator="web").result["accepted"] == 1
    assert Outage.objects.get(external_id="7@2026-02-01T00:00Z").title == "Trouble, with commas"


@pytest.mark.parametrize(
    ("content", "said"),
    [("a,b\n1,2\n", "The columns are none"), ("", "The columns are none"), ("at\n\x00", "The file is not text.")],
)
def test_a_file_that_is_no_telemetry_fails_in_words(alice: Actor, web: Indicator, content: str, said: str) -> None:
    job = run_import(alice, content)

    assert job.state == "failed"
    assert job.error.startswith(said)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "key,at,status\nweb,2026-01-01T00:00Z,up\n",
            "The file lacks the column “indicator”: its first line names key, at, status. "
            "It says which indicator a row is of; or name one key for the whole file.",
        ),
        (
            "key,starts_at,ends_at\nweb,2026-01-01T00:00Z,\n",
            "The file lacks the column “indicator”: its first line names key, starts_at, ends_at. "
            "It says which indicator a row is of; or name one key for the whole file.",
        ),
        (
            "indicator,at,state\nweb,2026-01-01T00:00Z,up\n",
            "The file lacks the column “status”: its first line names indicator, at, state. "
            "Counts come in “good” and “valid” instead, measured quantities in “value”, "
            "latencies in “histogram”.",
        ),
        (
            "indicator,time,status\nweb,2026-01-01T00:00Z,up\n",
            "The file lacks the column “at”: its first line names indicator, time, status.",
        ),
        (
            "indicator,starts_at,end\nweb,2026-01-01T00:00Z,\n",
            "The file lacks the column “ends_at”: its first line names indicator, starts_at, end.",
        ),
    ],
)
def test_a_missing_column_is_named_once_and_nothing_is_taken(
    alice: Actor, web: Indicator, content: str, said: str
) -> None:
    job = run_import(alice, content)

    assert (job.state, job.error, job.problems) == ("failed", said, [])
    assert TelemetryBatch.objects.count() == 0


def test_one_key_for_the_whole_file_needs_no_column(alice: Actor, web: Indicator) -> None:
    assert run_import(alice, "at,status\n2026-01-01T00:00Z,up\n", indicator="web").result["accepted"] == 1


def test_work_that_resumes_goes_on_after_the_last_portion(alice: Actor, acme: Cast, web: Indicator) -> None:
    job = request_import(alice, content=b"indicator,at,status\nweb,2026-01-01T00:00Z,up\nweb,2026-01-02T00:00Z,up\n",
                         file_name="x.csv")  # fmt: skip
    Job.objects.filter(pk=job.pk).update(done=1, result={"looked_at": 1, "accepted": 1, "duplicates": 0, "refused": 0})
    runner.run(job.pk, alice.organization_id)

    job.refresh_from_db()
    assert job.result["accepted"] == 2
    assert Sample.objects.count() == 1
