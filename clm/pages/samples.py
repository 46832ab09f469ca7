"""Sample data of the style guide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms

from clm.lib import clock
from clm.pages.lists import BulkAction, Column
from clm.pages.rows import Cell, Line
from clm.pages.states import DOMAIN_LOOKS, LOOKS


class SampleForm(forms.Form):
    """A form with one field of each kind."""

    title = forms.CharField(label="Title", max_length=120, help_text="As it stands on the first page.")
    contact = forms.EmailField(label="Contact", help_text="Who is told of deadlines.")
    kind = forms.ChoiceField(label="Kind", choices=[("msa", "Master agreement"), ("sow", "Statement of work")])
    value = forms.DecimalField(label="Yearly value", decimal_places=2)
    notes = forms.CharField(label="Notes", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    renews = forms.BooleanField(label="Renews by itself", required=False)
    sides = forms.MultipleChoiceField(
        label="Told of changes",
        widget=forms.CheckboxSelectMultiple,
        choices=[("legal", "Legal"), ("finance", "Finance")],
        required=False,
    )


TRACE: dict[str, Any] = {
    "title": "Service credit, Hosting platform, Q3 2025",
    "value": "1234.50",
    "unit": "EUR",
    "formula": "credit = min(fee × rate(attainment), cap × fee)",
    "clause": {
        "quote": "If the Monthly Uptime Percentage is less than 99.9% but equal to or greater than 99.0%, Provider "
        "will credit 10% of the monthly Fees for the affected Service.",
        "clause_number": "4.2",
        "contract_reference": "C-2024-0117",
        "version_number": 3,
        "content_hash": "5f1c4a0de3b06f6cbb2c1a8a3f4f2a77d2f8f4f3e9bb2a4a7b0a8c1a0c9d2e41",
        "url": "#clause-4-2",
    },
    "inputs": [
        {"name": "Attainment", "value": "99.8712", "unit": "%", "source": "Window Q3 2025, revision 2", "url": "#"},
        {"name": "Downtime counted", "value": "10234", "unit": "s", "source": "412,300 samples in 7 spans"},
        {"name": "Monthly fee", "value": "12345.00", "unit": "EUR", "source": "Clause 7.1, price schedule A"},
    ],
    "parameters": {"tiers": "99.9 → 10 %, 99.0 → 25 %", "cap_percent": "50", "rounding": "half up to 0.01 EUR"},
    "steps": [
        {"label": "Rate of the tier", "expression": "99.0 ≤ 99.8712 < 99.9", "value": "10", "unit": "%"},
        {"label": "Credit before the cap", "expression": "12 345.00 × 10 %", "value": "1234.50", "unit": "EUR"},
        {"label": "Cap", "expression": "12 345.00 × 50 % = 6 172.50 ≥ 1 234.50", "value": "1234.50", "unit": "EUR"},
    ],
    "computed_at": "2025-10-01T02:15:00+00:00",
}


def _chart_line() -> dict[str, Any]:
    start = datetime(2025, 7, 1, tzinfo=UTC)
    values = [100, 99.99, 99.98, 99.98, 99.95, 99.95, 99.93, 99.91, 99.905, 99.89, 99.882, 99.8712]
    points = [[(start + timedelta(days=7 * i)).isoformat(), value] for i, value in enumerate(values)]
    return {
        "kind": "line",
        "unit": "%",
        "target": 99.9,
        "target_label": "Target 99.9 %",
        "warning": [99.9, 99.95],
        "maximum": 100,
        "series": [{"name": "Attainment", "points": points}],
    }


def _chart_bars() -> dict[str, Any]:
    values = [99.97, 99.93, 99.91, 99.87, 99.99, 99.4]
    lights = ["green", "green", "yellow", "red", "green", "red"]
    names = ["Q2 24", "Q3 24", "Q4 24", "Q1 25", "Q2 25", "Q3 25"]
    rows = [{"label": n, "value": v, "light": li} for n, v, li in zip(names, values, lights, strict=True)]
    return {"kind": "bars", "unit": "%", "target": 99.9, "target_label": "99.9 %", "bars": rows}


def _chart_burndown() -> dict[str, Any]:
    points = [[f"2025-07-{day:02}T00:00:00Z", left] for day, left in ((1, 130), (6, 121), (9, 84), (16, 61), (20, 58))]
    forecast = [["2025-07-20T00:00:00Z", 58], ["2025-07-31T00:00:00Z", 12]]
    return {"kind": "burndown", "unit": "min", "budget": 130, "points": points, "forecast": forecast}


def _chart_intervals() -> dict[str, Any]:
    rows = [
        ("Down", "2025-07-06T03:10:00Z", "2025-07-06T15:10:00Z", "bad", "Outage of the API"),
        ("Down", "2025-07-09T09:00:00Z", "2025-07-11T01:30:00Z", "bad", "Database failover"),
        ("Maintenance", "2025-07-13T00:00:00Z", "2025-07-14T02:00:00Z", "warn", "Announced 7 days before"),
        ("No data", "2025-07-20T00:00:00Z", "2025-07-21T08:00:00Z", "idle", "Probe was silent"),
    ]
    spans = [dict(zip(("lane", "start", "end", "tone", "label"), row, strict=True)) for row in rows]
    lanes = ["Down", "Maintenance", "No data"]
    return {
        "kind": "intervals",
        "lanes": lanes,
        "spans": spans,
        "start": "2025-07-01T00:00:00Z",
        "end": "2025-08-01T00:00:00Z",
    }


COLUMNS = (
    Column("name", "Contract", main=True, sort=("name",), template="pages/styleguide_cell.html"),
    Column("state", "State", kind="state", sort=("state",)),
    Column("value", "Yearly value", kind="money", currency="currency", sort=("value",)),
    Column("attainment", "Attainment", kind="percent"),
    Column("light", "Light", kind="light"),
    Column("due_on", "Notice by", kind="date", zone="zone", sort=("due_on",)),
)


def _lines() -> list[Line]:
    today = clock.now().date()
    rows = [
        ("Hosting platform", "Northwind Cloud Ltd", "active", "148140.00", "99.8712", "red", 12),
        ("Customer support desk", "Meridian Services", "in_approval", "62000.00", "99.9996", "green", 48),
        ("Analytics subscription", "Bluefin Data GmbH", "out_for_signature", "18250.50", None, "grey", -3),
        ("Network operations", "Halden Networks AS", "active", "402000.00", "99.93", "yellow", 210),
    ]
    lines = []
    for name, party, state, value, attainment, light, days in rows:
        row = {"name": name, "party": party, "pk": name}
        values = (name, state, Decimal(value), attainment and Decimal(attainment), light, today + timedelta(days=days))
        extras = ("", "", "EUR", "", "", "Europe/Berlin")
        cells = [Cell(c, v, e, label=str(c.label)) for c, v, e in zip(COLUMNS, values, extras, strict=True)]
        lines.append(Line(row, "#row", cells))
    return lines


def context(form: forms.Form) -> dict[str, Any]:
    """Everything the style guide shows."""
    now = clock.now()
    return {
        "form": form,
        "trace": TRACE,
        "states": [*((value, "") for value in LOOKS), *((value, domain) for domain, value in DOMAIN_LOOKS)],
        "line": _chart_line(),
        "bars": _chart_bars(),
        "burndown": _chart_burndown(),
        "intervals": _chart_intervals(),
        "columns": COLUMNS,
        "lines": _lines(),
        "count": 4,
        "sort": "name",
        "bulk": [BulkAction("Archive", "#", icon="archive", verb="", effect="Archives the chosen contracts.")],
        "days": [now.date() + timedelta(days=n) for n in (-40, -1, 0, 1, 12, 75, 900)],
        "now": now,
        "job": {"pk": "job", "title": "Importing checks.csv", "state": "running", "percent": 62, "is_live": False,
                "message": "6,200 of 10,000 rows", "problems": []},
        "history": _history(now),
        "clauses": _clauses(),
        "changes": _changes(),
    }  # fmt: skip


def _history(now: datetime) -> list[dict[str, Any]]:
    return [
        {"who": "Ada Lindqvist", "what": "Approved the credit", "at": now, "reason": "Checked against the July report",
         "changes": [("State", "Proposed", "Approved")]},
        {"who": "Covenant", "what": "Computed the credit", "at": now - timedelta(days=2),
         "changes": [("Amount", "", "1,234.50 EUR")]},
    ]  # fmt: skip


def _clauses() -> list[dict[str, Any]]:
    sentence = TRACE["clause"]["quote"]
    rest = " Credits are applied to the next invoice."
    return [
        {"id": "c1", "number": "4", "heading": "Service levels", "level": 1, "parts": [], "sentences": []},
        {"id": "c2", "number": "4.1", "heading": "Uptime", "level": 2, "sentences": [],
         "parts": [{"text": "Provider will make the Service available at least 99.9% of each calendar month."}]},
        {"id": "c3", "number": "4.2", "heading": "Service credits", "level": 2, "has_binding": True,
         "parts": [{"text": sentence, "url": "#commitment", "label": "Service credit"}, {"text": rest}],
         "sentences": [{"text": sentence, "url": "?clause=c3&start=0&end=140"}, {"text": rest.strip(), "url": "#"}]},
    ]  # fmt: skip


def _changes() -> list[dict[str, Any]]:
    return [
        {"kind": "changed", "number": "4.1", "heading": "Uptime",
         "spans": [("same", "available at least "), ("removed", "99.5%"), ("added", "99.9%"), ("same", " a month.")]},
        {"kind": "added", "number": "4.3", "heading": "Root cause",
         "spans": [("added", "Provider reports the cause within five Business Days.")]},
    ]  # fmt: skip
