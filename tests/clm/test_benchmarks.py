"""The measurements run, on sizes so small that their figures mean nothing: what they measure is still there."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import drafting, ingest, ledger, lists, measure, redlines, search, signing, stage, windows
from clm.access.scope import organization_scope
from clm.lib.actor import Actor
from contracts.adapters.plain import docx_of_text
from contracts.models import Clause, Contract, Version
from contracts.queries.finding import found_by
from slas.models import Evaluation, Sample


@pytest.fixture
def table() -> measure.Table:
    return measure.Table()


@pytest.fixture
def actor(db: None) -> Actor:
    return stage.people()


def named(table: measure.Table) -> list[str]:
    return [row[0] for row in table.rows]


def test_ingest_is_measured_beside_copy(actor: Actor, table: measure.Table) -> None:
    with organization_scope(actor.organization_id):
        ingest.measure(table, actor, 40)

        assert Sample.objects.count() == 40
    assert named(table) == [
        "PostgreSQL COPY, 40 samples in one",
        "PostgreSQL COPY, by 10,000",
        "ingest_samples by 10,000",
        "ingest_samples, the same again",
        "POST /api/v1/telemetry/samples/",
    ]
    assert all(row[2] == "samples/s" for row in table.rows)


def test_windows_are_measured_beside_the_engine(actor: Actor, table: measure.Table) -> None:
    with organization_scope(actor.organization_id):
        windows.of_outages(table, actor, 1)

        assert Evaluation.objects.count() == 12
    assert named(table) == ["windows evaluated: uptime, outages as reported"]
    assert table.rows[0][3].startswith("12 windows, 1 samples; the engine alone ")


@pytest.mark.django_db
def test_redlines_are_measured_beside_their_limit(table: measure.Table) -> None:
    redlines.measure(table, [6])

    assert named(table) == [
        "comparison by clause, 6 pages against 6",
        "Word redline, 6 pages against 6",
        "comparison as PDF, 6 pages against 6",
        "whole text as PDF, 6 pages against 6",
    ]
    kinds = "7 changed, 1 added, 1 removed, 1 moved"
    assert table.rows[0][3] == f"41 clauses, {kinds}; the limit is 5 s for 100 pages"
    assert {row[3].partition("; the limit")[1] for row in table.rows} == {"; the limit"}


@pytest.mark.parametrize("pages", redlines.PAGES)
def test_every_paragraph_of_the_papers_is_a_clause_with_its_number(pages: int) -> None:
    for said in redlines.papers(pages):
        found = redlines.clauses_of(docx_of_text("\n\n".join(said)))

        assert [clause.number for clause in found] == [text.split()[0].rstrip(".") for text in said]


def test_papers_that_do_not_differ_in_every_way_are_not_measured(table: measure.Table) -> None:
    with pytest.raises(RuntimeError, match="In the papers of 1 pages no clause is added or removed or moved"):
        redlines.measure(table, [1])


def test_drafting_is_measured_by_pages(actor: Actor, table: measure.Table) -> None:
    with organization_scope(actor.organization_id):
        drafting.measure(table, actor, [2])

    assert named(table)[-4:] == [
        "template checked, 2 pages",
        "draft from template, 2 pages",
        "draft written as Word file, 2 pages",
        "tracked changes read, 2 pages",
    ]
    assert table.rows[0][0] == "template import, common-paper-csa-with-sla"


def test_searches_are_measured_in_texts_of_twenty_clauses(actor: Actor, table: measure.Table) -> None:
    with organization_scope(actor.organization_id):
        stage.contracts(actor, 40, vacuum=False)
        search.measure(table, actor, 40, times=1)
        text = Version.objects.filter(number=2).earliest("contract").text
        assert (Clause.objects.count(), text.count("\n")) == (800, 39)
        words = text.splitlines()[1].split()[:3]
        found = found_by(Contract.objects.all(), f'"{" ".join(words)}"').rows
        assert found.filter(versions__text=text).exists()
    assert all(row[2] == "ms p95" and "limit 100 ms" in row[3] for row in table.rows[1:])


@pytest.mark.django_db
def test_seals_are_measured_with_and_without_time_stamps(table: measure.Table) -> None:
    signing.measure(table, [1], times=1)

    assert [name.rpartition("(")[2] for name in named(table)] == ["B-B)", "B-LTA)"]


def test_the_ledger_is_measured_from_the_first_entry_to_the_last(actor: Actor, table: measure.Table) -> None:
    with organization_scope(actor.organization_id):
        ledger.measure(table, actor, 30, 10)

    assert [row[2] for row in table.rows] == ["entries/s"] * 4
    assert table.rows[-1][3].startswith("31, ")  # the contract's own among them


@pytest.mark.parametrize("path", [*lists.EACH_LIST, *lists.PAGES.values()])
def test_every_page_that_is_measured_answers(actor: Actor, path: str) -> None:
    lists.visit(lists.signed_in(actor), path)()


def test_contracts_on_stage_are_found(actor: Actor) -> None:
    with organization_scope(actor.organization_id):
        stage.contracts(actor, 60, vacuum=False)
    client = lists.signed_in(actor)

    last = client.get("/contracts/?page=3").context["page"]
    found = client.get("/contracts/?q=M-0000007").context["page"]

    assert ([row.reference for row in last], last.paginator.count) == ([f"M-{n:07d}" for n in range(9, -1, -1)], 60)
    assert [row.reference for row in found] == ["M-0000007"]


def test_percentiles_are_of_the_sorted_times() -> None:
    p50, p95 = measure.percentiles(lambda: None, times=5, warm_up=0)

    assert 0 <= p50 <= p95


@pytest.mark.django_db
def test_a_section_is_measured_anew_beside_the_others(tmp_path: Path) -> None:
    last = tmp_path / "RESULTS.md"
    for section, figure in (("one", 1.0), ("two", 2.0), ("one", 3.0)):
        table = measure.Table()
        table.begin(section)
        table.add("work", figure, "s", "limit 5 s")
        table.keep(("two", "one"), last)
    parts = last.read_text().split("\n## ")
    assert [part.partition("\n")[0] for part in parts] == ["# Last measured", "two", "one"]
    assert [part.strip().splitlines()[-1] for part in parts[1:]] == [
        "| work | 2.0 | s | limit 5 s |",
        "| work | 3.0 | s | limit 5 s |",
    ]
