"""What a stored trace says to people."""

from __future__ import annotations

from clm.pages.traces import present

RESTS_ON = {"text": "C-2026-0001, version 2", "url": "/contracts/versions/2/", "read": "typed in by Lena on 3 Jan 2026"}


def test_the_weekend_is_told_by_the_days_names() -> None:
    shown = present({"parameters": {"weekend": [5, 6], "clear_days": True}})

    assert shown["parameters"] == [("weekend", "Saturday, Sunday"), ("clear days", "yes")]


def test_a_window_stands_in_the_agreements_zone() -> None:
    step = {"label": "Window", "value": "2025-12-31 23:00:00+00:00 – 2026-01-31 23:00:00+00:00"}
    shown = present({"steps": [step], "parameters": {"time_zone": "Europe/Berlin"}})

    assert shown["steps"][0]["value"] == "1 Jan 2026, 00:00 CET – 1 Feb 2026, 00:00 CET"


def test_other_values_with_a_dash_stay_as_they_are() -> None:
    shown = present({"steps": [{"label": "Range", "value": "5 – 6"}, {"label": "Text", "value": "a – b"}]})

    assert [step["value"] for step in shown["steps"]] == ["5 – 6", "a – b"]


def test_an_input_without_a_source_was_read_in_the_version() -> None:
    inputs = [{"name": "Term number", "value": 1}, {"name": "Samples", "value": 2, "source": "telemetry of web"}]
    shown = present({"inputs": inputs}, rests_on=RESTS_ON)

    assert [row["source"] for row in shown["inputs"]] == ["typed in by Lena on 3 Jan 2026", "telemetry of web"]
    assert shown["inputs"][0]["url"] == "/contracts/versions/2/"
    assert "url" not in shown["inputs"][1]
