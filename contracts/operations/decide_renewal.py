"""Notice was given, or a renewal was agreed, in the current term."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import lock_row
from contracts import events
from contracts.calendar import Stretch, current_stretch
from contracts.engine.terms import Renewal, TermRules, term_status
from contracts.models import Contract, RenewalDecision, Term
from contracts.operations.advance_terms import catch_up


@transaction.atomic
def decide_renewal(
    *, actor: Actor, contract_id: UUID, kind: str, decided_on: date | None = None, note: str = ""
) -> RenewalDecision:
    """The decision for the current term stands, once. `decided_on` is the day notice was received or agreed.

    Raises DomainError `not_in_force`, `already_decided`, `notice_too_late` (after the notice deadline),
    `does_not_renew` (notice where nothing renews by itself), `not_express` (agreement where none is needed),
    `renewals_used_up`.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, "contracts.decide_renewal", contract)
    if kind not in RenewalDecision.Kind.values:
        raise Invalid("kind_unknown", "Choose what was decided.", fields={"kind": ["Choose what was decided."]})
    if not contract.is_in_force:
        raise DomainError("not_in_force", "Only a contract in force renews.")
    catch_up(actor, contract)
    term = Term.objects.filter(contract=contract).order_by("number").last()
    if term is None or not contract.is_in_force:
        raise DomainError("not_in_force", "Only a contract in force renews.")
    on = decided_on or clock.today(contract.time_zone)
    _check(contract, term, kind, on)
    decision = RenewalDecision.objects.create(
        organization_id=actor.organization_id,
        contract=contract,
        term_number=term.number,
        kind=kind,
        decided_on=on,
        note=note,
        decided_by_id=actor.person_id,
    )
    record(actor, events.renewal_decided(decision))
    return decision


def _check(contract: Contract, term: Term, kind: str, on: date) -> None:
    if RenewalDecision.objects.filter(contract=contract, term_number=term.number).exists():
        raise DomainError("already_decided", f"Term {term.number} is decided already.")
    today = clock.today(contract.time_zone)
    if not term.starts_on <= on <= today and on != today:
        message = f"This is not a day of term {term.number} up to today."
        raise Invalid("decided_on_outside", message, fields={"decided_on": [message]})
    found = current_stretch(contract)
    if found is None:
        raise DomainError("not_in_force", "No terms are in effect.")
    if kind == RenewalDecision.Kind.RENEWAL_AGREED:
        _check_agreement(found.rules, term.number - found.first)
    else:
        _check_notice(term, found, on)


def _check_agreement(rules: TermRules, number: int) -> None:
    if rules.renewal is not Renewal.EXPRESS:
        raise DomainError("not_express", "This contract does not renew by agreement.")
    if rules.max_renewals is not None and number > rules.max_renewals:
        raise DomainError("renewals_used_up", f"The contract allows {rules.max_renewals} renewals: amend it first.")


def _check_notice(term: Term, found: Stretch, on: date) -> None:
    status = term_status(found.rules, term.starts_on)
    if found.rules.renewal is not Renewal.AUTOMATIC or not status.term.renews:
        raise DomainError(
            "does_not_renew", "This contract does not renew by itself: there is nothing to give notice of."
        )
    if term.notice_deadline is not None and on > term.notice_deadline:
        message = f"The last day of notice for term {term.number} was {term.notice_deadline}."
        raise DomainError("notice_too_late", message, detail={"deadline": term.notice_deadline.isoformat()})
