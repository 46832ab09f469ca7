"""What the verbs on credits and invoices ask before they write."""

from __future__ import annotations

from uuid import UUID

from billing.models import Credit, CreditNote
from billing.queries import took_back
from billing.states import CreditState
from clm.accounts.models import User
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import advisory_lock
from slas.models import Breach
from slas.states import BreachState


def credits_turn(contract_id: UUID) -> None:
    """Wait for this contract's turn: caps and settlements of one contract are computed one after another."""
    advisory_lock(f"billing.credits:{contract_id}")


def is_claim_over(credit: Credit) -> bool:
    """Whether the last day to claim has passed, in the commitment's zone."""
    today = clock.today(credit.commitment.time_zone)
    return credit.claim_due_on is not None and credit.claim_due_on < today


def check_claim_open(credit: Credit) -> None:
    """Raise `claim_window_passed` once the last day to claim is over."""
    if is_claim_over(credit):
        raise DomainError(
            "claim_window_passed",
            f"The credit had to be claimed by {credit.claim_due_on}.",
            detail={"claim_due_on": credit.claim_due_on},
        )


def check_disputed(credit: Credit) -> None:
    """Raise `illegal_move` unless the credit is in dispute."""
    if credit.state != CreditState.DISPUTED:
        raise DomainError(
            "illegal_move",
            f"A credit that is {credit.get_state_display().lower()} is not in dispute.",
            detail={"from": credit.state},
        )


def check_not_taken_back(credit: Credit) -> None:
    """Raise `taken_back` where an issued credit that stands took this one back: of nothing left, nothing is wrong. That
    credit can be disputed itself."""
    by = took_back(credit)
    if by is not None:
        raise DomainError(
            "taken_back",
            f"{credit.reference} was already taken back by {by.reference}.",
            detail={"taken_back_by": by.reference},
        )


def check_current(credit: Credit) -> None:
    """Raise `credit_outdated` where the window was judged anew since, or its breach withdrawn: the credit of the newest
    judgement follows in a moment. A difference to what is issued stands whatever became of the breach."""
    breach = Breach.objects.select_related("window").get(pk=credit.breach_id)
    newest = breach.window.latest_id or breach.evaluation_id
    is_gone = breach.state == BreachState.WITHDRAWN and credit.adjusts_id is None
    if is_gone or newest != credit.evaluation_id:
        raise DomainError("credit_outdated", "The window was judged anew since this credit was computed.")


def check_reason(text: str, field: str = "reason") -> str:
    """The text without blanks around it; nothing is `reason_missing`."""
    found = text.strip()
    if not found:
        raise Invalid("reason_missing", "Say why.", fields={field: ["Say why."]})
    return found


def person_of(actor: Actor) -> User:
    """The person who acts, or for whom a token does. A system actor is `person_needed`."""
    person = User.objects.filter(pk=actor.person_id).first()
    if person is None:
        raise DomainError("person_needed", "A person must do this.")
    return person


def note_of(credit: Credit) -> CreditNote | None:
    return CreditNote.objects.filter(credit=credit).first()
