"""What the verbs on the matrix of approvals share: the draft that is edited, and what a row may say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.accounts.models import Team
from clm.accounts.operations.guards import check_currency, check_people
from clm.accounts.roles import PEOPLE_INSIDE
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid, NotVisible
from clm.lib.locks import lock_row
from contracts.models import Matrix, Party, Rule
from contracts.models.approval import Departure, Needs, Origin
from contracts.models.contract import Category
from contracts.models.risk import RiskFrom
from contracts.states import MatrixState

FIELDS = (
    "name", "value_from", "value_below", "currency", "categories", "origins", "departure", "lacks_mandatory", "risk",
    "parties", "countries", "departments", "tags", "is_confidential", "stage", "person_id", "role", "team_id", "needs",
    "needs_count", "hours", "remind_hours", "escalate_person_id", "escalate_role",
)  # fmt: skip
LONGEST_HOURS = 24 * 366


def locked_draft(actor: Actor, verb: str, matrix_id: UUID) -> Matrix:
    """The matrix locked, while it is a draft. Raises NotVisible, Forbidden, DomainError `matrix_fixed`."""
    matrix = lock_row(Matrix, matrix_id)
    require(actor, verb, matrix)
    if matrix.state != MatrixState.DRAFT:
        message = _("A matrix that was switched on stays as it is: begin a new one from it.")
        raise DomainError("matrix_fixed", message)
    return matrix


def locked_rule(actor: Actor, verb: str, rule_id: UUID) -> Rule:
    """The rule, its draft matrix locked before it."""
    found = Rule.objects.filter(pk=rule_id).values_list("matrix_id", flat=True).first()
    if found is None:
        raise NotVisible
    matrix = locked_draft(actor, verb, found)
    rule = lock_row(Rule, rule_id)
    rule.matrix = matrix
    return rule


def put_values(rule: Rule, values: Mapping[str, Any]) -> Rule:
    """The unsaved row with the given values of FIELDS, checked. Raises Invalid."""
    for name in FIELDS:
        if name in values:
            setattr(rule, name, values[name])
    rule.name = " ".join(rule.name.split())
    rule.tags = _clean(rule.tags)
    rule.countries = [code.upper() for code in _clean(rule.countries)]
    rule.currency = rule.currency.strip().upper()
    _check_name(rule)
    _check_value(rule)
    _check_codes(rule)
    _check_who(rule)
    _check_times(rule)
    return rule


def _clean(words: Iterable[str]) -> list[str]:
    return sorted({word.strip() for word in words if word.strip()})


def wrong(field: str, message: str) -> Invalid:
    return Invalid("rule_wrong", message, fields={field: [message]})


def _check_name(rule: Rule) -> None:
    if not rule.name or len(rule.name) > 120:
        raise wrong("name", _("A step has a name of at most 120 signs."))
    if not 1 <= rule.stage <= 9:
        raise wrong("stage", _("Stages go from 1 to 9."))


def _check_value(rule: Rule) -> None:
    """A currency without a threshold is a condition of its own."""
    if rule.currency:
        check_currency(rule.currency)
    elif rule.value_from is not None or rule.value_below is not None:
        raise wrong("currency", _("A threshold needs its currency."))
    if rule.value_from is not None and rule.value_below is not None and rule.value_from >= rule.value_below:
        raise wrong("value_below", _("No value lies from the first threshold on and below the second."))


def _check_codes(rule: Rule) -> None:
    """Whatever is named exists."""
    if set(rule.categories) - set(Category.values):
        raise wrong("categories", _("Choose among the types there are."))
    if set(rule.origins) - set(Origin.values):
        raise wrong("origins", _("Choose among the origins there are."))
    if rule.departure and rule.departure not in Departure.values:
        raise wrong("departure", _("Choose among the departures there are."))
    if rule.risk and rule.risk not in RiskFrom.values:
        raise wrong("risk", _("Choose among the bands there are."))
    if any(len(code) != 2 or not code.isalpha() for code in rule.countries):
        raise wrong("countries", _("A country has two letters, such as DE."))
    if any(len(tag) > 40 for tag in rule.tags):
        raise wrong("tags", _("A tag has at most 40 signs."))
    if set(rule.parties) - set(Party.objects.filter(pk__in=rule.parties).values_list("pk", flat=True)):
        raise wrong("parties", _("Choose among the parties there are."))
    if set(rule.departments) - set(Team.objects.filter(pk__in=rule.departments).values_list("pk", flat=True)):
        raise wrong("departments", _("Choose among the teams there are."))


def _check_who(rule: Rule) -> None:
    if sum(map(bool, (rule.person_id, rule.role, rule.team_id))) != 1:
        raise wrong("role", _("Say who is asked: a person, a role or a team."))
    if rule.role and rule.role not in PEOPLE_INSIDE:
        raise wrong("role", _("Choose a role that people of the house have."))
    if rule.team_id and not Team.objects.filter(pk=rule.team_id).exists():
        raise wrong("team", _("Choose among the teams there are."))
    if rule.person_id:
        check_people([rule.person_id], field="person")
    if rule.needs not in Needs.values:
        raise wrong("needs", _("Say how many of them."))
    if rule.needs == Needs.SOME and not rule.needs_count:
        raise wrong("needs_count", _("Say how many of them."))
    rule.needs_count = rule.needs_count if rule.needs == Needs.SOME else None


def _check_times(rule: Rule) -> None:
    for name in ("hours", "remind_hours"):
        hours = getattr(rule, name)
        if hours is not None and not 1 <= hours <= LONGEST_HOURS:
            raise wrong(name, _("From one hour to a year."))
    if rule.remind_hours and rule.hours and rule.remind_hours >= rule.hours:
        raise wrong("remind_hours", _("The reminder comes before the time is over."))
    if (rule.escalate_person_id or rule.escalate_role) and not rule.hours:
        raise wrong("hours", _("Say after how long it goes to somebody else."))
    if rule.escalate_person_id and rule.escalate_role:
        raise wrong("escalate_role", _("A person or a role, not both."))
    if rule.escalate_role and rule.escalate_role not in PEOPLE_INSIDE:
        raise wrong("escalate_role", _("Choose a role that people of the house have."))
    if rule.escalate_person_id:
        check_people([rule.escalate_person_id], field="escalate_person")


def rule_facts(rule: Rule) -> dict[str, Any]:
    """What of a row the ledger keeps: what it says, without what it leaves open."""
    values = {name.removesuffix("_id"): getattr(rule, name) for name in FIELDS}
    return {name: value for name, value in values.items() if value not in (None, "", [], False)}
