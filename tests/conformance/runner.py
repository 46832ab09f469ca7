"""Runs suites and prints what differs."""

from __future__ import annotations

from pathlib import Path

from tests.conformance import business_time, real_slas, sli, term, uptime
from tests.conformance.cases import SHIPPED, Case, Suite, data_root

SUITES: dict[str, Suite] = {
    "term": term.cases,
    "business_time": business_time.cases,
    "sli": sli.cases,
    "real_slas": real_slas.cases,
    "uptime": uptime.cases,
}
# Their features are not built yet; each moves up with its own.
ABSENT = ("accord", "charges", "einvoices", "extraction")
PLACES = {
    "term": "term_cases/cases.json",
    "business_time": "business_time_cases/cases.json",
    "sli": "sli_cases/cases.json",
    "real_slas": "real_slas/slas.json",
    "uptime": "uptime",
}
NO_CASES = 2


def run(suite: str, path: Path) -> int:
    """Prints each case that differs, then `SUITE: N of M`. 0 when only contested ones do, 2 with nothing to run."""
    if suite not in SUITES:
        return _say_absent(suite)
    if not path.exists():
        print(f"{suite}: there is no {path}")
        return NO_CASES
    cases = list(SUITES[suite](path))
    for case in cases:
        if not case.agrees:
            print(_difference(case))
    agreeing = sum(case.agrees for case in cases)
    failing = sum(not case.agrees and not case.is_contested for case in cases)
    print(f"{suite}: {agreeing} of {len(cases)}")
    return NO_CASES if not cases else int(failing > 0)


def run_all() -> int:
    """Every suite over the data that is here, or its shipped copy; absent suites and data are listed, not failed."""
    worst = 0
    for suite in SUITES:
        path = place_of(suite)
        if path is None:
            print(f"{suite}: no data here (COVENANT_DATA names its folder)")
        else:
            worst = max(worst, run(suite, path))
    for suite in ABSENT:
        print(f"{suite}: not available yet")
    return worst


def place_of(suite: str) -> Path | None:
    """The suite's data under the data root, else the shipped copy, else None."""
    for root in (data_root(), SHIPPED):
        path = root / PLACES[suite]
        if path.exists():
            return path
    return None


def _say_absent(suite: str) -> int:
    known = suite in ABSENT
    print(f"{suite}: this suite is not available yet" if known else f"{suite}: there is no such suite")
    return NO_CASES


def _difference(case: Case) -> str:
    mark = " (contested)" if case.is_contested else ""
    return f"{case.id}: expected {_text(case.expected)}, got {_text(case.got)}{mark}"


def _text(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_text(item)}" for key, item in value.items()) + "}"
    return str(value)
