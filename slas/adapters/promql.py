"""PromQL over the HTTP API of Prometheus, and of what speaks it: Thanos, Mimir, VictoriaMetrics. What is asked and how
an answer is read; `clm.lib.web` fetches it.

Sources: prometheus.io/docs/prometheus/latest/querying/api; thanos.io/tip/components/query.md (partial response);
docs.victoriametrics.com/victoriametrics/cluster-victoriametrics (`isPartial`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from slas.engine.pulling import Stretch
from slas.numbers import number_in

# Prometheus refuses more than 11,000 points a series.
MOST_POINTS = 10_000
LONGEST_EXPRESSION = 4_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ENDLESS = frozenset({"NaN", "+Inf", "-Inf", "Inf"})
# What Prometheus calls annotations; those of the kind “info” stood among the warnings before it had a list for them.
_REMARKS = ("PromQL warning:", "PromQL info:")
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})


class SourceRefused(Exception):
    """The source did not answer the question. `is_passing`: it may answer the same question later."""

    def __init__(self, reason: str, *, is_passing: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_passing = is_passing


@dataclass(frozen=True)
class Question:
    """A request to a source: path below its address, and a form for the body (or the query string, by GET)."""

    path: str
    form: str


@dataclass(frozen=True)
class Answer:
    """The points of the one series (None where there is no number), its labels, and what the source says beside."""

    points: list[tuple[datetime, Decimal | None]]
    labels: dict[str, str]
    notes: tuple[str, ...] = ()


def range_question(expression: str, stretch: Stretch, *, seconds: int) -> Question:
    """Over a stretch; the source is to give up after so many seconds, and to answer in whole or not at all."""
    return _question(
        "query_range",
        query=expression,
        start=_stamp(stretch.first),
        end=_stamp(stretch.last),
        step=str(stretch.step // timedelta(seconds=1)),
        timeout=f"{seconds}s",
    )


def instant_question(expression: str, at: datetime, *, seconds: int) -> Question:
    """At one instant."""
    return _question("query", query=expression, time=_stamp(at), timeout=f"{seconds}s")


def _question(path: str, **fields: str) -> Question:
    """Prometheus passes over the two fields by which the others are told to fail rather than leave something out."""
    return Question(f"/api/v1/{path}", urlencode(fields | {"partial_response": "false", "deny_partial_response": "1"}))


def read_answer(status: int, body: bytes) -> Answer:
    """The one series of an answer; none has no points. Raises SourceRefused with the reason, in words of the source
    where it gave any: an error, a partial answer, several series, or nothing that can be read."""
    stated = _json(body)
    if status != 200 or stated is None or stated.get("status") != "success":
        raise _refusal(status, stated)
    notes = _notes(stated)
    data = stated.get("data")
    if not isinstance(data, Mapping):
        raise SourceRefused("The answer holds no data.", is_passing=False)
    series = _series(data)
    if len(series) > 1:
        text = f"The expression gives {len(series)} series; make it one, with sum(), max() or by naming labels."
        raise SourceRefused(text, is_passing=False)
    if not series:
        return Answer([], {}, notes)
    labels, points = series[0]
    return Answer([_point(each) for each in points], labels, notes)


def _json(body: bytes) -> dict[str, Any] | None:
    try:
        stated = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return stated if isinstance(stated, dict) else None


def _refusal(status: int, stated: Mapping[str, Any] | None) -> SourceRefused:
    """A time-out of the query passes, a query that cannot be read does not."""
    said = str((stated or {}).get("error") or "")[:500]
    kind = str((stated or {}).get("errorType") or "")
    is_passing = status in _BUSY or kind in ("timeout", "canceled", "unavailable", "internal", "too_many_requests")
    return SourceRefused(said or f"The source answered with status {status}.", is_passing=is_passing)


def _notes(stated: Mapping[str, Any]) -> tuple[str, ...]:
    """What the source remarks on the expression. Another warning is about data that it could not reach: a store that
    is down leaves its part out, and figures from the rest would be taken for all there is."""
    warnings = [str(each)[:400] for each in _list(stated, "warnings")]
    if lacking := [each for each in warnings if not each.startswith(_REMARKS)]:
        raise SourceRefused(f"The answer is not whole: {lacking[0]}", is_passing=True)
    if stated.get("isPartial") is True:
        raise SourceRefused("The answer is not whole: some of the source's stores did not answer.", is_passing=True)
    return tuple([*warnings, *(str(each)[:400] for each in _list(stated, "infos"))][:20])


def _list(stated: Mapping[str, Any], name: str) -> Sequence[Any]:
    found = stated.get(name)
    return found if isinstance(found, list) else []


def _series(data: Mapping[str, Any]) -> list[tuple[dict[str, str], Sequence[Any]]]:
    kind, result = data.get("resultType"), data.get("result")
    if kind == "scalar":
        return [({}, [result])]
    if kind not in ("matrix", "vector") or not isinstance(result, list):
        raise SourceRefused("The expression gives no numbers.", is_passing=False)
    return [(_labels(each), _values(each, kind)) for each in result]


def _labels(series: Any) -> dict[str, str]:
    labels = series.get("metric") if isinstance(series, Mapping) else None
    return {str(name): str(text) for name, text in labels.items()} if isinstance(labels, Mapping) else {}


def _values(series: Any, kind: str) -> Sequence[Any]:
    if not isinstance(series, Mapping):
        raise _unreadable()
    if "histograms" in series or "histogram" in series:
        text = "The expression gives native histograms; ask for a figure of them, as by histogram_quantile()."
        raise SourceRefused(text, is_passing=False)
    points = series.get("values", []) if kind == "matrix" else [series.get("value")]
    if not isinstance(points, list):
        raise _unreadable()
    if len(points) > MOST_POINTS:
        raise SourceRefused(f"The answer has more than {MOST_POINTS} points.", is_passing=False)
    return points


def _point(stated: Any) -> tuple[datetime, Decimal | None]:
    if not isinstance(stated, list) or len(stated) != 2 or not isinstance(stated[1], str):
        raise _unreadable()
    seconds, text = stated
    value = number_in(text)
    if value is None and text not in _ENDLESS:
        raise _unreadable()
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise _unreadable()
    try:
        return EPOCH + timedelta(milliseconds=round(seconds * 1000)), value
    except (OverflowError, ValueError):
        raise _unreadable() from None


def _unreadable() -> SourceRefused:
    return SourceRefused("The answer cannot be read.", is_passing=False)


def _stamp(at: datetime) -> str:
    return f"{(at - EPOCH) / timedelta(seconds=1):.3f}"
