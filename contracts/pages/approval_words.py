"""What rules and their reasons say, for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clm.accounts.models import Delegation, Team
from clm.accounts.roles import Role
from clm.lib import clock
from contracts.models import Approval, ApprovalSeat, ApprovalStep, Contract, Party, Rule
from contracts.models.approval import CameBy, Departure, Needs, Origin
from contracts.models.contract import Category
from contracts.models.risk import RiskFrom
from contracts.queries.approvals import limit_of, substitutes
from contracts.states import ApprovalStepState, SeatState


def names_of(ids: Iterable[str]) -> dict[str, str]:
    """Parties and teams by id, as text; two queries."""
    wanted = {each for each in ids if _is_id(each)}
    parties = Party.objects.filter(pk__in=wanted).values_list("pk", "name")
    teams = Team.objects.filter(pk__in=wanted).values_list("pk", "name")
    return {str(pk): name for pk, name in (*parties, *teams)}


def _is_id(text: str) -> bool:
    """A tag may be as long as an id is."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def money_words(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else f"{amount.normalize():,f} {currency}"


def conditions_of(rule: Rule, names: Mapping[str, str]) -> list[str]:
    """When a rule holds; empty: always."""
    said = [*_about_value(rule), *_about_text(rule)]
    lists = (
        (_("Counterparty: %(names)s"), [names.get(str(pk), "") for pk in rule.parties]),
        (_("Country: %(names)s"), rule.countries),
        (_("Department: %(names)s"), [names.get(str(pk), "") for pk in rule.departments]),
        (_("Tag: %(names)s"), rule.tags),
    )
    said += [words % {"names": ", ".join(sorted(found))} for words, found in lists if found]
    return [*said, _("Confidential")] if rule.is_confidential else said


def _about_value(rule: Rule) -> list[str]:
    low, high = (money_words(amount, rule.currency) for amount in (rule.value_from, rule.value_below))
    if low and high:
        return [_("Value from %(low)s, below %(high)s") % {"low": low, "high": high}]
    if low:
        return [_("Value from %(low)s, or not known") % {"low": low}]
    if high:
        return [_("Value below %(high)s") % {"high": high}]
    return [_("Currency: %(code)s, or not known") % {"code": rule.currency}] if rule.currency else []


def _about_text(rule: Rule) -> list[str]:
    said = []
    if rule.categories:
        said.append(_("Type: %(names)s") % {"names": ", ".join(str(Category(code).label) for code in rule.categories)})
    if rule.origins:
        said.append(_("Made of: %(names)s") % {"names": ", ".join(str(Origin(code).label) for code in rule.origins)})
    if rule.departure:
        said.append(str(Departure(rule.departure).label))
    if rule.lacks_mandatory:
        said.append(_("A mandatory clause is missing or left out"))
    if rule.risk:
        said.append(_("Risk from %(band)s on") % {"band": RiskFrom(rule.risk).label.lower()})
    return said


def asked_of(rule: Rule) -> str:
    """Whom a rule asks; fetch it with person and team."""
    label = str(rule.person or rule.team or Role(rule.role).label)
    if rule.person_id or rule.needs == Needs.ONE:
        return label if rule.person_id else _("%(label)s: one") % {"label": label}
    if rule.needs == Needs.ALL:
        return _("%(label)s: all") % {"label": label}
    return _("%(label)s: %(count)s of them") % {"label": label, "count": rule.needs_count}


def times_of(rule: Rule) -> str:
    said = []
    if rule.hours:
        said.append(_("%(hours)s hours") % {"hours": rule.hours})
    if rule.remind_hours:
        said.append(_("reminder after %(hours)s") % {"hours": rule.remind_hours})
    above = rule.escalate_person or (Role(rule.escalate_role).label if rule.escalate_role else "")
    if above:
        said.append(_("then %(above)s too") % {"above": above})
    return ", ".join(map(str, said))


def because_of(reason: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Why a rule held, in a line."""
    pairs = [tuple(pair) for pair in reason["because"]]
    said = [_because(code, detail, names) for code, detail in pairs]
    return ", ".join(said) if said else _("always")


def _because(code: str, detail: str, names: Mapping[str, str]) -> str:
    named = ", ".join(names.get(each, each) for each in detail.split(",") if each)
    plain = {
        "value_missing": _("its value is not known, so it counts as over every threshold"),
        "value_other_currency": _("its value is in %(detail)s: it counts as over every threshold"),
        "value_from": _("its value is at least %(detail)s"),
        "value_below": _("its value is below %(detail)s"),
        "currency": _("its value is in %(detail)s"),
        "currency_unknown": _("its value is not known, so it counts as in every currency"),
        "category": _("its type is %(detail)s"),
        "origin": _("it is made of: %(detail)s"),
        "departure": _("it departs from the library"),
        "lacks_mandatory": _("a mandatory clause is missing or left out"),
        "party": _("it is with %(detail)s"),
        "country": _("the counterparty is in %(detail)s"),
        "country_unknown": _("the counterparty's country is not known"),
        "department": _("its department is %(detail)s"),
        "tag": _("it is tagged %(detail)s"),
        "confidential": _("it is confidential"),
    }
    return plain[code] % {"detail": _detail(code, detail, named)}


def _detail(code: str, detail: str, named: str) -> str:
    if code == "category":
        return str(Category(detail).label)
    if code == "origin":
        return str(Origin(detail).label)
    if code in ("value_from", "value_below"):
        amount, _space, currency = detail.partition(" ")
        return money_words(Decimal(amount), currency)
    return named


@dataclass(frozen=True)
class ShownSeat:
    """`away` says who acts for the person, or why they may not; `can_decide` is about the reader."""

    seat: ApprovalSeat
    came: str
    away: str
    can_decide: bool
    can_reassign: bool


@dataclass(frozen=True)
class ShownStep:
    step: ApprovalStep
    reasons: list[str]
    seats: list[ShownSeat]
    is_late: bool


def shown_steps(
    approval: Approval, mine: Iterable[UUID], *, may_reassign: bool, sighted: Mapping[UUID, bool]
) -> list[ShownStep]:
    """The steps of an approval fetched as `approval_rows` does; `mine` are seats the reader may decide on, `sighted`
    whether the people who act for others see the contract."""
    own = set(mine)
    steps = list(approval.steps.all())
    names = names_of(
        each for step in steps for reason in step.reasons for pair in reason["because"] for each in pair[1].split(",")
        if len(each) == 36
    )  # fmt: skip
    waiting = [seat.person_id for step in steps for seat in step.seats.all() if seat.state == SeatState.WAITING]
    acting = substitutes(waiting) if approval.is_open else {}
    return [
        ShownStep(
            step,
            [because_of(reason, names) for reason in step.reasons],
            [
                _seat(seat, approval, acting.get(seat.person_id), seat.pk in own, may_reassign, sighted)
                for seat in step.seats.all()
            ],
            is_late=step.state == ApprovalStepState.OPEN and step.due_at is not None and step.due_at < clock.now(),
        )
        for step in steps
    ]


def _seat(
    seat: ApprovalSeat,
    approval: Approval,
    acting: Delegation | None,
    is_own: bool,
    may_reassign: bool,
    sighted: Mapping[UUID, bool],
) -> ShownSeat:
    is_waiting = seat.state == SeatState.WAITING and approval.is_open
    return ShownSeat(
        seat,
        _came(seat),
        _away(seat, approval, acting, sighted) if acting is not None and is_waiting else "",
        can_decide=is_own,
        can_reassign=may_reassign and is_waiting,
    )


def _came(seat: ApprovalSeat) -> str:
    if seat.came_by == CameBy.REASSIGNED:
        return _("in place of %(person)s") % {"person": seat.in_place_of}
    return _("asked because it was late") if seat.came_by == CameBy.ESCALATED else ""


def _away(seat: ApprovalSeat, approval: Approval, acting: Delegation, sighted: Mapping[UUID, bool]) -> str:
    """Who acts for somebody, or what keeps them from it."""
    contract: Contract = approval.contract
    words = {"delegate": acting.delegate, "absentee": seat.person}
    said = _("%(delegate)s acts for %(absentee)s.") % words
    if acting.delegate_id == approval.requested_by_id:
        return f"{said} " + _("But they asked for this approval.")
    if not sighted.get(acting.delegate_id, True):
        return f"{said} " + _("But they do not see this contract.")
    limit = limit_of(acting, contract)
    return f"{said} {limit}".strip()
