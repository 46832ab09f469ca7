"""Every member of an enumeration of clauses follows its clause: read, typed, and written to Word."""

from __future__ import annotations

from typing import Any

from clm.documents.blobs import read_blob
from clm.lib.actor import Actor
from contracts.engine.references import nodes_in
from contracts.models import Draft, DraftClause, Version
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.drafting.add_clause import add_clause
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.edit_clause import edit_clause
from contracts.operations.drafting.hand_over import hand_over
from contracts.papers import read_paper
from tests.contracts.drafting.written import TEXT, clause_of, open_draft
from tests.contracts.papers import text_paper

SURVIVE = "Sections 1 (Service), 2.1, 2.2 and 3 survive, and 3 days are enough."
LISTED = TEXT.replace("This Agreement runs for one year.", SURVIVE)
MOVED = "Sections 2 (Service), 3.1, 3.2 and 4 survive, and 3 days are enough."


def listed_draft(actor: Actor) -> Draft:
    contract = create_contract(actor=actor, title="Hosting")
    add_version(actor=actor, contract_id=contract.pk, paper=text_paper(LISTED))
    return begin_draft(actor=actor, contract_id=contract.pk)


def ties(clause: DraftClause) -> list[tuple[str, str]]:
    names = {str(row.pk): row.heading for row in DraftClause.objects.filter(draft=clause.draft)}
    return [(names[key], label) for key, label in nodes_in(clause.body)]


ALL = [("Service", "1"), ("Availability", "2.1"), ("Credits", "2.2"), ("Term", "3")]


def test_a_draft_begins_with_every_member_tied_and_writes_todays_numbers(alice: Actor) -> None:
    draft = listed_draft(alice)
    assert ties(clause_of(draft, "Term")) == ALL

    first = clause_of(draft, "Service")
    add_clause(actor=alice, draft_id=draft.pk, after=None, level=first.level, heading="Scope", body=None)
    version = hand_over(actor=alice, draft_id=draft.pk, note="")

    assert MOVED in version.text
    assert MOVED in read_paper(read_blob(Version.objects.select_related("blob").get(pk=version.pk).blob), "a.docx").text


def line(*parts: Any) -> dict[str, Any]:
    return {"type": "doc", "content": [{"type": "paragraph", "content": list(parts)}]}


def test_what_is_typed_beside_a_reference_becomes_one(alice: Actor) -> None:
    draft = open_draft(alice)
    clause, service = clause_of(draft, "Term"), clause_of(draft, "Service")
    node = {"type": "reference", "attrs": {"clause": str(service.pk), "label": "1"}}
    sent = line(
        {"type": "text", "text": "Sections "}, node, {"type": "text", "text": ", 2.1, 2.2 and 3. See Section 2.1."}
    )

    edited = edit_clause(actor=alice, clause_id=clause.pk, revision=1, heading="Term", body=sent)
    clause.refresh_from_db()

    assert (edited.merged, clause.text) == (False, "Sections 1, 2.1, 2.2 and 3. See Section 2.1.")
    assert ties(clause) == ALL  # what stands alone was typed as words, and stays so
    again = edit_clause(actor=alice, clause_id=clause.pk, revision=1, heading="Term", body=sent)
    assert (again.again, again.clause.revision) == (True, clause.revision)


def test_typed_words_without_a_reference_stay_words(alice: Actor) -> None:
    draft = open_draft(alice)
    clause = clause_of(draft, "Term")
    sent = line({"type": "text", "text": "Sections 1, 2.1 and 3 survive."})

    edit_clause(actor=alice, clause_id=clause.pk, revision=1, heading="Term", body=sent)
    clause.refresh_from_db()

    assert clause.body == sent
