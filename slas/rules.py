"""Rules of a target as people and programs state them: checked, told in words, written on a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from clm.lib.canonical import plain_decimal
from slas.aims import COUNTING
from slas.engine.targets import Basis, Rule, RuleKind
from slas.models import TargetRule
from slas.models.target import MONTH_DAY
from slas.models.telemetry import QUANTITIES
from slas.numbers import column_faults, number_in

if TYPE_CHECKING:
    from slas.terms import CommitmentTerms

MOST = 20
Faults = Iterable[tuple[str, str]]


def stated(rule: Rule) -> dict[str, Any]:
    """What a rule says, without what it leaves open."""
    empty = (None, "", False)
    return {name: value for name, value in asdict(rule).items() if value not in empty}


def rule_faults(rules: Sequence[Rule], terms: CommitmentTerms, kind: str) -> Faults:
    """What keeps rules from being judged by, as ("rules", words)."""
    if len(rules) > MOST:
        yield "rules", f"A target has at most {MOST} rules."
    for number, rule in enumerate(rules, start=1):
        for text in _faults(rule, terms, kind):
            yield "rules", f"Rule {number}: {text}"


def _faults(rule: Rule, terms: CommitmentTerms, kind: str) -> Iterable[str]:
    if rule.kind not in TargetRule.Kind.values:
        yield "it is one of season, surge, probation and improvement."
        return
    for name, value in asdict(rule).items():
        if name not in ("volume_key", "is_excused") and value not in (None, ""):
            yield from column_faults(TargetRule._meta.get_field(name), value)  # type: ignore[arg-type]
    if rule.target is not None and kind not in QUANTITIES and not 0 <= rule.target <= 100:
        yield "a target is between 0 and 100 percent."
    if not 0 <= rule.remedy_percent <= 100:
        yield "the remedy that is due is between 0 and 100 percent of the usual one."
    yield from _KINDS[RuleKind(rule.kind)](rule, terms, kind)


def _season(rule: Rule, _terms: CommitmentTerms, _kind: str) -> Iterable[str]:
    for day in (rule.season_from, rule.season_to):
        if not is_month_day(day):
            yield "a season has a first and a last day, as 12-24."
    if rule.target is None and rule.remedy_percent == 100:
        yield "a season has a target or a remedy of its own."


def is_month_day(text: str) -> bool:
    """Whether a day of some year is written so."""
    if not re.fullmatch(MONTH_DAY, text):
        return False
    month, day = (int(part) for part in text.split("-"))
    try:
        date(2024, month, day)
    except ValueError:
        return False
    return True


def _surge(rule: Rule, _terms: CommitmentTerms, kind: str) -> Iterable[str]:
    if rule.volume_above is None or rule.volume_above < 0:
        yield "a surge begins above a number of events."
    if not rule.volume_key and kind not in COUNTING:
        yield "this indicator counts no events: name another one whose volume tells a surge."
    if rule.is_excused == (rule.target is not None or rule.remedy_percent != 100):
        yield "above the volume there is another target, or it is excused, and not both."


def _probation(rule: Rule, _terms: CommitmentTerms, _kind: str) -> Iterable[str]:
    if rule.until_on is None:
        yield "probation has a day on which it ends."
    if rule.target is None and rule.remedy_percent == 100:
        yield "probation has a target or a remedy of its own."


def _improvement(rule: Rule, terms: CommitmentTerms, kind: str) -> Iterable[str]:
    if rule.improvement_percent is None or not 0 < rule.improvement_percent < 100:
        yield "an improvement is above 0 and below 100 percent a year."
    if rule.basis not in TargetRule.Basis.values:
        yield "an improvement is of the shortfall or of the value."
    if rule.target is not None:
        yield "an improvement follows from the commitment's own target."
    if kind in QUANTITIES and terms.comparison == ">=" and rule.basis == Basis.SHORTFALL:
        yield "what lacks to a quantity that must be reached has no end: improve its value."


_KINDS = {
    RuleKind.SEASON: _season,
    RuleKind.SURGE: _surge,
    RuleKind.PROBATION: _probation,
    RuleKind.IMPROVEMENT: _improvement,
}


def read_line(line: str) -> Rule:
    """A rule as it is typed: `season 12-24 01-02 99`, `surge 100000 excused`, `surge 100000 98 of api-requests`,
    `probation 2026-07-01 99 50`, `improvement 10 shortfall`. What is due of the remedy may follow the target, in
    percent; a target of – leaves the usual one. ValueError where it is none."""
    kind, *words = line.replace("%", " ").split()
    return _TYPED[kind.lower()](words) if kind.lower() in _TYPED else _refuse(line)


def _refuse(line: str) -> Rule:
    raise ValueError(line)


def _typed_season(words: Sequence[str]) -> Rule:
    first, last, *rest = words
    return Rule("season", season_from=first, season_to=last, **_aimed(rest))


def _typed_surge(words: Sequence[str]) -> Rule:
    above, *rest = words
    key = ""
    if len(rest) > 1 and rest[-2] == "of":
        *rest, _of, key = rest
    aim = {"is_excused": True} if rest == ["excused"] else _aimed(rest)
    return Rule("surge", volume_above=_number(above), volume_key=key, **aim)


def _typed_probation(words: Sequence[str]) -> Rule:
    until, *rest = words
    return Rule("probation", until_on=date.fromisoformat(until), **_aimed(rest))


def _typed_improvement(words: Sequence[str]) -> Rule:
    percent, *rest = words
    (basis,) = rest or ["shortfall"]
    return Rule("improvement", improvement_percent=_number(percent), basis=basis)


_TYPED = {
    "season": _typed_season,
    "surge": _typed_surge,
    "probation": _typed_probation,
    "improvement": _typed_improvement,
}


def _aimed(words: Sequence[str]) -> dict[str, Any]:
    target, *remedy = words
    found: dict[str, Any] = {} if target in ("-", "–") else {"target": _number(target)}
    if remedy:
        (due,) = remedy
        found["remedy_percent"] = _number(due)
    return found


def _number(text: str) -> Decimal:
    number = number_in(text)
    if number is None:
        raise ValueError(text)
    return number


def as_line(rule: Rule) -> str:
    """What `read_line` reads."""
    if rule.kind == RuleKind.IMPROVEMENT:
        return f"improvement {plain_decimal(rule.improvement_percent or Decimal(0))} {rule.basis}"
    when = {
        RuleKind.SEASON: f"{rule.season_from} {rule.season_to}",
        RuleKind.SURGE: plain_decimal(rule.volume_above or Decimal(0)),
        RuleKind.PROBATION: str(rule.until_on),
    }[RuleKind(rule.kind)]
    aim = "–" if rule.target is None else plain_decimal(rule.target)
    due = "" if rule.remedy_percent == 100 else f" {plain_decimal(rule.remedy_percent)}"
    key = f" of {rule.volume_key}" if rule.volume_key else ""
    return f"{rule.kind} {when} {'excused' if rule.is_excused else aim + due}{key}"


def in_words(rule: Rule) -> str:
    """The rule in a sentence."""
    when = {
        RuleKind.SEASON: _("From %(first)s to %(last)s every year"),
        RuleKind.SURGE: _("In a window with more than %(above)s events"),
        RuleKind.PROBATION: _("Until %(until)s"),
        RuleKind.IMPROVEMENT: _("Each contract year"),
    }[RuleKind(rule.kind)]
    named = {
        "first": rule.season_from,
        "last": rule.season_to,
        "until": rule.until_on,
        "above": plain_decimal(rule.volume_above or Decimal(0)),
        "percent": plain_decimal(rule.improvement_percent or Decimal(0)),
        "target": "" if rule.target is None else plain_decimal(rule.target),
        "due": plain_decimal(rule.remedy_percent),
    }
    then = [_("the target is %(target)s")] if rule.target is not None else []
    then += [_("%(due)s %% of the remedy is due")] if rule.remedy_percent != 100 else []
    then += [_("what exceeds that is excused")] if rule.is_excused else []
    if rule.kind == RuleKind.IMPROVEMENT:
        of_value = rule.basis == Basis.VALUE
        then = [
            _("the target is %(percent)s %% better") if of_value else _("what lacks is %(percent)s %% less than before")
        ]
    return f"{when % named}: {', '.join(text % named for text in then)}."
