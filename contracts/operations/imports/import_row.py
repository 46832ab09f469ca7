"""A row of an import is a contract."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden
from clm.lib.locks import advisory_lock, lock_row
from contracts.access.imports import IMPORT
from contracts.engine import import_fields as fields
from contracts.engine import likeness
from contracts.known_texts import known_reference, known_text, sketch_of
from contracts.models import Contract, ContractParty, ImportFile, ImportRow, Party, Version
from contracts.operations.activate_contract import activate_contract
from contracts.operations.file_contract import file_contract
from contracts.operations.name_party import name_party
from contracts.operations.parties.identify_party import add_identifier
from contracts.operations.record_execution import record_execution
from contracts.operations.restrict_contract import restrict_contract
from contracts.operations.set_parties import add_party
from contracts.papers import Paper
from contracts.papers.import_plan import Plan

HERE_ALREADY = "here_already"


@transaction.atomic
def import_row(
    *, actor: Actor, row_id: UUID, plan: Plan, paper: Paper | None, state: str, is_new: bool = False
) -> ImportRow:
    """The row is a contract with what its plan says, or nothing at all; one that is a contract already stays it. The
    verbs that file a contract leave their entries. Put the paper before.

    `state` as the mapping says it. Raises whatever those verbs refuse, and where it must be new (`is_new`) DomainError
    `here_already` for a document that is here. Rows of one organization are filed one after the other, for nothing
    smaller than all its texts tells that two are nearly alike: the lock is taken behind the row's own and before
    whatever filing locks, and by nobody else.
    """
    row = lock_row(ImportRow, row_id, "batch")
    advisory_lock(f"import-rows:{actor.organization_id}")
    require(actor, IMPORT, row.batch)
    if row.contract_id is not None:
        return row
    if is_new:
        _check_new(actor, row.file, plan.facts["external_reference"])
    ours = Party.objects.filter(pk=plan.our_party_id).first() if plan.our_party_id else None
    facts = plan.facts | {"our_party": ours}
    contract = file_contract(actor=actor, paper=paper, terms=plan.terms, **facts)
    _name_sides(actor, contract, plan)
    notes = list(plan.notes) + _put_in_force(actor, contract, plan, state)
    if row.batch.is_confidential:
        restrict_contract(actor=actor, contract_id=contract.pk)
    _keep_sketch(contract, row)
    row.contract, row.outcome, row.title = contract, ImportRow.Outcome.CREATED, contract.title
    row.problems, row.notes = [], notes
    row.save(update_fields=["contract", "outcome", "title", "problems", "notes"])
    return row


def _check_new(actor: Actor, file: ImportFile | None, reference: str) -> None:
    if file is None and not reference:
        return
    if (known_text(actor, file) if file is not None else known_reference(actor, reference)) is not None:
        raise DomainError(HERE_ALREADY, _("This contract is here already."))


def _name_sides(actor: Actor, contract: Contract, plan: Plan) -> None:
    """Our side by name, the counterparty by its number or name, further ones by name."""
    if plan.our_name:
        name_party(actor=actor, contract_id=contract.pk, name=plan.our_name, role=ContractParty.Role.OURS)
    role, first = ContractParty.Role.COUNTERPARTY, plan.known_party_id
    if first is not None:
        add_party(actor=actor, contract_id=contract.pk, party_id=first, role=role)
    for name in plan.counterparties[1:] if first is not None else plan.counterparties:
        part = name_party(actor=actor, contract_id=contract.pk, name=name, role=role)
        first = first or part.party_id
    if first is not None and plan.known_party_id is None:
        for kind, number in plan.identifiers:
            add_identifier(actor=actor, party_id=first, kind=kind, value=number)


def _put_in_force(actor: Actor, contract: Contract, plan: Plan, state: str) -> list[dict[str, str]]:
    """Executed, and in force from its first day. Where that is only wished for, what is lacking is noted instead."""
    if state == fields.DRAFT:
        return []
    try:
        with transaction.atomic():
            _execute(actor, contract, plan)
    except Forbidden:
        raise
    except DomainError as refusal:
        if state == fields.SIGNED:
            raise
        said = _("It stays a draft: %(why)s") % {"why": refusal.message}
        return [{"field": next(iter(refusal.fields), ""), "code": refusal.code, "message": said}]
    return []


def _execute(actor: Actor, contract: Contract, plan: Plan) -> None:
    starts_on = plan.terms["starts_on"] if plan.terms else None
    signed_on = plan.signed_on or plan.effective_on or starts_on
    if signed_on is None:
        raise DomainError("signed_on_missing", _("Nothing says when it was signed."), fields={"signed_on": [""]})
    effective_on = plan.effective_on or starts_on or signed_on
    record_execution(actor=actor, contract_id=contract.pk, executed_on=signed_on, effective_on=effective_on)
    if max(effective_on, starts_on or effective_on) <= clock.today(contract.time_zone):
        activate_contract(actor=actor, contract_id=contract.pk)


def _keep_sketch(contract: Contract, row: ImportRow) -> None:
    """So that the same text is known when it comes once more, in this import too."""
    version = Version.objects.filter(contract=contract).defer("text").first()
    if version is not None and row.file is not None:
        sketch_of(version, row.file.text_key, likeness.from_bytes(row.file.sketch)).save()
