"""A contract is to end: notice was given, or both agreed on it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import get_visible, require
from clm.events.record import record, record_all
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.business_days import BusinessDays
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import lock_row
from clm.lib.trace import Trace
from clm.notify.tell import tell
from contracts.calendar import business_days_of, current_stretch, start_of
from contracts.engine.termination import earliest_end
from contracts.events import termination as events
from contracts.models import Contract, Passage, Termination
from contracts.models.terms import NoticeUnit
from contracts.operations.advance_terms import keep_notice_day
from contracts.operations.requests.guards import check_words
from contracts.operations.termination.guards import (
    ANNOUNCED,
    check_not_before_it_began,
    check_not_before_its_term,
    prepare,
    take_effect,
)
from contracts.states import ContractState, TerminationState

VERB = "contracts.announce_termination"


@transaction.atomic
def announce_termination(
    *,
    actor: Actor,
    contract_id: UUID,
    kind: str,
    notice_on: date,
    ends_on: date,
    reason: str,
    notice_length: int = 0,
    notice_unit: str = NoticeUnit.DAYS,
    passage_id: UUID | None = None,
) -> Termination:
    """The contract ends with the beginning of `ends_on` in its own zone; at once where that day has come. Clauses that
    say that they survive are listed, and what is left to do.

    An end by agreement needs no period, and one for convenience only by a sentence of the contract. Raises DomainError
    `not_in_force`, `termination_known`, Invalid `words_missing`, `date_ahead` for a notice that was not given yet,
    `before_it_began`, `before_its_term`, `notice_missing`, `notice_too_short` with the `earliest` day.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, contract)
    if contract.state not in (ContractState.ACTIVE, ContractState.EXECUTED):
        raise DomainError("not_in_force", _("Only a contract that is signed and not over is terminated."))
    if Termination.objects.filter(contract=contract, state=TerminationState.ANNOUNCED).exists():
        raise DomainError("termination_known", _("Its end was announced already: withdraw that first."))
    if notice_on > clock.today(contract.time_zone):
        message = _("This day has not come yet: announce the end once notice was given.")
        raise Invalid("date_ahead", message, fields={"notice_on": [message]})
    check_not_before_it_began(contract, notice_on, "notice_on")
    check_not_before_it_began(contract, ends_on, "ends_on")
    check_not_before_its_term(contract, ends_on, "ends_on")
    length = 0 if kind == Termination.Kind.AGREEMENT else notice_length
    if kind == Termination.Kind.CONVENIENCE and not length and passage_id is None:
        message = _("Say the notice period, or name the sentence that lets it end without one.")
        raise Invalid("notice_missing", message, fields={"notice_length": [message]})
    trace = _earliest(contract, notice_on, ends_on, length, notice_unit)
    termination = Termination.objects.create(
        organization_id=actor.organization_id,
        contract=contract,
        kind=kind,
        reason=check_words("reason", reason),
        notice_on=notice_on,
        notice_length=length,
        notice_unit=notice_unit,
        ends_on=ends_on,
        due_at=start_of(ends_on, contract.time_zone),
        passage=_passage(actor, contract, passage_id),
        trace=trace.as_json(),
        announced_by_id=actor.person_id,
        created_at=clock.now(),
    )
    prepare(termination)
    record(actor, events.termination_announced(termination))
    if ends_on <= clock.today(contract.time_zone):
        record_all(actor, take_effect(actor, VERB, termination))
    else:
        keep_notice_day(contract)
        _tell(actor, termination)
    return termination


def _earliest(contract: Contract, notice_on: date, ends_on: date, length: int, unit: str) -> Trace:
    found = current_stretch(contract)
    days = business_days_of(found.terms) if found else BusinessDays()
    trace = earliest_end(notice_on, length, unit, days)
    if ends_on < trace.value:
        message = _("Notice of that day ends the contract on %(day)s at the earliest.") % {"day": trace.value}
        detail = {"earliest": trace.value.isoformat()}
        raise Invalid("notice_too_short", message, detail=detail, fields={"ends_on": [message]})
    return trace


def _passage(actor: Actor, contract: Contract, passage_id: UUID | None) -> Passage | None:
    if passage_id is None:
        return None
    return get_visible(actor, Passage.objects.select_related("version").filter(version__contract=contract), passage_id)


def _tell(actor: Actor, termination: Termination) -> None:
    contract = termination.contract
    tell(
        {contract.owner_id} - {actor.person_id},
        kind=ANNOUNCED,
        title=_("%(title)s ends on %(day)s") % {"title": contract.title, "day": termination.ends_on},
        body=termination.reason,
        url=termination.get_absolute_url(),
        subject=termination,
        dedupe_key=f"termination:{termination.pk}",
        due_at=termination.due_at,
    )
