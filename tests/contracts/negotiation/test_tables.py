"""Tables that the other side changed, taken over and handed back."""

from __future__ import annotations

import io

import pytest
from docx import Document

from clm.documents.blobs import read_blob
from clm.lib.actor import Actor
from contracts.engine.body import body_of
from contracts.models import DraftClause, Version
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.edit_clause import edit_clause
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.negotiation.decide_rest import decide_rest
from contracts.operations.negotiation.receive_version import receive_version
from contracts.papers import read_paper
from contracts.papers.outgoing import outgoing_bytes
from contracts.queries.changes import read_answer
from tests.contracts.word.test_tables import cells, order_form, saved

pytestmark = pytest.mark.django_db


def test_a_paragraph_that_they_put_into_the_last_cell_stays_there(alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Order form")
    add_version(actor=alice, contract_id=contract.pk, paper=read_paper(order_form(), "order.docx"))
    handed = hand_over(actor=alice, draft_id=begin_draft(actor=alice, contract_id=contract.pk).pk)
    sent = Version.objects.select_related("contract", "blob").get(pk=handed.pk)
    document = Document(io.BytesIO(outgoing_bytes(sent)))
    document.tables[0].cell(2, 1).add_paragraph("per quarter")
    theirs = saved(document)

    received = receive_version(actor=alice, contract_id=contract.pk, answer=read_answer(theirs, "theirs.docx"))
    decide_rest(actor=alice, version_id=received.pk, accept=True)
    ours = hand_over(actor=alice, draft_id=begin_draft(actor=alice, contract_id=contract.pk).pk)

    made = read_blob(Version.objects.select_related("blob").get(pk=ours.pk).blob)
    assert cells(made) == cells(theirs)
    assert cells(made)[0][2] == ["Support", "EUR 5\nper quarter"]


def test_a_version_says_which_clauses_lost_their_tables(alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Order form")
    add_version(actor=alice, contract_id=contract.pk, paper=read_paper(order_form(), "order.docx"))
    draft = begin_draft(actor=alice, contract_id=contract.pk)
    fees = DraftClause.objects.get(draft=draft, heading="Fees")
    lines = [*fees.text.split("\n")[:-1], "|"]
    edit_clause(actor=alice, clause_id=fees.pk, revision=fees.revision, heading="Fees", body=body_of(lines))

    handed = hand_over(actor=alice, draft_id=draft.pk)

    assert handed.warnings == ["Written in plain paragraphs, without their tables and looks: 1."]
