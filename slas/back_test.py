"""Had this target been in force: past windows judged by a commitment's terms on the telemetry there is.

The judge is the one that judges windows in force. Nothing is excused, for nobody asked then; the days on which rules
of the target hold are those of the calendar.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from clm.lib.canonical import to_plain
from clm.lib.months import add_months
from clm.lib.rounding import round_to_places
from slas.crediting import Missed, credit_share
from slas.engine.attainment import MissingData, counted
from slas.engine.quantities import Quantities
from slas.engine.windows import Window, label, place, start_of_day, windows_between
from slas.judging import Judged, judge_window
from slas.models import Commitment, EvaluationWindow
from slas.splits import anchor_of
from slas.states import Outcome

MOST_MONTHS, MOST_WINDOWS = 36, 1_500
PLACES = 6


def windows_back(commitment: Commitment, months: int, now: datetime) -> list[Window]:
    """The windows, whole, that ended in the last months, the earliest first."""
    today = now.astimezone(place(commitment.time_zone)).date()
    start = start_of_day(add_months(today, -months), commitment.time_zone)
    kind, zone = commitment.window_kind, commitment.time_zone
    found = windows_between(kind, zone, start, now, anchor_of(commitment), commitment.window_days)
    return [window for window in found if window.end <= now]


def tested(commitment: Commitment, window: Window, now: datetime) -> dict[str, Any]:
    """One window's figures, and the credit that its remedy would have asked for; plain values, as a job keeps them."""
    judged = judge_window(_as_if(commitment, window), now)
    credit = _credit(commitment, judged)
    facts: dict[str, Any] = to_plain(
        {
            "label": label(window),
            "starts_at": window.start,
            "ends_at": window.end,
            **judged.figures(),
            "rule": _rules(judged),
            "credit_percent": credit,
            "credit_amount": _amount(commitment, credit),
        }
    )
    return facts


def _as_if(commitment: Commitment, window: Window) -> EvaluationWindow:
    """A window that is in no table, of the commitment as if it had begun with it; contract years stay as they are."""
    earlier = copy(commitment)
    earlier.anchor_on = anchor_of(commitment)
    earlier.starts_on, earlier.ends_on, earlier.follows_id = window.first, None, None
    return EvaluationWindow(
        commitment=earlier, starts_at=window.start, ends_at=window.end, closes_at=window.end, label=label(window)
    )


def _credit(commitment: Commitment, judged: Judged) -> Decimal | None:
    """In percent of the base, capped by window; None where nothing was missed or no remedy is granted."""
    if judged.outcome != Outcome.MISSED or judged.attainment is None:
        return None
    told = judged.trace.parameters.get("exact_attainment")
    parts = judged.inputs.get("parts", [])
    missed = Missed(
        attainment=Fraction(str(told)) if told else Fraction(judged.attainment),
        target=judged.target,
        judged=_weight(commitment, judged),
        unit=judged.unit,
        parts=parts,
        rule=judged.inputs.get("rule"),
    )
    share = credit_share(commitment, missed, {commitment.pk: commitment})
    if share is None:
        return None
    cap = commitment.cap_window_percent
    exact = share.exact_percent if cap is None else min(share.exact_percent, Fraction(cap))
    return round_to_places(exact, PLACES)


def _weight(commitment: Commitment, judged: Judged) -> Fraction:
    """The seconds or events that the verdict was on."""
    parts = judged.inputs.get("parts", [])
    if parts:
        return sum((Fraction(part["weight"]) for part in parts), Fraction(0))
    seen = Quantities(judged.good, judged.bad, judged.excluded, judged.unmeasured, judged.unit)
    return counted(seen, MissingData(commitment.missing_data_policy))[1]


def _rules(judged: Judged) -> str:
    """The names of the rules that gave targets in the window."""
    told = [judged.inputs.get("rule"), *(part.get("rule") for part in judged.inputs.get("parts", ()))]
    return ", ".join(dict.fromkeys(rule["name"] for rule in told if rule))


def _amount(commitment: Commitment, percent: Decimal | None) -> Decimal | None:
    """The credit as an amount where the base is a fixed one; fees are not known here."""
    if percent is None or commitment.fixed_base_amount is None:
        return None
    return round_to_places(Fraction(commitment.fixed_base_amount) * Fraction(percent) / 100, 2)


def summary(windows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """How many windows had each outcome, and what the credits add up to, in percent of the base of one window."""
    outcomes = {str(outcome): sum(row["outcome"] == outcome for row in windows) for outcome in Outcome}
    credits = [Decimal(row["credit_percent"]) for row in windows if row["credit_percent"] is not None]
    return {"windows": len(windows), **outcomes, "credit_percent": str(sum(credits, Decimal(0)))}
