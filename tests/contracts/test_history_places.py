"""Lines of a contract's history say which clause, version or thread they speak of, and lead there."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clm.audit.models import LedgerEntry
from clm.audit.queries import HistoryEntry, as_history, contract_entries, entries_of
from clm.lib.actor import Actor
from contracts.models import Change, Clause, DraftClause
from contracts.operations.comments.start_thread import start_thread
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.negotiation.decide_rest import decide_rest
from tests.cast import Cast
from tests.contracts.drafting.written import clause_of, handed_over, let_in, open_draft, write
from tests.contracts.negotiation.answers import received, three_changes


def told(entries: list[HistoryEntry], event: str) -> list[tuple[str, str]]:
    return [(entry.about, entry.url) for entry in entries if entry.event == event]


def test_each_decided_change_names_its_clause(page: Client, alice: Actor) -> None:
    version = received(alice, three_changes)
    decide_rest(actor=alice, version_id=version.pk, accept=False)

    entries = told(contract_entries(alice, version.contract_id), "change.rejected")

    assert len({about for about, _url in entries}) == 3
    change = Change.objects.get(version=version, heading="Credits")
    url = f"{reverse('changes', args=[version.contract_id])}?version={version.pk}#change-{change.pk}"
    assert ("2.2 Credits", url) in entries
    text = page.get(reverse("contract-tab", args=[version.contract_id, "history"])).content.decode()
    assert f'Change rejected: <a href="{url}">2.2 Credits</a>' in text
    assert page.get(url).status_code == 200


def test_clauses_of_our_draft_lead_to_where_they_stand(alice: Actor) -> None:
    draft = open_draft(alice)
    write(alice, clause_of(draft), "Other words.")
    draft_url = reverse("draft", args=[draft.contract_id])
    row = clause_of(draft)
    edited = told(contract_entries(alice, draft.contract_id), "draft.clause_edited")
    assert edited == [("1 Service", f"{draft_url}#clause-{row.pk}")]

    version = hand_over(actor=alice, draft_id=draft.pk)

    became = Clause.objects.get(version=version, heading="Service")
    edited = told(contract_entries(alice, draft.contract_id), "draft.clause_edited")
    assert edited == [("1 Service", f"{reverse('version', args=[version.pk])}#clause-{became.pk}")]


def test_what_they_write_is_named_once_it_is_handed_over(acme: Cast, alice: Actor) -> None:
    contract = handed_over(alice).contract
    them = let_in(acme, contract)
    theirs = begin_draft(actor=them, contract_id=contract.pk)
    row = clause_of(theirs)
    write(them, row, "Their own words.")
    rows = LedgerEntry.objects.filter(subject_id=row.pk, event="draft.clause_edited")
    assert told(as_history(rows), "draft.clause_edited") == [("", "")]

    version = hand_over(actor=them, draft_id=theirs.pk)

    became = DraftClause.objects.get(pk=row.pk).became_id
    url = f"{reverse('version', args=[version.pk])}#clause-{became}"
    assert told(as_history(rows), "draft.clause_edited") == [("1 Service", url)]


def test_threads_and_versions_are_named(alice: Actor) -> None:
    contract = open_draft(alice).contract
    clause = Clause.objects.get(version__contract=contract, heading="Credits")
    on_clause = start_thread(actor=alice, contract_id=contract.pk, text="Look.", clause_id=clause.pk)
    on_all = start_thread(actor=alice, contract_id=contract.pk, text="Look.")

    entries = contract_entries(alice, contract.pk)

    assert told(entries, "thread.started") == [
        ("The contract", reverse("thread", args=[on_all.pk])), ("2.2 Credits", reverse("thread", args=[on_clause.pk])),
    ]  # fmt: skip
    added = told(entries, "contract.version_added") or told(entries, "version.added")
    assert added == [("Version 1", reverse("version", args=[clause.version_id]))]


def test_the_history_of_one_thing_does_not_repeat_its_name(alice: Actor) -> None:
    version = received(alice)

    assert {(entry.about, entry.url) for entry in entries_of(version)} == {("", "")}


def test_a_long_history_asks_as_often(alice: Actor) -> None:
    draft = open_draft(alice)
    write(alice, clause_of(draft), "Some words.")
    contract_entries(alice, draft.contract_id)
    with CaptureQueriesContext(connection) as few:
        contract_entries(alice, draft.contract_id)
    for heading in ("Availability", "Credits", "Term"):
        write(alice, clause_of(draft, heading), "Some words.")
    with CaptureQueriesContext(connection) as many:
        assert len(told(contract_entries(alice, draft.contract_id), "draft.clause_edited")) == 4
    assert len(few) == len(many)
