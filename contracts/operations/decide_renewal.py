"""Notice was given, or a renewal was agreed, in the current term."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import lock_row
from contracts import events
from contracts.calendar import Stretch, current_stretch, end_of
from contracts.engine.terms import Renewal, TermRules, term_status
from contracts.models import Contract, RenewalDecision, Term
from contracts.operations.advance_terms import catch_up
from contracts.operations.amending.guards import end_unfit

VERB = "contracts.decide_renewal"


@transaction.atomic
def decide_renewal(
    *,
    actor: Actor,
    contract_id: UUID,
    kind: str,
    decided_on: date | None = None,
    decided_at: datetime | None = None,
    note: str = "",
) -> RenewalDecision:
    """The decision for the current term stands, once. `decided_on` is the day, `decided_at` the aware instant at which
    notice was received or agreed; today's decision without an instant is one of now.

    Raises DomainError `not_in_force`, `already_decided`, `notice_too_late` (from the instant on at which notice no
    longer counts), `does_not_renew` (notice where nothing renews by itself), `not_express` (agreement where none is
    needed), `renewals_used_up`; Invalid `time_needed` for notice of an earlier day that ends before its midnight.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, contract)
    if kind not in RenewalDecision.Kind.values:
        raise Invalid("kind_unknown", "Choose what was decided.", fields={"kind": ["Choose what was decided."]})
    if not contract.is_in_force:
        raise DomainError("not_in_force", "Only a contract in force renews.")
    catch_up(actor, contract)
    term = Term.objects.filter(contract=contract).order_by("number").last()
    if term is None or not contract.is_in_force:
        raise DomainError("not_in_force", "Only a contract in force renews.")
    on, at = _moment(contract, decided_on, decided_at)
    _check(contract, term, kind, on, at)
    decision = RenewalDecision.objects.create(
        organization_id=actor.organization_id,
        contract=contract,
        term_number=term.number,
        kind=kind,
        decided_on=on,
        decided_at=at,
        note=note,
        decided_by_id=actor.person_id,
    )
    contract.notice_due_on = None
    contract.save(update_fields=["notice_due_on"])
    record(actor, events.renewal_decided(decision))
    end_unfit(actor, contract, verb=VERB)
    return decision


def _moment(contract: Contract, on: date | None, at: datetime | None) -> tuple[date, datetime | None]:
    """The day in the contract's zone, and the instant where it is known."""
    if at is None:
        today = clock.today(contract.time_zone)
        return (on, None) if on and on != today else (today, clock.now())
    day = at.astimezone(ZoneInfo(contract.time_zone)).date()
    if at > clock.now():
        raise _outside("decided_at", "This is still to come.")
    if on is not None and on != day:
        raise _outside("decided_at", f"In {contract.time_zone} this instant is on {day}.")
    return day, at


def _outside(field: str, message: str) -> Invalid:
    return Invalid("decided_on_outside", message, fields={field: [message]})


def _check(contract: Contract, term: Term, kind: str, on: date, at: datetime | None) -> None:
    if RenewalDecision.objects.filter(contract=contract, term_number=term.number).exists():
        raise DomainError("already_decided", f"Term {term.number} is decided already.")
    today = clock.today(contract.time_zone)
    if not term.starts_on <= on <= today and on != today:
        raise _outside("decided_on", f"This is not a day of term {term.number} up to today.")
    found = current_stretch(contract)
    if found is None:
        raise DomainError("not_in_force", "No terms are in effect.")
    if kind == RenewalDecision.Kind.RENEWAL_AGREED:
        _check_agreement(found.rules, term.number - found.first)
    else:
        _check_may_give_notice(term, found)
        _check_in_time(contract, term, on, at)


def _check_agreement(rules: TermRules, number: int) -> None:
    if rules.renewal is not Renewal.EXPRESS:
        raise DomainError("not_express", "This contract does not renew by agreement.")
    if rules.max_renewals is not None and number > rules.max_renewals:
        raise DomainError("renewals_used_up", f"The contract allows {rules.max_renewals} renewals: amend it first.")


def _check_may_give_notice(term: Term, found: Stretch) -> None:
    status = term_status(found.rules, term.starts_on)
    if found.rules.renewal is not Renewal.AUTOMATIC or not status.term.renews:
        raise DomainError(
            "does_not_renew", "This contract does not renew by itself: there is nothing to give notice of."
        )


def _check_in_time(contract: Contract, term: Term, on: date, at: datetime | None) -> None:
    """By the instant where it is known, else by the day; the last day alone is not enough where it ends early."""
    deadline, closes_at = term.notice_deadline, term.notice_closes_at
    if deadline is None or closes_at is None:
        return
    ends_early = closes_at < end_of(deadline, contract.time_zone)
    if at is None and on == deadline and ends_early:
        message = f"Say when on {deadline} notice arrived: it counts only before {_shown(contract, closes_at)}."
        raise Invalid("time_needed", message, fields={"decided_at": [message]})
    if at < closes_at if at is not None else on <= deadline:
        return
    message = f"The last day of notice for term {term.number} was {deadline}."
    if ends_early:
        message = f"Notice for term {term.number} had to arrive before {_shown(contract, closes_at)}."
    detail = {"deadline": deadline.isoformat(), "closed_at": closes_at.isoformat()}
    raise DomainError("notice_too_late", message, detail=detail)


def _shown(contract: Contract, instant: datetime) -> str:
    return f"{instant.astimezone(ZoneInfo(contract.time_zone)):%Y-%m-%d %H:%M} {contract.time_zone}"
