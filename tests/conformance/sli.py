"""Availability, budgets and burn rates as other projects' tests and books state them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from clm.lib.errors import DomainError
from clm.lib.intervals import Interval
from clm.lib.rounding import round_to_places
from slas.engine.attainment import Empty, Judgement, MissingData, error_budget, judge
from slas.engine.burn_rate import (
    Bucket,
    BurnPair,
    Counted,
    Series,
    budget_spent,
    burn_rate,
    is_above,
    rate_that_spends,
    spent_within,
)
from slas.engine.quantities import INTERVALS, Exclusion, MaintenancePolicy, Quantities
from slas.engine.ratio import EventCount, ratio_quantities
from slas.engine.uptime import Outage, StateChange, Status, Telemetry, UptimePolicy, uptime_quantities
from slas.engine.windows import window_at
from tests.conformance.cases import Case, files_named, read_json

Row = Mapping[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CLOSE = Fraction(1, 10**9)


def cases(path: Path) -> Iterator[Case]:
    """The cases of each group of every JSON file; a group that is none of ours is a case that differs."""
    for file in files_named(path, "*.json"):
        for name, group in read_json(file).items():
            if name == "about":
                continue
            if name not in GROUPS:
                yield Case(name, "a group that is known", "unknown")
                continue
            yield from _told(name, GROUPS[name], group)


def _told(name: str, group: Callable[[Any], Iterator[Case]], rows: Any) -> Iterator[Case]:
    try:
        yield from group(rows)
    except DomainError as refusal:
        yield Case(name, "an answer", {"error": refusal.code})


def _case(name: str, expected: Any, got: Fraction | None, *, is_contested: bool = False) -> Case:
    """A figure as it was published: equal, or the same once rounded to its places."""
    if expected is None or got is None:
        return Case(name, expected, got, is_contested)
    exact = Fraction(Decimal(str(expected)))
    if abs(exact - got) <= CLOSE * max(abs(exact), 1):
        return Case(name, expected, expected, is_contested)
    places = -int(Decimal(str(expected)).as_tuple().exponent)
    rounded = round_to_places(got, max(places, 0)) if places > 0 else got
    return Case(name, Decimal(str(expected)), rounded, is_contested)


def _second(number: Any) -> datetime:
    return EPOCH + timedelta(seconds=float(number))


def _percent(quantities: Quantities, empty: Empty = Empty.NOTHING) -> Fraction | None:
    terms = Judgement(Decimal(0), missing=MissingData.EXCLUDED, coverage_threshold_percent=0, empty=empty)
    return judge(quantities, terms).exact_percent


# States of checks, with downtimes that count as up.

STATES = {0: Status.UP, 2: Status.DOWN, 99: Status.UNKNOWN}


def _icinga(group: Row) -> Iterator[Case]:
    contested = group.get("contested", {})
    for row in group["cases"]:
        expected = row.get("expected_ok_percent")
        try:
            got = _percent(_states(row))
        except DomainError:
            yield Case(row["id"], expected if expected is not None else "error", "error", row["id"] in contested)
            continue
        yield _case(row["id"], expected, got, is_contested=row["id"] in contested)


def _states(row: Row) -> Quantities:
    start, end = (_second(edge) for edge in row["window"])
    if end <= start:
        raise DomainError("window_empty", "A window has a length.")
    window = Interval(start, end)
    events = sorted(row["state_events"], key=lambda event: event["t"])
    before = [event for event in events if event["t"] < row["window"][0]]
    within = [event for event in events if row["window"][0] <= event["t"] < row["window"][1]]
    first = before[-1]["state"] if before else within[0]["previous"] if within else row["current_state"]
    changes = []
    for at, state, closing in zip(
        [window.start, *(_second(event["t"]) for event in within)],
        [first, *(event["state"] for event in within)],
        [*within, None],
        strict=True,
    ):
        is_unknown = closing is not None and closing["previous"] == 99
        changes.append(StateChange(at, Status.UNKNOWN if is_unknown else STATES.get(state, Status.DOWN)))
    downtimes = [
        Exclusion(Interval(_second(low), _second(high)), is_maintenance=True) for low, high in row["downtimes"]
    ]
    policy = UptimePolicy(maintenance=MaintenancePolicy.COUNTS_AS_UP)
    return uptime_quantities(window, Telemetry(changes=changes), downtimes, policy)


# Good and bad events, with a least number of them.

LEAST, GOAL_PERCENT = 10, 99


def _slo_generator(group: Row) -> Iterator[Case]:
    """-1 is a side without data, which its total counts as such: one more is asked for."""
    for row in group["cases"]:
        sli = _sli(row)
        got: dict[str, Any] = {"valid": sli is not None}
        if "sli" in row:
            got["sli"] = None if sli is None else round_to_places(sli, 6)
        if "alert" in row and sli is not None:
            goal = Decimal(str(row.get("goal", Decimal(GOAL_PERCENT) / 100))) * 100
            got["alert"] = is_above(Counted(1 - sli, Fraction(1)), goal, Decimal(str(row.get("threshold", 1))))
        yield Case(row["id"], {name: row[name] for name in got}, got)
    for step in group.get("default_steps", ()):
        pair = BurnPair(_length(step["window"]), MINUTE, Decimal(str(step["threshold"])))
        yield Case(f"step {step['window']}", Decimal(str(step["threshold"])), pair.rate)


def _sli(row: Row) -> Fraction | None:
    if "sli_direct" in row:
        return None if row["sli_direct"] in (None, -1) else Fraction(row["sli_direct"])
    sides = [row.get("good", -1), row.get("bad", -1)]
    lacking = sides.count(-1) + sides.count(None)
    good, bad = (Fraction(0) if side in (None, -1) else Fraction(side) for side in sides)
    errors = Counted(bad, good + bad).error_rate(LEAST + lacking)
    return None if errors is None or lacking == 2 else 1 - errors


# Burn rates and how long a budget lasts at them.


def _burn_factor(group: Row) -> Iterator[Case]:
    for row in group["cases"]:
        period, long = timedelta(days=float(row["period_days"])), timedelta(hours=float(row["long_hours"]))
        rate = rate_that_spends(Decimal(str(row["budget_percent"])), period, long)
        BurnPair(long, _length(row["short"]), rate, row["severity"])
        yield _case(f"burn_factor {row['period_days']} d, {row['budget_percent']} % in {long}", row["factor"], rate)


def _pyrra(group: Row) -> Iterator[Case]:
    for row in group["cases"]:
        lasts = spent_within(Fraction(row["factor"]), timedelta(days=28))
        yield _case(f"28 d at {row['factor']}", row["budget_exhausted_in_days"], Fraction(lasts / timedelta(days=1)))


def _openslo(group: Row) -> Iterator[Case]:
    for number, row in enumerate(group["cases"]):
        name = f"openslo {number} {row['method']}"
        if "target" not in row:
            figure = row.get("published", row.get("exact_minutes"))
            yield Case(name, figure, "it says nothing to compute it from", is_contested=True)
            continue
        unit, size = ("allowed_bad_seconds", 60) if "allowed_bad_seconds" in row else ("allowed_bad_slices", 1)
        terms = Judgement(Decimal(str(row["target"])) * 100)
        budget = error_budget(terms, bad=Fraction(0), valid=Fraction(row["window_minutes"]) * size)
        yield _case(name, row[unit], budget.total if budget else None)


LOW_TRAFFIC = re.compile(r"([\d.]+) requests?/hour, ([\d.]+) failures?, target ([\d.]+) ?%, ([\d.]+) days?")


def _low_traffic(group: Row) -> Iterator[Case]:
    read = LOW_TRAFFIC.search(group["input"])
    if read is None:
        yield Case("sre_low_traffic", "an input that can be read", group["input"])
        return
    hourly, failures, target, days = (Decimal(part) for part in read.groups())
    counted, expected = Counted(Fraction(failures), Fraction(hourly)), Fraction(hourly * 24 * days)
    budget = error_budget(Judgement(target), bad=counted.bad, valid=expected)
    got = {
        "burn": burn_rate(counted, target),
        "budget_share": budget_spent(counted, target, expected),
        "allowed_failures": budget.total if budget else None,
        "hourly_error": counted.error_rate(),
    }
    for name, figure in group["recomputed"].items():
        yield _case(f"sre_low_traffic {name}", figure, got[name])
    for name, figure in group["published"].items():
        if name in got and isinstance(figure, int | Decimal):
            yield _case(f"sre_low_traffic published {name}", figure, got[name], is_contested=name != "hourly_error")
    text = f"{float(got['burn'] or 0):g}x"
    yield Case("sre_low_traffic published burn", group["published"].get("burn", text), text, is_contested=True)


# Shares of beats, of months, of years.


def _uptime_kuma(group: Row) -> Iterator[Case]:
    for number, row in enumerate(group["cases"]):
        beats = {name: Decimal(str(count)) for name, count in row["beats"].items()}
        bad = beats.get("down", Decimal(0)) + beats.get("pending", Decimal(0))
        seen = Quantities(beats.get("up", Decimal(0)), bad, beats.get("maintenance", Decimal(0)), unit=INTERVALS)
        last = row.get("last_known")
        percent = Fraction(Decimal(str(last))) * 100 if last is not None and not seen.measured else _percent(seen)
        yield _case(f"uptime_kuma {number}", row["expected"], None if percent is None else percent / 100)


def _healthchecks(group: Row) -> Iterator[Case]:
    for row in group["cases"]:
        name = f"{row['id']} {row['month']}"
        year, month = (int(part) for part in row["month"].split("-"))
        window = window_at("month", row["tz"], _middle(year, month)).interval
        created = row.get("created")
        if created and window.end <= datetime.fromisoformat(created):
            yield Case(name, row["expected_uptime"], None)
            continue
        outages = []
        if row.get("down_since"):
            down, now = (datetime.fromisoformat(row[name]) for name in ("down_since", "now"))
            outages = [Outage(down, max(now, down))]
        seen = uptime_quantities(window, Telemetry(outages=outages, known_from=window.start))
        percent = _percent(seen)
        yield _case(f"{name} uptime", row["expected_uptime"], None if percent is None else percent / 100)
        yield _case(f"{name} down", row["expected_down_seconds"], Fraction(seen.bad))


def _middle(year: int, month: int) -> datetime:
    return datetime(year, month, 15, tzinfo=UTC)


def _upptime(group: Row) -> Iterator[Case]:
    for row in group["cases"]:
        down = timedelta(minutes=float(row["minutes_down"]))
        window = Interval(EPOCH, EPOCH + timedelta(minutes=525600))
        seen = uptime_quantities(window, Telemetry(outages=[Outage(EPOCH, EPOCH + down)], known_from=EPOCH))
        yield _case(row["site"], row["uptime_percent"], _percent(seen))


def _misc(rows: Sequence[Row]) -> Iterator[Case]:
    for row in rows:
        if "up" in row:
            yield _case(
                row["id"], row["expected_percent"], _percent(Quantities(Decimal(row["up"]), Decimal(row["down"])))
            )
        elif "intervals" in row:
            yield _case(row["id"], row["expected_availability"], _of_intervals(row))
        elif "affected_ratio" in row:
            bad = Fraction(row["outage_minutes"]) * Fraction(row["affected_ratio"])
            errors = Counted(bad, Fraction(row["scheduled_minutes"])).error_rate()
            yield _significant(row["id"], row["expected_credit_fraction"], errors)
        else:
            yield Case(row["id"], "a case that is known", sorted(row))


def _of_intervals(row: Row) -> Fraction | None:
    """So many of the intervals had nine good events of ten, the others ten."""
    window = Interval(EPOCH, EPOCH + row["intervals"] * MINUTE)
    poor = int(row["at_90_percent"])
    counts = [
        EventCount(EPOCH + number * MINUTE, Decimal(9 if number < poor else 10), Decimal(10))
        for number in range(row["intervals"])
    ]
    percent = _percent(ratio_quantities(window, counts))
    return None if percent is None else percent / 100


def _significant(name: str, expected: Decimal, got: Fraction | None) -> Case:
    """A figure in scientific notation, to its own digits."""
    digits = Decimal(str(expected))
    shown = None if got is None else round_to_places(got, -int(digits.as_tuple().exponent))
    return Case(name, digits, shown)


# When an alert fires, minute by minute.

TIMELINE = re.compile(
    r"([\d.]+) requests/min; all fail from minute (\d+) to (\d+); target ([\d.]+) ?%; threshold ([\d.]+) x ([\d.]+)"
)


def _timeline(group: Row) -> Iterator[Case]:
    """Published minutes are those of a server that takes differences of samples: one evaluation sooner or later is the
    same. Where the recomputed figures count by minutes, as we do, they are exact."""
    read = TIMELINE.search(group["input"])
    if read is None:
        yield Case("burn_alert_timeline", "an input that can be read", group["input"])
        return
    rate, low, high, target, threshold, _allowed = (Decimal(part) for part in read.groups())
    span = int(high) + 24 * 60
    series = Series(
        (
            Bucket(
                EPOCH + number * MINUTE,
                Counted(Fraction(rate) if low <= number < high else Fraction(0), Fraction(rate)),
            )
            for number in range(span)
        ),
        MINUTE,
    )
    pair = BurnPair(timedelta(hours=1), 5 * MINUTE, threshold)
    fires = {
        "multi_window_1h_and_5m": lambda at: series.look(pair, at, target).fires,
        "one_hour_only": lambda at: series.is_burning(pair.long, at, target, threshold),
    }
    for name, said in group["published_firing_minutes"].items():
        burning = [fires[name](EPOCH + number * MINUTE) for number in range(span)]
        for word, wanted in (("fires", True), ("silent", False)):
            for minute in said[word]:
                near = burning[max(0, minute - 1) : minute + 2]
                yield Case(f"{name} {word} at {minute}", True, wanted in near)
        recomputed = group.get("recomputed", {}).get("minute_buckets", {})
        key = next((each for each in recomputed if name.startswith(each)), None)
        if key is not None:
            minutes = [number for number, is_on in enumerate(burning) if is_on]
            yield Case(f"{name} by minutes", list(recomputed[key]), [minutes[0], minutes[-1]] if minutes else [])


def _length(text: str) -> timedelta:
    sizes = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
    return timedelta(**{sizes[text[-1]]: float(text[:-1])})


GROUPS: dict[str, Callable[[Any], Iterator[Case]]] = {
    "icinga_availability": _icinga,
    "slo_generator": _slo_generator,
    "burn_factor": _burn_factor,
    "pyrra_28d": _pyrra,
    "openslo_worked": _openslo,
    "sre_low_traffic": _low_traffic,
    "uptime_kuma": _uptime_kuma,
    "healthchecks_monthly": _healthchecks,
    "upptime_year": _upptime,
    "misc": _misc,
    "burn_alert_timeline": _timeline,
}
