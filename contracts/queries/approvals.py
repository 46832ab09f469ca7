"""Reads about approvals, and the refusal of a signature that nobody agreed to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from clm.access.permissions import visible
from clm.accounts.delegations import running
from clm.accounts.models import Delegation, Membership
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden
from contracts.models import Approval, ApprovalSeat, ApprovalStep, Contract, Matrix, Rule, Version
from contracts.models.approval import CameBy
from contracts.queries.amendments import amends_signed
from contracts.queries.omissions import is_written_here
from contracts.queries.routing import asked_by, lacking_steps, people_asked, present_members
from contracts.states import ApprovalState, ApprovalStepState, MatrixState, SeatState, VersionState


def check_may_be_signed(contract: Contract, version: Version) -> None:
    """Before a text goes out for signature. Raises DomainError `approval_open` while any text of the contract waits for
    approval, and `approval_missing` where this one is not approved exactly as it stands, as long as a matrix is active
    or approval of it was ever asked. Call it with the contract locked."""
    must = Matrix.objects.filter(state=MatrixState.ACTIVE).exists() or _was_asked(contract)
    _check(contract, version, must_be_approved=must)


def check_may_be_filed(contract: Contract, version: Version) -> None:
    """Before a text that was signed elsewhere is filed, or an amendment made final. As `check_may_be_signed`, but a
    first document that only came here signed needs no approval; one that was written or negotiated here does, and so
    does every amendment."""
    _check(contract, version, must_be_approved=must_be_approved(contract, version))


def check_no_approval_open(contract: Contract) -> None:
    """Raises DomainError `approval_open`. Call it with the contract locked."""
    waiting = open_approval(contract)
    if waiting is not None:
        message = _("An approval of this contract is open: nothing is signed before it is decided.")
        raise DomainError("approval_open", message, detail={"approval": str(waiting.pk)})


def _check(contract: Contract, version: Version, *, must_be_approved: bool) -> None:
    check_no_approval_open(contract)
    if not must_be_approved:
        return
    approval = approval_of(version)
    if approval is None:
        raise DomainError("approval_missing", _("This text is not approved as it stands: send it for approval first."))
    check_still_covers(approval, contract, version)


def check_still_covers(approval: Approval, contract: Contract, version: Version) -> None:
    """Raises DomainError `approval_outdated` where what rules look at moved since, so that they ask for more: a clause
    of the library, a risk, or rules that were switched on after nobody was asked."""
    lacking = lacking_steps(approval, contract, version)
    if lacking:
        message = _("Since it was approved the rules ask for more: %(steps)s. Send it for approval again.")
        raise DomainError("approval_outdated", message % {"steps": ", ".join(lacking)}, detail={"steps": lacking})


def open_approval(contract: Contract) -> Approval | None:
    return Approval.objects.filter(contract=contract, state=ApprovalState.OPEN).first()


def approval_of(version: Version) -> Approval | None:
    """The approval of exactly this text; None where there is none, or where the text was changed since."""
    rows = Approval.objects.filter(version=version, state=ApprovalState.APPROVED, content_hash=version.content_hash)
    return rows.order_by("-number").first()


def must_be_approved(contract: Contract, version: Version) -> bool:
    """Whether it is not even filed without approval: as what was written here, and what amends a signed contract."""
    if _was_asked(contract):
        return True
    if not Matrix.objects.filter(state=MatrixState.ACTIVE).exists():
        return False
    return amends_signed(contract) or is_written_here(version, contract)


def _was_asked(contract: Contract) -> bool:
    """Whether approval was asked of a text since the last one that was signed: a rejected one is not filed by another
    door."""
    signed = Version.objects.filter(contract=contract, state=VersionState.FINAL).aggregate(last=Max("number"))["last"]
    return Approval.objects.filter(contract=contract, version__number__gt=signed or 0).exists()


def approval_rows() -> QuerySet[Any]:
    """Approvals with their contract, version, steps and seats: a fixed number of queries."""
    seats = ApprovalSeat.objects.select_related("person", "decided_by", "in_place_of").order_by("created_at", "id")
    steps = ApprovalStep.objects.order_by("place").prefetch_related(Prefetch("seats", seats))
    rows = Approval.objects.select_related("contract", "version", "requested_by", "matrix")
    return rows.defer("version__text", "contract__search").prefetch_related(Prefetch("steps", steps))


def seat_rows() -> QuerySet[ApprovalSeat]:
    rows = ApprovalSeat.objects.select_related("person", "decided_by", "step__approval__contract")
    return rows.select_related("step__approval__version", "step__approval__requested_by")


def asked_now() -> QuerySet[ApprovalSeat]:
    """Seats of people who are asked and have not answered."""
    return ApprovalSeat.objects.filter(
        state=SeatState.WAITING,
        step__state=ApprovalStepState.OPEN,
        step__approval__state=ApprovalState.OPEN,
    )


def seats_waiting_for(actor: Actor) -> list[ApprovalSeat]:
    """The seats that wait for a decision of this actor, their own and those of people they act for; the first due
    first."""
    if not _may_wait(actor):
        return []
    acting = list(running().filter(delegate_id=actor.person_id))
    mine = Q(person_id=actor.person_id) | Q(person_id__in=[each.absentee_id for each in acting])
    seats = seat_rows().defer("step__approval__version__text", "step__approval__contract__search")
    rows = visible(actor, seats.filter(mine, pk__in=asked_now().values("pk")))
    rows = rows.exclude(asked_by_id=actor.person_id).order_by("step__due_at", "created_at")
    found = rows.exclude(Exists(_own_decisions(actor.person_id)))
    return [seat for seat in found if seat.person_id == actor.person_id or not _limit(acting, seat)]


def _may_wait(actor: Actor) -> bool:
    """One cheap look: every page asks, and mostly nothing waits for anybody."""
    away = running().filter(delegate_id=actor.person_id).values("absentee_id")
    return asked_now().filter(Q(person_id=actor.person_id) | Q(person_id__in=away)).exists()


def waiting_count(actor: Actor) -> int:
    return len(seats_waiting_for(actor))


def _own_decisions(person: UUID) -> QuerySet[ApprovalSeat]:
    return ApprovalSeat.objects.filter(step=OuterRef("step"), decided_by_id=person)


def check_may_decide(actor: Actor, seat: ApprovalSeat) -> Delegation | None:
    """The delegation that the actor decides by; None where the seat is their own. Fetch it as `seat_rows` does.

    Raises Forbidden for who neither has the seat nor acts for who has it, DomainError `own_request`, `own_seat_first`
    (who is asked in the step themselves decides on that), `decided_once` (a second yes of one person in a step is
    none), `delegation_limited`, `asked_no_more`.
    """
    if seat.step.approval.requested_by_id == actor.person_id:
        raise DomainError("own_request", _("You asked for this approval: somebody else decides."))
    found = None if seat.person_id == actor.person_id else _delegation(actor, seat)
    check_still_asked(seat)
    own = ApprovalSeat.objects.filter(step=seat.step, person_id=actor.person_id, state=SeatState.WAITING)
    if found is not None and own.exists():
        raise DomainError("own_seat_first", _("You are asked in this step yourself: decide on that."))
    if ApprovalSeat.objects.filter(step=seat.step, decided_by_id=actor.person_id).exists():
        message = _("You decided in this step already: one person counts once, also when acting for another.")
        raise DomainError("decided_once", message)
    return found


def check_still_asked(seat: ApprovalSeat) -> None:
    """Raises DomainError `asked_no_more` where a rule asks for a role or a team that the person left since, or for
    somebody who does not work here any more."""
    if not is_still_asked(seat):
        message = _("This is for a role or a team that %(person)s left.") % {"person": seat.person}
        raise DomainError("asked_no_more", message)


def is_still_asked(seat: ApprovalSeat) -> bool:
    rule = rule_of(seat.step) if seat.came_by == CameBy.RULE else None
    if rule is None:
        return present_members().filter(user_id=seat.person_id).exists()
    _label, people = people_asked(asked_by(rule), but=seat.asked_by_id)
    return seat.person_id in {person.pk for person in people}


def rule_of(step: ApprovalStep) -> Rule | None:
    """The rule that asked for the step: it never changes once its matrix was switched on."""
    key = step.reasons[0]["rule"] if step.reasons else None
    return Rule.objects.filter(pk=key).first() if key else None


def _delegation(actor: Actor, seat: ApprovalSeat) -> Delegation:
    acting = list(running().filter(delegate_id=actor.person_id, absentee_id=seat.person_id))
    is_member = Membership.objects.filter(user_id=seat.person_id, removed_at=None).exists()
    if not acting or not is_member:
        raise Forbidden(_("Somebody else is asked here."))
    limit = _limit(acting, seat)
    if limit:
        raise DomainError("delegation_limited", limit)
    return acting[0]


def _limit(acting: Iterable[Delegation], seat: ApprovalSeat) -> str:
    """Why the delegation does not reach so far; empty where it does. An unknown value is over every limit."""
    row = next(each for each in acting if each.absentee_id == seat.person_id)
    return limit_of(row, seat.step.approval.contract)


def limit_of(row: Delegation, contract: Contract) -> str:
    if row.categories and contract.category not in row.categories:
        return _("The delegation is not for contracts of this type.")
    if row.limit_amount is None:
        return ""
    is_known = contract.value_amount is not None and contract.currency == row.limit_currency
    if is_known and contract.value_amount is not None and contract.value_amount <= row.limit_amount:
        return ""
    words = {"amount": f"{row.limit_amount.normalize():f}", "currency": row.limit_currency}
    return _("The delegation is for values up to %(amount)s %(currency)s.") % words


def substitutes(people: Iterable[UUID]) -> dict[UUID, Delegation]:
    """Who acts for each of the people now."""
    rows = running(clock.now()).filter(absentee_id__in=set(people)).select_related("delegate")
    return {row.absentee_id: row for row in rows}
