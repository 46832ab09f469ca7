"""A row of a list becomes a contract, an envelope, and a letter: each step once, whoever tries again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.events.bulk_sends import row_fact
from contracts.models import BulkRow, BulkSend, Contract, ContractParty, Envelope, Version
from contracts.operations.add_version import add_version
from contracts.operations.bulk.create_bulk_send import check_text_open
from contracts.operations.create_contract import create_contract
from contracts.operations.name_party import name_party
from contracts.operations.set_parties import add_party
from contracts.operations.set_terms import set_terms
from contracts.operations.signing.change_envelope import RecipientDraft, change_envelope
from contracts.operations.signing.create_envelope import create_envelope
from contracts.operations.signing.send_envelope import send_envelope
from contracts.operations.templates.draft_from_template import draft_from_template
from contracts.papers import TERM_FIELDS, Paper
from contracts.papers.envelopes import EnvelopePaper
from contracts.queries.bulk_sends import RowFacts, answers_of, facts_of
from contracts.states import EnvelopeState, Side

DRAFT, PREPARE, SEND, REFUSE = (
    "contracts.draft_bulk_row", "contracts.prepare_bulk_row", "contracts.send_bulk_row", "contracts.refuse_bulk_row",
)  # fmt: skip


def _locked(row_id: UUID) -> tuple[BulkRow, BulkSend]:
    row = lock_row(BulkRow, row_id)
    bulk = BulkSend.objects.select_related("template_version__template", "version__contract", "our_party").get(
        pk=row.bulk_id
    )
    row.bulk = bulk
    return row, bulk


def _check_text(bulk: BulkSend) -> None:
    """Its contract may have become confidential since the list was brought."""
    if bulk.version is not None:
        check_text_open(bulk.version.contract)


@transaction.atomic
def draft_bulk_row(*, actor: Actor, row_id: UUID, paper: Paper) -> BulkRow:
    """The row has a draft contract of its own, with both parties and terms. `paper` is its document, put before: see
    `put_paper`. A row that has a contract keeps it. Raises what drafting refuses."""
    row, bulk = _locked(row_id)
    require(actor, DRAFT, row)
    if row.contract_id is not None:
        return row
    _check_text(bulk)
    facts = facts_of(bulk, row)
    contract = _contract(actor, bulk, facts, paper)
    add_party(actor=actor, contract_id=contract.pk, party_id=bulk.our_party_id, role=ContractParty.Role.OURS)
    name_party(
        actor=actor, contract_id=contract.pk, name=facts.counterparty.strip(), role=ContractParty.Role.COUNTERPARTY
    )
    set_terms(actor=actor, version_id=contract.versions.get().pk, terms=_terms(bulk))
    row.contract = contract
    row.save(update_fields=["contract"])
    record(actor, row_fact("bulk_row.drafted", DRAFT, row))
    return row


def _contract(actor: Actor, bulk: BulkSend, facts: RowFacts, paper: Paper) -> Contract:
    if bulk.template_version is not None:
        version_id, answers = bulk.template_version.pk, answers_of(bulk, facts)
        return draft_from_template(
            actor=actor, template_version_id=version_id, answers=answers, title=facts.title, paper=paper
        )
    source = bulk.version
    if source is None:
        raise LookupError("a list is for one text: the database asks for one of the two")
    copied = ("category", "time_zone", "jurisdiction", "department_id", "value_amount", "currency")
    given = {name: getattr(source.contract, name) for name in copied}
    contract = create_contract(actor=actor, title=facts.title, **given)
    add_version(actor=actor, contract_id=contract.pk, paper=paper, attribution=source.attribution)
    return contract


def _terms(bulk: BulkSend) -> dict[str, Any]:
    """Those of the version that is copied, from the day of this list on; of a template's text a fixed term."""
    source = getattr(bulk.version, "terms", None) if bulk.version is not None else None
    if source is not None:
        return {name: getattr(source, name) for name in TERM_FIELDS} | {"starts_on": bulk.starts_on}
    return {"starts_on": bulk.starts_on, "initial_months": bulk.initial_months, "renewal": "none"}


@transaction.atomic
def prepare_bulk_row(*, actor: Actor, row_id: UUID, paper: EnvelopePaper) -> BulkRow:
    """The row's contract is in an envelope, addressed to who signs. One that is still being prepared stays the one.
    Raises what preparing refuses."""
    row, bulk = _locked(row_id)
    require(actor, PREPARE, row)
    if usable_envelope(row) is not None:
        return row
    _check_text(bulk)
    facts = facts_of(bulk, row)
    envelope = create_envelope(actor=actor, paper=paper)
    change_envelope(
        actor=actor,
        envelope_id=envelope.pk,
        recipients=_recipients(bulk, facts),
        message=bulk.message,
        days=bulk.days,
        remind_days=bulk.remind_days,
        unilateral_reason=bulk.unilateral_reason,
    )
    row.envelope_id = envelope.pk
    row.save(update_fields=["envelope_id"])
    record(actor, row_fact("bulk_row.prepared", PREPARE, row))
    return row


def _recipients(bulk: BulkSend, facts: RowFacts) -> list[RecipientDraft]:
    """Who signs for us comes after them: they read what nobody has signed yet."""
    people = [RecipientDraft(facts.name, facts.email, side=Side.THEIRS, position=1)]
    if bulk.signer_email:
        people.append(RecipientDraft(bulk.signer_name, bulk.signer_email, side=Side.OURS, position=2))
    return people


def usable_envelope(row: BulkRow) -> Envelope | None:
    """The row's envelope, while it waits to be sent with the text that the contract has now."""
    drafts = Envelope.objects.filter(state=EnvelopeState.DRAFT).select_related("version")
    found = drafts.filter(pk=row.envelope_id).first() if row.envelope_id else None
    if found is None or found.version_hash != found.version.content_hash:
        return None
    is_newest = not Version.objects.filter(contract_id=found.contract_id, number__gt=found.version.number).exists()
    return found if is_newest else None


@transaction.atomic
def send_bulk_row(*, actor: Actor, row_id: UUID) -> BulkRow:
    """The row's envelope is out, past every gate that every envelope passes. A row that was sent stays so. Raises what
    sending refuses: the row then waits on."""
    row, bulk = _locked(row_id)
    require(actor, SEND, row)
    if row.sent_at is not None:
        return row
    _check_text(bulk)
    if row.envelope_id is None:
        raise DomainError("not_prepared", _("This row is not prepared yet."))
    send_envelope(actor=actor, envelope_id=row.envelope_id)
    row.sent_at, row.code, row.problem = clock.now(), "", ""
    row.save(update_fields=["sent_at", "code", "problem"])
    record(actor, row_fact("bulk_row.sent", SEND, row))
    return row


@transaction.atomic
def refuse_bulk_row(*, actor: Actor, row_id: UUID, code: str, problem: str) -> BulkRow:
    """Why the row was not sent is kept. A row that was sent stays so."""
    row, _bulk = _locked(row_id)
    require(actor, REFUSE, row)
    if row.sent_at is not None or (row.code, row.problem) == (code[:60], problem[:2000]):
        return row
    row.code, row.problem = code[:60], problem[:2000]
    row.save(update_fields=["code", "problem"])
    record(actor, row_fact("bulk_row.refused", REFUSE, row, code=row.code))
    return row
