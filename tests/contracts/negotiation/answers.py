"""Contracts whose text went out, and answers to it, made by calling verbs."""

from __future__ import annotations

from collections.abc import Callable

from clm.documents.blobs import read_blob
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Change, Contract, Draft, DraftClause, Version
from contracts.operations.negotiation.receive_version import receive_version
from contracts.queries.changes import Answer, read_answer
from tests.contracts.drafting.written import draft_contract, handed_over
from tests.contracts.papers import text_paper
from tests.contracts.word.edits import tracked, tracked_paragraph, tracked_removal

CREDIT = "10 % of the monthly fee"
MORE = "25 % of the monthly fee"
RUNS = "This Agreement runs for one year."
LAW = "4. Law. The laws of France govern this Agreement."


def sent_version(actor: Actor) -> Version:
    """The version of a contract that the other side has now."""
    version = handed_over(actor).version
    assert version is not None
    return Version.objects.select_related("contract", "blob").get(pk=version.pk)


def document_of(version: Version) -> bytes:
    return read_blob(version.blob)


def received(actor: Actor, edit: Callable[[bytes], bytes] | None = None, sent: Version | None = None) -> Version:
    """The other side's answer to a version that was sent: by default with one tracked change."""
    sent = sent or sent_version(actor)
    document = (edit or more_credit)(document_of(sent))
    return receive_version(
        actor=actor, contract_id=sent.contract_id, answer=read_answer(document, "their answer.docx"), note="Theirs."
    )


def more_credit(docx: bytes) -> bytes:
    return tracked(docx, CREDIT, MORE)


def three_changes(docx: bytes) -> bytes:
    """A higher credit, a new clause about the law, and no end after a year."""
    return tracked_removal(tracked_paragraph(more_credit(docx), RUNS, LAW), RUNS)


def change_of(version: Version, kind: str = "changed") -> Change:
    return Change.objects.get(version=version, kind=kind)


def our_draft(contract: Contract) -> Draft:
    return Draft.objects.get(contract=contract, side="ours", state="open")


def credits_in(contract: Contract) -> DraftClause:
    return DraftClause.objects.get(draft=our_draft(contract), heading="Credits")


def quick_answer(actor: Actor, text: str = "") -> Version:
    """An answer as plain text to a text that counts as sent: made without opening any Word file."""
    contract = draft_contract(actor)
    sent = Version.objects.get(contract=contract)
    Version.objects.filter(pk=sent.pk).update(shared_at=clock.now())
    Contract.objects.filter(pk=contract.pk).update(turn="theirs")
    answer = Answer(text_paper(text or sent.text.replace(CREDIT, MORE), "answer.txt"), None)
    return receive_version(actor=actor, contract_id=contract.pk, answer=answer)
