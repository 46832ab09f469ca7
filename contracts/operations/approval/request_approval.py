"""A text is sent for approval."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts import events as contract_events
from contracts.engine.routing import Facts
from contracts.events import approvals as events
from contracts.models import Approval, ApprovalStep, Contract, Matrix, Terms, Version
from contracts.operations.approval.guards import LIVE, add_seat, go_on, let_see, newest_version, supersede_approvals
from contracts.operations.negotiation.guards import settle_negotiation
from contracts.operations.record_execution import check_parties
from contracts.queries.approvals import approval_of
from contracts.queries.omissions import check_version_complete
from contracts.queries.routing import Asking, active_matrix, asking, lacking_steps, needs_words, route_of
from contracts.queries.signing import check_not_out
from contracts.states import NOT_SIGNED, ContractState, VersionState

VERB = "contracts.request_approval"


@transaction.atomic
def request_approval(*, actor: Actor, contract_id: UUID, seen: str = "", note: str = "") -> Approval:
    """The newest text of the contract, exactly as it stands, waits for those whom the active matrix asks; where no
    matrix is active, or no rule asks for anything, it is approved at once, and that is recorded. Who is asked about a
    confidential contract sees it from now on. `seen` is the content hash of the text on the screen.

    Raises DomainError `version_missing`, `version_final`, `changed_meanwhile`, `approval_open`, `already_approved`,
    `contract_closed`, `terms_missing`, `parties_missing`, `no_approver` where a step has too few people but who asks,
    and what `check_version_complete` and `settle_negotiation` refuse.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, contract)
    version = newest_version(contract)
    check_approvable(contract, version, seen)
    check_version_complete(version, contract)
    settle_negotiation(actor, version)
    supersede_approvals(actor, contract, verb=VERB, why=_("The rules ask for more by now."))
    matrix = active_matrix()
    facts, steps = route_of(contract, version, matrix)
    asked = asking(steps, actor.person_id)
    refuse_without_people(asked)
    approval = _keep(actor, version, matrix, facts, note.strip())
    for place, each in enumerate(asked, 1):
        _keep_step(approval, place, each)
    approval.trace = [_shown(each) for each in asked]
    approval.save(update_fields=["trace"])
    shown_to = let_see(approval, [person for each in asked for person in each.people])
    record(actor, events.approval_requested(approval, approval.trace, shown_to))
    _submit(actor, contract)
    go_on(actor, VERB, approval)
    return approval


def check_approvable(contract: Contract, version: Version, seen: str = "") -> None:
    """What refuses the request before anybody is looked for."""
    check_not_out(contract)
    if version.state != VersionState.DRAFT:
        raise DomainError("version_final", _("This text is final: there is nothing to approve."))
    if seen and seen != version.content_hash:
        message = _("The text was changed meanwhile: read it as it stands now, and ask then.")
        raise DomainError("changed_meanwhile", message, detail={"content_hash": version.content_hash})
    if Approval.objects.filter(contract=contract, state=LIVE[0]).exists():
        raise DomainError("approval_open", _("An approval of this contract is open already."))
    approved = approval_of(version)
    if approved is not None and not lacking_steps(approved, contract, version):
        raise DomainError("already_approved", _("This very text is approved."))
    if contract.state in NOT_SIGNED:
        contract.STATES.check(contract.state, ContractState.IN_APPROVAL)
    elif not (contract.is_in_force or contract.state == ContractState.EXECUTED):
        raise DomainError("contract_closed", _("This contract has ended: nothing of it is approved."))
    if not Terms.objects.filter(version=version).exists():
        raise DomainError("terms_missing", _("Set the terms first: they are approved with the text."))
    check_parties(contract)


def refuse_without_people(asked: Sequence[Asking]) -> None:
    """Raises DomainError `no_approver`, naming the steps."""
    lacking = [each for each in asked if not each.has_enough]
    if not lacking:
        return
    named = "; ".join(f"{each.step.name} ({needs_words(each)})" for each in lacking)
    message = _("There are too few people to ask beside yourself: %(steps)s. An administrator has to see to it.")
    detail = {"steps": [each.step.name for each in lacking]}
    raise DomainError("no_approver", message % {"steps": named}, detail=detail)


def _keep(actor: Actor, version: Version, matrix: Matrix | None, facts: Facts, note: str) -> Approval:
    contract = version.contract
    last = Approval.objects.filter(contract=contract).aggregate(last=Max("number"))["last"]
    return Approval.objects.create(
        organization_id=contract.organization_id,
        contract=contract,
        version=version,
        content_hash=version.content_hash,
        number=(last or 0) + 1,
        matrix=matrix,
        facts=facts.as_json(),
        requested_by_id=actor.person_id,
        note=note,
        came_from=contract.state if contract.state in NOT_SIGNED else "",
        created_at=clock.now(),
    )


def _keep_step(approval: Approval, place: int, asked: Asking) -> None:
    step = asked.step
    kind, key = step.escalate_to
    row = ApprovalStep.objects.create(
        organization_id=approval.organization_id,
        approval=approval,
        place=place,
        stage=step.stage,
        name=step.name,
        asked=needs_words(asked)[:200],
        needs=asked.needs,
        reasons=[reason.as_json() for reason in step.reasons],
        hours=step.hours,
        remind_hours=step.remind_hours,
        escalate_person_id=key if kind == "person" else None,
        escalate_role=key if kind == "role" else "",
        created_at=clock.now(),
    )
    row.approval = approval
    for person in asked.people:
        add_seat(row, person.pk, "rule")


def _shown(asked: Asking) -> dict[str, object]:
    """A step as the approval and the ledger keep it."""
    return {
        "stage": asked.step.stage,
        "name": asked.step.name,
        "asked": needs_words(asked),
        "needs": asked.needs,
        "people": [str(person.pk) for person in asked.people],
        "reasons": [reason.as_json() for reason in asked.step.reasons],
    }


def _submit(actor: Actor, contract: Contract) -> None:
    """A contract that is in force stays so while an amendment of it is approved."""
    if contract.state not in NOT_SIGNED:
        return
    previous = move(actor, contract, to=ContractState.IN_APPROVAL)
    record(actor, contract_events.contract_moved("contract.submitted", VERB, contract, previous))
