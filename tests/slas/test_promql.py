"""Questions to Prometheus and its kin, and answers of which nothing is taken that is not whole."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import pytest

from slas.adapters.promql import SourceRefused, instant_question, range_question, read_answer
from slas.engine.pulling import Stretch

START = datetime(2026, 1, 1, tzinfo=UTC)


def answer(result: Any, kind: str = "matrix", **beside: Any) -> bytes:
    return json.dumps({"status": "success", "data": {"resultType": kind, "result": result}, **beside}).encode()


def test_a_question_names_its_stretch_and_asks_for_all_or_nothing() -> None:
    stretch = Stretch(START, START + timedelta(minutes=2), timedelta(minutes=1))
    asked = range_question('sum(rate(x{a="b"}[1m]))', stretch, seconds=20)
    assert asked.path == "/api/v1/query_range"
    assert {name: value for name, [value] in parse_qs(asked.form).items()} == {
        "query": 'sum(rate(x{a="b"}[1m]))', "start": "1767225600.000", "end": "1767225720.000", "step": "60",
        "timeout": "20s", "partial_response": "false", "deny_partial_response": "1",
    }  # fmt: skip
    assert instant_question("up", START, seconds=5).path == "/api/v1/query"


def test_an_answer_is_one_series() -> None:
    values = [[1767225600, "0.25"], [1767225660.5, "NaN"], [1767225720, "+Inf"], [1767225780, "1e3"]]
    found = read_answer(200, answer([{"metric": {"job": "a"}, "values": values}], infos=["PromQL info: x"]))
    assert found.labels == {"job": "a"}
    assert found.points == [
        (START, Decimal("0.25")),
        (START + timedelta(seconds=60.5), None),
        (START + timedelta(minutes=2), None),
        (START + timedelta(minutes=3), Decimal(1000)),
    ]
    assert found.notes == ("PromQL info: x",)
    assert read_answer(200, answer([1767225600, "2"], "scalar")).points == [(START, Decimal(2))]
    assert read_answer(200, answer([{"metric": {}, "value": [1767225600, "2"]}], "vector")).points == [
        (START, Decimal(2))
    ]
    assert read_answer(200, answer([])).points == []
    remark = "PromQL info: metric might not be a counter"  # where Prometheus 2.48 to 2.53 put it
    assert read_answer(200, answer([], warnings=[remark])).notes == (remark,)


@pytest.mark.parametrize(
    ("status", "body", "is_passing", "reason"),
    [
        (200, answer([], warnings=["No StoreAPIs matched for this query"]), True, "not whole: No StoreAPIs"),
        (200, answer([], isPartial=True), True, "not whole"),
        (503, b'{"status": "error", "errorType": "timeout", "error": "query timed out"}', True, "query timed out"),
        (422, b'{"status": "error", "errorType": "execution", "error": "many-to-many"}', False, "many-to-many"),
        (400, b'{"status": "error", "errorType": "bad_data", "error": "parse error"}', False, "parse error"),
        (200, b'{"status": "error", "errorType": "canceled", "error": "canceled"}', True, "canceled"),
        (429, b"slow down", True, "status 429"),
        (401, b"<html>", False, "status 401"),
        (302, b"", False, "status 302"),
        (200, b"<html>", False, "status 200"),
        (200, b"[" * 100_000, False, "status 200"),
        (200, answer([{"metric": {}, "values": []}] * 2), False, "gives 2 series"),
        (200, answer([{"metric": {}, "histograms": []}]), False, "native histograms"),
        (200, answer([1, "text"], "string"), False, "no numbers"),
        (200, answer(None), False, "no numbers"),
        (200, answer([{"metric": {}, "values": [[0, "1"]] * 10_001}]), False, "more than 10000 points"),
        (200, answer([{"metric": {}, "values": [[0, 1]]}]), False, "cannot be read"),
        (200, answer([{"metric": {}, "values": [[0, "1_0"]]}]), False, "cannot be read"),
        (200, answer([{"metric": {}, "values": [[1e300, "1"]]}]), False, "cannot be read"),
        (200, answer([{"metric": {}, "values": [[True, "1"]]}]), False, "cannot be read"),
        (200, answer([{"metric": {}, "values": 7}]), False, "cannot be read"),
        (200, b'{"status": "success", "data": []}', False, "no data"),
    ],
)  # fmt: skip
def test_what_is_no_whole_answer_is_refused(status: int, body: bytes, is_passing: bool, reason: str) -> None:
    with pytest.raises(SourceRefused, match=reason) as refusal:
        read_answer(status, body)
    assert refusal.value.is_passing is is_passing
