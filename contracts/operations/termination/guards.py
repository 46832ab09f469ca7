"""What the verbs of ending share: the end itself, what survives it, and what is left to do."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import Event, record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Invalid, NotVisible
from clm.lib.locks import lock_row
from clm.notify.tell import settle_about
from contracts import events
from contracts.engine.termination import Part, surviving
from contracts.events import termination as ending
from contracts.models import Clause, Contract, SurvivingClause, Termination, TerminationItem, Terms
from contracts.operations.amending.guards import close_amendments
from contracts.operations.approval.guards import close_approvals
from contracts.operations.retention.guards import end
from contracts.outlook import outlook
from contracts.queries import version_in_force
from contracts.states import ContractState, TerminationState, VersionState

ANNOUNCED = "contract.termination_announced"


def checklist() -> tuple[str, ...]:
    """What is left to do at the end of most contracts; people add what else there is."""
    return (
        _("Send or acknowledge the notice in the form that the contract asks for"),
        _("Return or delete data and confidential information"),
        _("Take back access, keys and equipment"),
        _("Settle the last invoice and open credits"),
        _("Tell the people and systems that depend on it"),
    )


def locked_termination(actor: Actor, verb: str, termination_id: UUID) -> Termination:
    """Locked after its contract: ask permission next. Raises NotVisible."""
    contract_id = Termination.objects.filter(pk=termination_id).values_list("contract_id", flat=True).first()
    if contract_id is None:
        raise NotVisible
    contract = lock_row(Contract, contract_id)
    termination = lock_row(Termination, termination_id)
    termination.contract = contract
    require(actor, verb, termination)
    return termination


def prepare(termination: Termination) -> None:
    """The clauses of the text in force that go on, and the list of what is left to do."""
    contract = termination.contract
    version = version_in_force(contract, clock.today(contract.time_zone))
    clauses = {str(clause.pk): clause for clause in Clause.objects.filter(version=version)} if version else {}
    keys = surviving(Part(key, clause.number, clause.text) for key, clause in clauses.items())
    facts = {"organization_id": contract.organization_id, "termination": termination}
    SurvivingClause.objects.bulk_create(SurvivingClause(**facts, clause=clauses[key]) for key in keys)
    TerminationItem.objects.bulk_create(
        TerminationItem(**facts, position=position, title=title) for position, title in enumerate(checklist(), 1)
    )


def take_effect(actor: Actor, verb: str, termination: Termination) -> list[Event]:
    """The locked contract is terminated as of the day of its announced termination; answers the facts to record."""
    before = move(actor, termination, to=TerminationState.EFFECTIVE)
    termination.due_at = None
    termination.save(update_fields=["due_at"])
    settle_about(termination, ANNOUNCED)
    ended = finish(actor, verb, termination.contract, termination.ends_on, termination.reason)
    return [ending.termination_moved(verb, termination, before), ended]


def overtake(actor: Actor, verb: str, termination: Termination) -> Event:
    """The contract ended otherwise than was announced; answers the fact to record."""
    before = move(actor, termination, to=TerminationState.OVERTAKEN)
    termination.due_at = None
    termination.save(update_fields=["due_at"])
    settle_about(termination, ANNOUNCED)
    return ending.termination_moved(verb, termination, before)


def overtake_announced(actor: Actor, verb: str, contract: Contract) -> None:
    """A locked contract that is over by now does not end once more."""
    announced = Termination.objects.filter(contract=contract, state=TerminationState.ANNOUNCED).first()
    if announced is not None:
        announced.contract = contract
        record(actor, overtake(actor, verb, announced))


def check_not_before_it_began(contract: Contract, day: date, field: str) -> None:
    """Raises Invalid `before_it_began`: a contract ends after its first day, or what it must be kept for is lost."""
    starts = Terms.objects.filter(version__contract=contract, version__state=VersionState.FINAL)
    first = starts.order_by("starts_on").values_list("starts_on", flat=True).first()
    if first is not None and day < min(first, clock.today(contract.time_zone)):
        message = _("The contract began on %(day)s: it cannot end before.") % {"day": first}
        raise Invalid("before_it_began", message, fields={field: [message]})


def check_not_before_its_term(contract: Contract, day: date, field: str) -> None:
    """Raises Invalid `before_its_term`: the terms before the one that runs were served in full, and what was done in
    them stands. A contract may have ended with the one before, at the latest on the first day of the one that runs."""
    today = clock.today(contract.time_zone)
    rows, _over = outlook(contract, today)
    if rows and day < min(rows[-1].starts_on, today):
        message = _("Term %(number)s runs since %(day)s: it cannot end before that.")
        message %= {"number": rows[-1].number, "day": rows[-1].starts_on}
        raise Invalid("before_its_term", message, fields={field: [message]})


def finish(actor: Actor, verb: str, contract: Contract, ended_on: date, reason: str) -> Event:
    """The locked contract is over from this day; its terms begin no more. Answers the fact to record."""
    previous = move(actor, contract, to=ContractState.TERMINATED, reason=reason)
    close_approvals(actor, contract, verb=verb, why=_("The contract was terminated."))
    close_amendments(actor, contract, verb=verb, why=_("The contract was terminated."))
    contract.terms_due_at = contract.notice_due_on = None
    contract.save(update_fields=["terms_due_at", "notice_due_on"])
    end(contract, ended_on, said_on=clock.today(contract.time_zone))
    return events.contract_moved("contract.terminated", verb, contract, previous, reason=reason, terminated_on=ended_on)
