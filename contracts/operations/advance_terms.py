"""A contract's terms are where the calendar is; no period is ever skipped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move, move_along
from clm.events.record import record, record_all
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts import events
from contracts.calendar import Stretch, business_days_of, current_stretch, cut_short, start_of, stretches, term_rows
from contracts.engine.terms import Status, TermStatus, term_status
from contracts.engine.terms import Term as EngineTerm
from contracts.models import Amendment, Contract, RenewalDecision, Term
from contracts.operations.amending.guards import close_amendments, end_unfit
from contracts.operations.approval.guards import close_approvals
from contracts.operations.retention.guards import end
from contracts.operations.termination.guards import overtake_announced
from contracts.queries import version_in_force
from contracts.queries.amendments import announced_end
from contracts.states import AmendmentState, ContractState, VersionState

VERB = "contracts.advance_terms"
REVISED = ("ends_on", "notice_deadline", "notice_closes_at")
# Terms written in one transaction. A contract of 1990 that renews monthly has some 440 by 2026.
MOST_AT_ONCE = 1000


@transaction.atomic
def advance_terms(*, actor: Actor, contract_id: UUID) -> Contract:
    """Every term begun by now has its row and its event; a contract past its last term is expired, and a signed one
    whose day has come is in force. Idempotent.

    A run that was missed catches up on each period: each renewal leaves its own row, transition and event. An amendment
    out for signature whose terms do not fit those that began is not asked for any more. Raises DomainError
    `terms_too_many` where more than MOST_AT_ONCE are missing.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, contract)
    if contract.is_in_force:
        catch_up(actor, contract)
        end_unfit(actor, contract, verb=VERB)
    elif contract.state == ContractState.EXECUTED:
        _begin_on_its_day(actor, contract)
    return contract


def begin(actor: Actor, contract: Contract, *, verb: str) -> None:
    """A locked contract that is signed is in force, with the terms that began so far."""
    previous = move(actor, contract, to=ContractState.ACTIVE)
    record(actor, events.contract_moved("contract.activated", verb, contract, previous))
    catch_up(actor, contract)


def keep_signing_day(contract: Contract, executed_on: date) -> None:
    """A locked contract was signed on this day: lists sort and filter by it."""
    contract.executed_on = executed_on
    contract.save(update_fields=["executed_on"])


def wait_for_its_day(contract: Contract) -> None:
    """A locked contract that is signed is due on the day on which its first text takes effect: nobody has to think of
    it, and no day of notice is missed because nobody did."""
    finals = contract.versions.filter(state=VersionState.FINAL).exclude(effective_on=None)
    day = finals.order_by("effective_on").values_list("effective_on", flat=True).first()
    contract.terms_due_at = start_of(day, contract.time_zone) if day else None
    contract.save(update_fields=["terms_due_at"])


def _begin_on_its_day(actor: Actor, contract: Contract) -> None:
    """One without terms waits for an amendment that has some, or for a person."""
    if version_in_force(contract, clock.today(contract.time_zone)) is None:
        wait_for_its_day(contract)
    elif current_stretch(contract) is None:
        contract.terms_due_at = None
        contract.save(update_fields=["terms_due_at"])
    else:
        begin(actor, contract, verb=VERB)


def catch_up(actor: Actor, contract: Contract) -> None:
    """Write the terms that began, in order, for a locked contract in force; each version's by its own terms."""
    last_day = _last_day(contract)
    for stretch in stretches(contract, last_day):
        status = term_status(stretch.rules, stretch.until, business_days_of(stretch.terms))
        if status.status is Status.NOT_STARTED and not stretch.first and stretch.until < last_day:
            continue  # Amended before it began: the start that counts is the later version's.
        _follow(actor, contract, stretch, status)
        contract.terms_due_at = start_of(_next_day(contract, stretch, status), contract.time_zone)
        if status.status is Status.EXPIRED:
            _expire(actor, contract, status.term_end)
            break
    newest = Term.objects.filter(contract=contract).order_by("number").last()
    contract.term_ends_on = newest.ends_on if newest is not None else None
    contract.notice_due_on = _notice_due_on(contract, newest)
    contract.save(update_fields=["terms_due_at", "term_ends_on", "notice_due_on"])


def keep_notice_day(contract: Contract) -> None:
    """A locked contract has the day by which notice is due now."""
    newest = Term.objects.filter(contract=contract).order_by("number").last()
    contract.notice_due_on = _notice_due_on(contract, newest)
    contract.save(update_fields=["notice_due_on"])


def _notice_due_on(contract: Contract, term: Term | None) -> date | None:
    """None where nobody has to decide by a day: there is none, it was decided, or the contract is over, or will be with
    the term at the latest."""
    if term is None or term.notice_deadline is None or not contract.is_in_force:
        return None
    ends_on = announced_end(contract)
    if ends_on is not None and ends_on <= term.ends_on:
        return None
    decided = RenewalDecision.objects.filter(contract=contract, term_number=term.number)
    return None if decided.exists() else term.notice_deadline


def _last_day(contract: Contract) -> date:
    """Today, or the last day before an announced end: no term begins on it or after it."""
    today = clock.today(contract.time_zone)
    ends_on = announced_end(contract)
    return today if ends_on is None else min(today, ends_on - timedelta(days=1))


def _follow(actor: Actor, contract: Contract, stretch: Stretch, status: TermStatus) -> None:
    """The newest recorded term follows an amendment; the terms begun after it are written."""
    newest = Term.objects.filter(contract=contract).order_by("number").last()
    if newest is None:
        _begin(actor, contract, stretch, status.terms)
        return
    if newest.number == stretch.first and newest.ends_on > stretch.terms.starts_on:
        _revise(actor, contract, newest, cut_short(newest, stretch))
    if status.status is Status.NOT_STARTED:
        return
    if _is_governed_anew(newest, stretch):
        _govern_anew(actor, contract, stretch, status, newest)
    _begin(actor, contract, stretch, [term for term in status.terms if term.number + stretch.first > newest.number])


def _is_governed_anew(newest: Term, stretch: Stretch) -> bool:
    """Whether another version took effect while the term ran."""
    version = stretch.terms.version
    return version.pk != newest.version_id and (version.effective_on or date.max) < newest.ends_on


def _govern_anew(actor: Actor, contract: Contract, stretch: Stretch, status: TermStatus, newest: Term) -> None:
    same = [term for term in status.terms if term.number + stretch.first == newest.number]
    for row in term_rows(contract, stretch, same):
        _revise(actor, contract, newest, {name: getattr(row, name) for name in (*REVISED, "trace", "version_id")})


def _begin(actor: Actor, contract: Contract, stretch: Stretch, begun: Sequence[EngineTerm]) -> None:
    """Each of the terms has its row, its transitions and its event."""
    if len(begun) > MOST_AT_ONCE:
        counts = {"count": len(begun), "most": MOST_AT_ONCE}
        message = _("%(count)s terms would have begun by today, and at most %(most)s are written at once.") % counts
        advice = _("Do the terms say when the contract really started?")
        raise DomainError("terms_too_many", f"{message} {advice}", detail=counts)
    rows = Term.objects.bulk_create(term_rows(contract, stretch, begun))
    move_along(actor, contract, [step for row in rows if row.number > 1 for step in _renewal(row)])
    record_all(actor, [events.term_started(contract, row) for row in rows])


def _renewal(row: Term) -> tuple[tuple[str, str], ...]:
    return (ContractState.RENEWED, f"term {row.number} began"), (ContractState.ACTIVE, f"term {row.number}")


def _revise(actor: Actor, contract: Contract, row: Term, changes: dict[str, Any]) -> None:
    """The newest term has the dates, and rests on the version, of the amendment in force; nothing where neither is
    another one. A version that changes no date still governs the term: its clause is the one to quote."""
    before = {name: getattr(row, name) for name in changes if name != "trace"}
    if before == {name: changes[name] for name in before}:
        return
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes))
    record(actor, events.term_changed(contract, row, before))


def _next_day(contract: Contract, stretch: Stretch, status: TermStatus) -> date:
    """The day on which something changes: the term's end, the amended terms' start, or a version's effect."""
    not_begun = status.status is Status.NOT_STARTED and stretch.first
    coming = contract.versions.filter(state=VersionState.FINAL, effective_on__gt=stretch.until)
    day = status.term_start if not_begun else status.term_end
    return min([day, *(on for on in coming.values_list("effective_on", flat=True) if on)])


def _expire(actor: Actor, contract: Contract, ended_on: date) -> None:
    contract.terms_due_at = None
    end(contract, ended_on, said_on=_said_on(contract))
    close_approvals(actor, contract, verb=VERB, why=_("The contract expired."))
    close_amendments(actor, contract, verb=VERB, why=_("The contract expired."))
    overtake_announced(actor, VERB, contract)
    previous = move(actor, contract, to=ContractState.EXPIRED, reason="its last term ended")
    record(actor, events.contract_moved("contract.expired", VERB, contract, previous))


def _said_on(contract: Contract) -> date | None:
    """The day of an agreement that took effect backwards: the contract may have ended before, and nobody knew."""
    newest = Term.objects.filter(contract=contract).select_related("version").order_by("number").last()
    at = newest.version.finalized_at if newest is not None else None
    if newest is None or at is None:
        return None
    amended = Amendment.objects.filter(version=newest.version_id, state=AmendmentState.FINAL, is_retroactive=True)
    return at.astimezone(ZoneInfo(contract.time_zone)).date() if amended.exists() else None
