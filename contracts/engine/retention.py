"""Until when a contract that has ended is kept: the longest of the rules that fit it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from clm.lib.months import add_months
from clm.lib.trace import Input, Step, Trace

END, YEAR_END = "end", "year_end"


@dataclass(frozen=True)
class Rule:
    """`category` and `jurisdiction` empty mean any; a country (`DE`, `US`) fits its parts (`US-NY`) too."""

    name: str
    keep_months: int
    counts_from: str
    category: str = ""
    jurisdiction: str = ""
    basis: str = ""

    def fits(self, category: str, jurisdiction: str) -> bool:
        """Whether the rule is about contracts of this type and jurisdiction. A contract whose jurisdiction nobody named
        may be of any, and one of which only the country is known (`US`) of any part of it (`US-NY`): every such rule of
        its type fits, for keeping too long is the smaller fault."""
        if self.category not in ("", category):
            return False
        is_part = self.jurisdiction == jurisdiction.partition("-")[0]
        may_be_part = self.jurisdiction.partition("-")[0] == jurisdiction
        return self.jurisdiction in ("", jurisdiction) or is_part or may_be_part or not jurisdiction

    def until(self, ended_on: date) -> date:
        """The first day on which the contract need not be kept any more. `ended_on` is the first day without it: one
        whose last day is 31 December ended in that year."""
        if self.counts_from == YEAR_END:
            last_year = (ended_on - timedelta(days=1)).year
            return add_months(date(last_year + 1, 1, 1), self.keep_months)
        return add_months(ended_on, self.keep_months)


@dataclass(frozen=True)
class Retention:
    """`until` is the first day after it; `rule` the one that counted; `trace` how the day came about."""

    until: date
    rule: Rule
    trace: Trace


def retention(
    ended_on: date,
    category: str,
    jurisdiction: str,
    rules: Iterable[Rule],
    recorded_on: date | None = None,
    *,
    called: str = "",
) -> Retention | None:
    """None where no rule fits: then nothing says that the contract may go, and it stays. `ended_on` is the first day
    after its last term, or the day it was terminated or archived; where people said only later that it had ended, on
    `recorded_on`, it is kept from then. `called` is how the trace says the type."""
    start = max(ended_on, recorded_on or ended_on)
    fitting = sorted((rule for rule in rules if rule.fits(category, jurisdiction)), key=lambda rule: rule.name)
    if not fitting:
        return None
    decisive = max(fitting, key=lambda rule: rule.until(start))
    until = decisive.until(start)
    trace = Trace(
        title="Kept until",
        value=until,
        unit="date",
        formula="latest over the rules that fit: (the day it ended, or was said to have ended if that is later, or the "
        "end of that year) + the months kept",
        inputs=(
            Input("ended on", ended_on),
            *([Input("end recorded on", start)] if start != ended_on else []),
            Input("type", called or category),
            Input("jurisdiction", jurisdiction or "not named: every rule of its type fits"),
        ),
        parameters={"rule": decisive.name, "rests on": decisive.basis},
        steps=tuple(_step(rule, start) for rule in fitting),
    )
    return Retention(until, decisive, trace)


def _step(rule: Rule, ended_on: date) -> Step:
    start = f"end of {(ended_on - timedelta(days=1)).year}" if rule.counts_from == YEAR_END else str(ended_on)
    return Step(rule.name, f"{start} + {rule.keep_months} months", rule.until(ended_on))
