"""What a commitment says, in sentences that people can hold against the contract."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clm.lib.canonical import plain_decimal
from clm.pages.formats import decimal_text
from slas.aims import rules_of
from slas.models import Commitment
from slas.models.commitment import ClaimUnit, EmptyPolicy, PartSteps, RemedyKind
from slas.rules import in_words


def sentences_of(commitment: Commitment) -> list[str]:
    """The judgement, then what a miss is worth and until when, one sentence each; tiers stand in their own table."""
    rules = [in_words(rule) for rule in rules_of(commitment)]
    return [*rules, *_judged(commitment), *(_credited(commitment) if commitment.remedy_kind != RemedyKind.NONE else ())]


def _judged(commitment: Commitment) -> Iterator[str]:
    if commitment.interval_minutes is not None:
        text = ngettext(
            "Attainment is the average over intervals of %(count)s minute.",
            "Attainment is the average over intervals of %(count)s minutes.",
            commitment.interval_minutes,
        )
        yield text % {"count": commitment.interval_minutes}
    yield {
        EmptyPolicy.MET: _("Where there is nothing to judge, that counts as 100 %%."),
        EmptyPolicy.NOTHING: _("Where there is nothing to judge, that counts as 0 %%."),
        EmptyPolicy.EXCLUDED: _("Where there is nothing to judge, that is left out."),
        EmptyPolicy.INCONCLUSIVE: _("Where there is nothing to judge, nothing is decided."),
    }[EmptyPolicy(commitment.empty_policy)] % ()


def _credited(commitment: Commitment) -> Iterator[str]:
    if commitment.remedy_kind == RemedyKind.PER_STEP:
        yield _steps(commitment)
    if commitment.minimum_credit_amount is not None:
        yield _minimum(commitment, commitment.minimum_credit_amount)
    if commitment.claim_length is not None:
        yield _claim(commitment, commitment.claim_length)


def _steps(commitment: Commitment) -> str:
    text = {
        PartSteps.COUNTED: _("For each %(step)s points below the target or part thereof, %(credit)s %% of %(base)s."),
        PartSteps.DROPPED: _("For each full %(step)s points below the target, %(credit)s %% of %(base)s."),
        PartSteps.PRO_RATA: _("For each %(step)s points below the target, pro rata, %(credit)s %% of %(base)s."),
    }[PartSteps(commitment.part_steps)]
    figures = {"step": _plain(commitment.step_percent), "credit": _plain(commitment.step_credit_percent)}
    return text % {**figures, "base": commitment.get_credit_base_display()}


def _minimum(commitment: Commitment, smallest: Decimal) -> str:
    exclusive, inclusive = _("A credit must exceed %(amount)s."), _("A credit must be at least %(amount)s.")
    text = exclusive if commitment.minimum_credit_is_exclusive else inclusive
    return text % {"amount": f"{_plain(smallest)} {commitment.currency}".strip()}


def _claim(commitment: Commitment, length: int) -> str:
    if commitment.claim_unit == ClaimUnit.BILLING_CYCLES:
        text = _(
            "It is claimed by the end of billing cycle %(count)s after the window's own; "
            "cycles begin on day %(day)s of a month."
        )
        return text % {"count": length, "day": commitment.claim_cycle_day}
    text = {
        ClaimUnit.DAYS: ngettext(
            "It is claimed within %(count)s day after the window.",
            "It is claimed within %(count)s days after the window.",
            length,
        ),
        ClaimUnit.BUSINESS_DAYS: ngettext(
            "It is claimed within %(count)s business day after the window.",
            "It is claimed within %(count)s business days after the window.",
            length,
        ),
        ClaimUnit.MONTHS: ngettext(
            "It is claimed within %(count)s month after the window.",
            "It is claimed within %(count)s months after the window.",
            length,
        ),
    }[ClaimUnit(commitment.claim_unit)]
    return text % {"count": length}


def _plain(value: Decimal | None) -> str:
    return decimal_text(None if value is None else Decimal(plain_decimal(value)))
