"""The definition assistant: what a draft says is looked through, and each warning is put in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy

from clm.lib.canonical import plain_decimal
from slas.engine.drafting import Draft, Finding, findings_in
from slas.models import Commitment, Indicator
from slas.states import CommitmentState
from slas.terms import CommitmentTerms

# Code -> (why it leads to disputes, what to do instead).
_WORDS: Mapping[str, tuple[Any, Any]] = {
    "no_measurement_method": (
        gettext_lazy("The clause does not say how this is measured. Each side will bring figures of its own."),
        gettext_lazy("Name who measures, with what, from where, and how often."),
    ),
    "nobody_measures": (
        gettext_lazy("No telemetry has ever come for this indicator: nobody could tell whether the promise is kept."),
        gettext_lazy("Connect a source before it is signed, or promise something that is measured."),
    ),
    "telemetry_stopped": (
        gettext_lazy("The last telemetry of this indicator came %(days)s days ago: windows would be inconclusive."),
        gettext_lazy("Repair the source first."),
    ),
    "silence_is_up": (
        gettext_lazy("A status holds until the next one comes: a monitor that died says “up” for ever."),
        gettext_lazy("Say for how many minutes a status holds, so that silence is unmeasured."),
    ),
    "coverage_unknown": (
        gettext_lazy("Nobody can say what telemetry lacks, so a window with one good reading is met."),
        gettext_lazy("Say how often telemetry is expected."),
    ),
    "binary_target": (
        gettext_lazy("%(target)s %% leaves no error at all: the first second is a miss, and the rest does not count."),
        gettext_lazy("Promise what can be kept, such as 99.9 %%, with credits that grow below it."),
    ),
    "budget_below_slice": (
        gettext_lazy("The target allows less than one slice of %(minutes)s minutes: one bad slice is a miss."),
        gettext_lazy("Measure in shorter slices, judge a longer window, or lower the target."),
    ),
    "latency_from_below": (
        gettext_lazy("A duration that must be at least its target rewards slowness."),
        gettext_lazy("Choose “at most”."),
    ),
    "acknowledgement_as_response": (
        gettext_lazy("“%(words)s” lets an automatic acknowledgement count as the response."),
        gettext_lazy("Say that a response is the first qualified reply by a person."),
    ),
    "clock_stopped_at_will": (
        gettext_lazy("“%(words)s” lets one side stop the clock of a resolution by its own word."),
        gettext_lazy("List the reasons for a pause, and let the other side confirm each."),
    ),
    "maintenance_without_limit": (
        gettext_lazy("Maintenance is excused without notice and without limit: every outage can be called one."),
        gettext_lazy("Ask for notice, 48 hours for example, and cap it at some hours a window."),
    ),
    "silence_pays": (
        gettext_lazy("Missing data counts as good: whoever measures gains by not measuring."),
        gettext_lazy("Leave such windows inconclusive, or let missing data count as bad."),
    ),
    "coverage_not_needed": (
        gettext_lazy("Windows are judged however little was measured."),
        gettext_lazy("Ask for 95 %% coverage, below which nothing is decided."),
    ),
    "remedy_without_cap": (
        gettext_lazy("Nothing limits what credits add up to: the whole fee, or more, is argued over."),
        gettext_lazy("Cap it per window, per year or for the contract."),
    ),
    "target_above_first_tier": (
        gettext_lazy("Between %(low)s and %(high)s %% the target is missed and no tier gives a credit."),
        gettext_lazy("Let the first tier begin at the target, or say that such a miss has no credit."),
    ),
    "target_below_first_tier": (
        gettext_lazy("Between %(low)s and %(high)s %% the target is met and a tier gives a credit."),
        gettext_lazy("Let the first tier begin at the target."),
    ),
    "no_lowest_tier": (
        gettext_lazy("Below %(high)s %% no tier gives a credit: the worst outage is worth nothing."),
        gettext_lazy("Let the last tier reach down to nothing."),
    ),
    "band_gap": (
        gettext_lazy("No tier covers attainment from %(low)s up to %(high)s %%."),
        gettext_lazy("Let each tier begin where the one below it ends."),
    ),
    "band_overlap": (
        gettext_lazy("Two tiers cover attainment from %(low)s up to %(high)s %%."),
        gettext_lazy("Let each tier begin where the one below it ends."),
    ),
    "credit_decreases": (
        gettext_lazy("The credit falls as attainment worsens, from %(high)s down to %(low)s %%."),
        gettext_lazy("Let credits grow from tier to tier."),
    ),
    "too_many_metrics": (
        gettext_lazy(
            "With this one the contract has %(metrics)s service levels; nobody watches more than %(watchable)s."
        ),
        gettext_lazy("Keep those that the business would stop for, and report the others."),
    ),
}
_FAULT = (gettext_lazy("%(message)s"), gettext_lazy("Correct the tiers."))


@dataclass(frozen=True)
class Advice:
    """A warning as people and programs read it; `field` is the term it is about."""

    code: str
    field: str
    why: str
    suggestion: str


def advice_on(draft: Draft) -> list[Advice]:
    """The warnings on a draft in words."""
    return [_worded(finding) for finding in findings_in(draft)]


def _worded(finding: Finding) -> Advice:
    why, suggestion = _WORDS.get(finding.code, _FAULT)
    facts = {
        name: plain_decimal(value) if isinstance(value, Decimal) else value for name, value in finding.facts.items()
    }
    return Advice(finding.code, finding.field, str(why) % facts, str(suggestion) % facts)


def draft_of(values: Mapping[str, Any], *, quote: str, measured: Mapping[str, Any], metrics: int) -> Draft:
    """A draft from terms by their names, those that are there; `measured` says what is known of the indicator."""
    names = (
        "name", "target", "comparison", "window_kind", "maintenance_policy", "maintenance_notice_hours",
        "maintenance_cap_hours", "missing_data_policy", "coverage_threshold_percent", "remedy_kind",
    )  # fmt: skip
    given = {name: values[name] for name in names if values.get(name) not in (None, "")}
    caps = (values.get(name) for name in ("cap_window_percent", "cap_year_amount", "cap_contract_amount"))
    return Draft(
        **given,
        **measured,
        quote=quote,
        bands=tuple(values.get("tiers") or ()),
        caps=tuple(cap for cap in caps if cap is not None),
        metrics=metrics,
    )


def measured_by(indicator: Indicator, now: datetime) -> dict[str, Any]:
    """What a stored indicator says of itself, and of its telemetry."""
    last = indicator.last_sample_at
    return _stated(indicator.__dict__) | {
        "has_telemetry": last is not None,
        "days_silent": None if last is None else max((now - last).days, 0),
    }


def measured_anew(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is typed of an indicator that is still to be made; whether anybody measures it is open."""
    return _stated(values)


def _stated(values: Mapping[str, Any]) -> dict[str, Any]:
    names = ("kind", "silence_minutes", "expected_every_minutes", "slice_minutes")
    return {name: values[name] for name in names if values.get(name) not in (None, "")}


def metrics_with(contract_id: UUID, commitment_id: UUID | None = None) -> int:
    """How many service levels the contract has that are drafted or measured, with the one that is written."""
    rows = Commitment.objects.filter(contract_id=contract_id).exclude(state=CommitmentState.ENDED)
    return (rows if commitment_id is None else rows.exclude(pk=commitment_id)).count() + 1


def advice_for(commitment: Commitment, terms: CommitmentTerms, now: datetime) -> list[Advice]:
    """The warnings on a stored draft with these terms."""
    values = terms.as_fields() | {"tiers": terms.tiers}
    draft = draft_of(
        values,
        quote=commitment.passage.quote,
        measured=measured_by(commitment.indicator, now),
        metrics=metrics_with(commitment.contract_id, commitment.pk),
    )
    return advice_on(draft)
