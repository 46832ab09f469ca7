"""How a notice deadline came about, step by step."""

from __future__ import annotations

from datetime import date, datetime

from clm.lib.business_days import BusinessDays
from clm.lib.trace import Input, Step, Trace
from contracts.engine.day_end import closes_at, is_doubled, is_skipped
from contracts.engine.terms import (
    EVERY_WEEKDAY,
    NoticePeriod,
    Roll,
    Term,
    TermRules,
    cleared,
    counted_back,
    notice_deadline,
    rolled,
)

DeadlineTrace = Trace


def trace_deadline(
    rules: TermRules, term: Term, business_days: BusinessDays = EVERY_WEEKDAY, zone: str = ""
) -> DeadlineTrace:
    """The deadline of one term with its inputs, formula and intermediate dates; no value where there is no deadline.

    With a zone the last step is the instant from which on notice no longer counts.
    """
    deadline = notice_deadline(rules, term, business_days)
    notice = rules.notice
    return Trace(
        title="Notice deadline",
        value=deadline,
        unit="date",
        formula=_formula(notice) if notice and deadline else _why_none(rules, term),
        inputs=_inputs(rules, term),
        parameters=_parameters(rules, business_days),
        steps=(
            (*_steps(notice, term, business_days), *_closing_steps(notice, deadline, zone))
            if notice and deadline
            else (_term_step(term),)
        ),
    )


def _inputs(rules: TermRules, term: Term) -> tuple[Input, ...]:
    decided = (
        Input("Notice given for term", rules.notice_given_for_term),
        Input("Renewals agreed", rules.renewals_agreed),
    )
    return (
        Input("Contract start", rules.start, "date"),
        Input("Term number", term.number),
        Input("Term start", term.start, "date"),
        Input("Term end (first day not covered)", term.end, "date"),
        *(item for item in decided if item.value),
    )


def _parameters(rules: TermRules, business_days: BusinessDays) -> dict[str, object]:
    notice = rules.notice
    stated: dict[str, object] = {
        "initial_months": rules.initial_months,
        "initial_days": rules.initial_days,
        "initial_end": rules.initial_end,
        "renewal": rules.renewal,
        "renewal_months": rules.renewal_months,
        "renewal_days": rules.renewal_days,
        "max_renewals": rules.max_renewals,
        "terminated_on": rules.terminated_on,
    }
    if notice is not None:
        stated |= {
            "notice": length_text(notice),
            "clear_days": notice.clear_days,
            "roll": notice.roll,
            "day_ends_at": end_text(notice),
            "weekend": business_days.weekend,
        }
    return {name: value for name, value in stated.items() if value not in (None, 0)}


def length_text(notice: NoticePeriod) -> str:
    """The notice period in words: "30 days", "1 month"."""
    lengths = ((notice.days, "day"), (notice.months, "month"), (notice.business_days, "business day"))
    count, unit = next((count, unit) for count, unit in lengths if count is not None)
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def end_text(notice: NoticePeriod) -> str:
    """The local time at which the last day ends for notice: "17:00", "24:00"."""
    if notice.ends_at is None:
        return "24:00"
    return notice.ends_at.isoformat("auto" if notice.ends_at.second or notice.ends_at.microsecond else "minutes")


def _formula(notice: NoticePeriod) -> str:
    parts = [f"term end − {length_text(notice)}"]
    if notice.clear_days:
        parts.append("− 1 day (clear days)")
    if notice.roll is not Roll.NONE:
        parts.append(f"moved to the {notice.roll.value.replace('_', ' ')}")
    return ", ".join(parts)


def _why_none(rules: TermRules, term: Term) -> str:
    if not term.renews:
        return f"none: term {term.number} is the last one ({term.ending})"
    return "none: no notice period is agreed" if rules.notice is None else "none: the term does not renew by itself"


def _term_step(term: Term) -> Step:
    counted = f"{term.end_anchor} + {term.end_months} months" if term.end_months else f"{term.end_anchor}"
    return Step("Term end", counted, term.end, "date")


def _steps(notice: NoticePeriod, term: Term, business_days: BusinessDays) -> tuple[Step, ...]:
    """Term end, the notice counted back, then clear days and the move to a business day where they apply."""
    day = counted_back(notice, term, business_days)
    steps = [_term_step(term), Step("Notice counted back", _counting(notice, term), day, "date")]
    if notice.clear_days:
        steps.append(Step("Clear days", f"{day} − 1 day", cleared(notice, day), "date"))
        day = cleared(notice, day)
    if notice.roll is not Roll.NONE:
        steps.append(_roll_step(notice, term, day, business_days))
    return tuple(steps)


def _counting(notice: NoticePeriod, term: Term) -> str:
    if notice.months is not None:
        return f"{term.end_anchor} + ({term.end_months} − {notice.months}) months"
    return f"{term.end} − {length_text(notice)}"


def _roll_step(notice: NoticePeriod, term: Term, day: date, business_days: BusinessDays) -> Step:
    what = "is a business day" if business_days.includes(day) else "is not a business day"
    return Step("Business day", f"{day} {what}", rolled(notice.roll, day, term, business_days), "date")


def _closing_steps(notice: NoticePeriod, deadline: date, zone: str) -> tuple[Step, ...]:
    """The end of the last day as an instant, and what was made of a time that clocks skip or show twice."""
    if not zone:
        return ()
    expression = f"{deadline} {end_text(notice)} {zone}{_clock_change(notice, deadline, zone)}"
    return (Step("Notice must arrive before", expression, closes_at(deadline, notice.ends_at, zone)),)


def _clock_change(notice: NoticePeriod, deadline: date, zone: str) -> str:
    if notice.ends_at is None:
        return ""
    wall = datetime.combine(deadline, notice.ends_at)
    if is_skipped(wall, zone):
        return " (skipped: when the clocks go forward)"
    return " (shown twice: the last time that clocks show less)" if is_doubled(wall, zone) else ""
