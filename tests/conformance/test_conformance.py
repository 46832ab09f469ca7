"""The suites over the case files, and the runner's own manners."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from slas.engine.attainment import Judgement, judge, shown
from slas.engine.uptime import Telemetry, uptime_quantities
from tests.conformance.cases import SHIPPED, read_json
from tests.conformance.runner import PLACES, SUITES, run
from tests.conformance.uptime import month_window, read_changes
from tests.shared_data import shared


@pytest.mark.parametrize(("suite", "contested"), [("term", 0), ("business_time", 0), ("real_slas", 0), ("sli", 3)])
def test_shipped_cases_agree(suite: str, contested: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(suite, SHIPPED / PLACES[suite]) == 0
    differing = capsys.readouterr().out.splitlines()[:-1]
    assert [line.endswith("(contested)") for line in differing] == [True] * contested


@pytest.mark.parametrize("suite", sorted(SUITES))
def test_cases_of_the_data_root_agree(suite: str) -> None:
    path = shared(PLACES[suite])
    assert run(suite, path) == 0


def test_published_percentages_agree() -> None:
    for expected in sorted(shared(PLACES["uptime"]).rglob("expected_months.json")):
        changes = read_changes(expected.with_name("checks.csv"))
        for row in read_json(expected):
            telemetry = Telemetry(changes=changes[row["service"]])
            quantities = uptime_quantities(month_window(row["month"]).interval, telemetry)
            attained = judge(quantities, Judgement(Decimal("99.9"))).exact_percent
            assert shown(attained) == row["uptime_percent"]


def test_figures_of_service_levels_that_are_wrong_are_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One figure of each group is changed a little: each is found, and so is a group nobody knows."""
    given = read_json(SHIPPED / PLACES["sli"])
    changes = {
        "icinga_availability": ("expected_ok_percent", 99), "slo_generator": ("valid", None),
        "burn_factor": ("factor", Decimal("3.01")), "pyrra_28d": ("budget_exhausted_in_days", 3),
        "openslo_worked": ("allowed_bad_slices", 1009), "uptime_kuma": ("expected", Decimal("0.81")),
        "healthchecks_monthly": ("expected_down_seconds", 1), "upptime_year": ("uptime_percent", Decimal("99.98")),
    }  # fmt: skip
    for group, (name, wrong) in changes.items():
        given[group]["cases"][0][name] = wrong
    given["sre_low_traffic"]["recomputed"]["burn"] = 101
    given["burn_alert_timeline"]["published_firing_minutes"]["one_hour_only"]["fires"][0] = 117
    given["misc"][0]["expected_percent"] = Decimal("95.9")
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(given | {"unheard_of": []}, default=float))
    assert run("sli", path) == 1
    found = [line for line in capsys.readouterr().out.splitlines()[:-1] if not line.endswith("(contested)")]
    assert len(found) == len(changes) + 4


def test_a_wrong_expectation_is_printed_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = term_row() | {"expected": {"term_end": "2025-02-01"}}
    assert run("term", written(tmp_path, [row])) == 1
    assert capsys.readouterr().out.splitlines() == [
        "one: expected {term_end: 2025-02-01}, got {term_end: 2025-01-01}",
        "term: 0 of 1",
    ]


def test_a_contested_difference_is_printed_and_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = term_row() | {"expected": {"term_end": "2025-02-01"}, "contested": "another source says so"}
    assert run("term", written(tmp_path, [row])) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "term: 0 of 1"


def test_a_refusal_of_the_engine_is_an_answer(tmp_path: Path) -> None:
    row = term_row() | {"initial_months": 0, "expected": {"error": "zero_length_term"}}
    assert run("term", written(tmp_path, [row])) == 0


@pytest.mark.parametrize("suite", ["sli", "no-such-suite"])
def test_an_absent_suite_says_so(suite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(suite, tmp_path) == 2
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_nothing_to_run_is_no_success(tmp_path: Path) -> None:
    assert run("uptime", tmp_path) == 2
    assert run("term", tmp_path / "missing.json") == 2


def test_uptime_reads_marks_odd_states_and_any_order(tmp_path: Path) -> None:
    (tmp_path / "checks.csv").write_text(
        "\ufeffservice,status,checked_at\n"
        "web,up,2025-01-10T01:00:00Z\n"
        "web,down,2025-01-10T00:00:00+00:00\n"
        "web,maintenance,2025-01-20T00:00:00\n"
        "web,up,2024-12-31T00:00:00+00:00\n",
        encoding="utf-8",
    )
    months = [
        {"service": "web", "month": "2025-01", "total_seconds": 2678400, "down_seconds": 3600},
        {"service": "gone", "month": "2025-01", "total_seconds": 2678400, "down_seconds": 0},
    ]
    (tmp_path / "expected_months.json").write_text(json.dumps(months), encoding="utf-8")
    agreeing = [case.agrees for case in SUITES["uptime"](tmp_path)]
    assert agreeing == [True, False]


def term_row() -> dict[str, object]:
    return {"id": "one", "start": "2024-01-01", "initial_months": 12, "renewal": "none", "as_of": "2024-02-01"}


def written(folder: Path, rows: list[dict[str, object]]) -> Path:
    path = folder / "cases.json"
    path.write_text(json.dumps({"cases": rows}), encoding="utf-8")
    return path
