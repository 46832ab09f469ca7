"""What comes back and what we decide: what each verb leaves behind, what it refuses, who may."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from clm.audit.models import LedgerEntry, Transition
from clm.events.models import OutboxEvent
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid, NotVisible
from contracts.models import Change, Contract, DraftClause, Receipt, Turn, Version
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.drafting.abandon_draft import abandon_draft
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.negotiation.accept_change import accept_change
from contracts.operations.negotiation.counter_change import counter_change
from contracts.operations.negotiation.decide_rest import decide_rest
from contracts.operations.negotiation.receive_version import receive_version
from contracts.operations.negotiation.reject_change import reject_change
from contracts.operations.negotiation.reopen_change import reopen_change
from contracts.queries.changes import read_answer
from tests.cast import Cast
from tests.contracts.drafting.written import draft_contract, let_in, open_draft, write
from tests.contracts.negotiation.answers import (
    CREDIT,
    LAW,
    MORE,
    RUNS,
    change_of,
    credits_in,
    document_of,
    our_draft,
    received,
    sent_version,
    three_changes,
)
from tests.contracts.papers import text_paper
from tests.contracts.word.edits import commented, silently, tracked

pytestmark = pytest.mark.django_db
OLD = "If availability is lower, the Customer receives a credit of 10 % of the monthly fee."
NEW = OLD.replace(CREDIT, MORE)


def refusal(call: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        call()
    return refused.value


def state() -> tuple[int, ...]:
    models = (Version, Receipt, Change, Turn, LedgerEntry, OutboxEvent, Transition, DraftClause)
    return tuple(model.objects.count() for model in models)


def texts(contract: Contract) -> list[tuple[str, str]]:
    rows = DraftClause.objects.filter(draft=our_draft(contract), is_removed=False).order_by("place")
    return [(row.heading, row.text) for row in rows]


def test_an_answer_is_a_version_of_theirs_and_it_is_our_turn(acme: Cast) -> None:
    sent = sent_version(acme["legal"])
    version = received(acme["legal"], sent=sent)

    assert (version.side, version.source, version.number) == ("theirs", "received", sent.number + 1)
    assert version.shared_at is not None
    assert Contract.objects.get(pk=sent.contract_id).turn == "ours"
    assert (version.receipt.sent_id, version.receipt.is_tracked, version.receipt.reads_back) == (sent.pk, True, True)
    ended = Turn.objects.get(contract_id=sent.contract_id, number=2)
    assert (ended.side, ended.version_id, ended.note) == ("theirs", version.pk, "Theirs.")


def test_a_tracked_change_has_its_author_and_time(acme: Cast) -> None:
    [change] = Change.objects.filter(version=received(acme["legal"]))

    assert (change.kind, change.number, change.heading) == ("changed", "2.2", "Credits")
    assert (change.old_text, change.new_text) == (f"2.2 Credits. {OLD}", f"2.2 Credits. {NEW}")
    assert (change.tracking, change.author) == ("tracked", "Petra Cirrus")
    assert change.changed_at == datetime(2026, 4, 5, 6, 7, tzinfo=UTC)
    assert [(mark["kind"], mark["text"]) for mark in change.marks] == [("deleted", CREDIT), ("inserted", MORE)]
    assert change.state == "open"


def test_the_receipt_is_told(acme: Cast) -> None:
    version = received(acme["legal"])

    event = OutboxEvent.objects.get(type="version.received")
    assert event.payload == {
        "contract_id": str(version.contract_id),
        "version_id": str(version.pk),
        "changes": 1,
        "reads_back": True,
    }
    entry = LedgerEntry.objects.get(event="version.received")
    assert entry.after["sent"] == str(version.receipt.sent_id)


def test_a_change_without_tracking_is_shown_as_one(acme: Cast) -> None:
    def edit(docx: bytes) -> bytes:
        return silently(tracked(docx, CREDIT, MORE), "one year", "nine years")

    version = received(acme["legal"], edit)

    assert (version.receipt.is_tracked, version.receipt.reads_back) == (True, False)
    found = Change.objects.filter(version=version).values_list("heading", "tracking", "author")
    assert list(found) == [("Credits", "tracked", "Petra Cirrus"), ("Term", "silent", "")]


def test_words_that_somebody_deleted_elsewhere_name_nobody_here(acme: Cast) -> None:
    def edit(docx: bytes) -> bytes:
        return silently(tracked(docx, "the Service", "it"), "keeps the Service", "keeps it")

    found = Change.objects.filter(version=received(acme["legal"], edit)).order_by("position")

    assert list(found.values_list("heading", "tracking", "author", "changed_at")) == [
        ("Service", "tracked", "Petra Cirrus", datetime(2026, 4, 5, 6, 7, tzinfo=UTC)),
        ("Availability", "silent", "", None),
    ]
    assert [len(change.marks) for change in found] == [2, 0]


def test_a_clause_changed_both_ways_says_so(acme: Cast) -> None:
    def edit(docx: bytes) -> bytes:
        return tracked(silently(docx, "is lower", "is a little lower"), CREDIT, MORE)

    change = change_of(received(acme["legal"], edit))

    assert (change.heading, change.tracking, change.author) == ("Credits", "partly", "Petra Cirrus")


def test_without_any_tracking_the_texts_are_compared(acme: Cast) -> None:
    version = received(acme["legal"], lambda docx: silently(docx, CREDIT, MORE))

    assert (version.receipt.is_tracked, version.receipt.reads_back) == (False, False)
    assert change_of(version).tracking == "silent"


def test_an_answer_that_changes_nothing_has_no_changes(acme: Cast) -> None:
    version = received(acme["legal"], lambda docx: docx)

    assert version.receipt.reads_back is True
    assert not Change.objects.filter(version=version).exists()


def test_a_plain_text_may_come_back(acme: Cast) -> None:
    sent = sent_version(acme["legal"])
    answer = read_answer(sent.text.replace(CREDIT, MORE).encode(), "answer.txt")

    version = receive_version(actor=acme["legal"], contract_id=sent.contract_id, answer=answer)

    assert change_of(version).new_text == f"2.2 Credits. {NEW}"
    assert version.receipt.remarks == []


def test_comments_of_the_document_are_kept(acme: Cast) -> None:
    version = received(acme["legal"], lambda docx: commented(docx, "one year", "Why only one?"))

    [remark] = version.receipt.remarks
    assert (remark["author"], remark["text"], remark["anchor"]) == ("Petra Cirrus", "Why only one?", RUNS)
    assert remark["at"] == "2026-04-05T06:07:00+00:00"
    assert version.text[remark["start"] :].startswith(RUNS)


def test_an_answer_is_taken_only_in_their_turn(acme: Cast) -> None:
    contract = draft_contract(acme["legal"])
    answer = read_answer(b"Nothing.", "answer.txt")
    before = state()

    refused = refusal(lambda: receive_version(actor=acme["legal"], contract_id=contract.pk, answer=answer))

    assert refused.code == "not_their_turn"
    assert state() == before


def test_a_hostile_file_changes_nothing(acme: Cast) -> None:
    sent = sent_version(acme["legal"])
    broken = document_of(sent)[:-200]
    before = state()

    with pytest.raises(Invalid) as refused:
        receive_version(actor=acme["legal"], contract_id=sent.contract_id, answer=read_answer(broken, "a.docx"))

    assert refused.value.fields.keys() == {"file"}
    assert state() == before


def test_accepting_puts_their_words_into_our_draft(acme: Cast) -> None:
    change = change_of(received(acme["legal"]))

    accept_change(actor=acme["legal"], change_id=change.pk)

    change.refresh_from_db()
    clause = credits_in(change.contract)
    assert (change.state, change.draft_clause_id) == ("accepted", clause.pk)
    assert change.decided_by_id == acme["legal"].user_id
    assert clause.text == NEW
    assert Transition.objects.filter(subject_id=change.pk).values_list("from_state", "to_state").get() == (
        "open",
        "accepted",
    )
    event = OutboxEvent.objects.get(type="change.accepted")
    assert event.payload["change_id"] == str(change.pk)


def test_three_kinds_of_changes_are_accepted_at_once(acme: Cast) -> None:
    version = received(acme["legal"], three_changes)
    kinds = Change.objects.filter(version=version).values_list("kind", flat=True)
    assert sorted(kinds) == ["added", "changed", "changed"]

    assert decide_rest(actor=acme["legal"], version_id=version.pk, accept=True) == (3, 0)

    found = texts(version.contract)
    assert ("Credits", NEW) in found
    assert ("Term", "") in found
    assert found[-1] == ("Law", LAW.removeprefix("4. Law. "))


def test_what_was_accepted_goes_out_as_they_wrote_it(acme: Cast) -> None:
    version = received(acme["legal"], three_changes)
    decide_rest(actor=acme["legal"], version_id=version.pk, accept=True)

    ours = hand_over(actor=acme["legal"], draft_id=our_draft(version.contract).pk)

    assert ours.text.replace("Law\n\nThe", "Law. The") == version.text


def test_rejecting_leaves_our_words(acme: Cast) -> None:
    change = change_of(received(acme["legal"]))

    reject_change(actor=acme["legal"], change_id=change.pk)

    change.refresh_from_db()
    assert (change.state, change.draft_clause_id) == ("rejected", None)
    draft = begin_draft(actor=acme["legal"], contract_id=change.contract_id)
    assert DraftClause.objects.get(draft=draft, heading="Credits").text == OLD


def test_a_counter_puts_our_words_into_the_draft(acme: Cast) -> None:
    change = change_of(received(acme["legal"]))

    counter_change(actor=acme["legal"], change_id=change.pk, text="A credit of 12 %.\n\nNo more.")

    change.refresh_from_db()
    assert (change.state, change.counter) == ("countered", "A credit of 12 %.\nNo more.")
    assert credits_in(change.contract).text == "A credit of 12 %.\nNo more."


def test_a_counter_says_something(acme: Cast) -> None:
    change = change_of(received(acme["legal"]))
    before = state()

    assert refusal(lambda: counter_change(actor=acme["legal"], change_id=change.pk, text=" \n")).code == "words_missing"
    assert state() == before


@pytest.mark.parametrize("how", ["accept", "counter", "reject"])
def test_a_decision_is_taken_back(acme: Cast, how: str) -> None:
    change = change_of(received(acme["legal"]))
    calls: dict[str, Any] = {"accept": accept_change, "reject": reject_change}
    if how == "counter":
        counter_change(actor=acme["legal"], change_id=change.pk, text="Ours.")
    else:
        calls[how](actor=acme["legal"], change_id=change.pk)

    reopen_change(actor=acme["legal"], change_id=change.pk)

    change.refresh_from_db()
    assert (change.state, change.decided_by_id, change.draft_clause_id, change.undo) == ("open", None, None, {})
    draft = begin_draft(actor=acme["legal"], contract_id=change.contract_id)
    assert DraftClause.objects.get(draft=draft, heading="Credits").text == OLD


def test_an_added_clause_is_taken_back_too(acme: Cast) -> None:
    change = change_of(received(acme["legal"], three_changes), "added")
    accept_change(actor=acme["legal"], change_id=change.pk)
    assert texts(change.contract)[-1][0] == "Law"

    reopen_change(actor=acme["legal"], change_id=change.pk)

    assert texts(change.contract)[-1][0] == "Term"


def test_words_written_since_are_not_lost_by_taking_back(acme: Cast) -> None:
    change = change_of(received(acme["legal"]))
    accept_change(actor=acme["legal"], change_id=change.pk)
    write(acme["legal"], credits_in(change.contract), "Written since.")
    before = state()

    refused = refusal(lambda: reopen_change(actor=acme["legal"], change_id=change.pk))

    assert refused.code == "clause_changed"
    assert state() == before
    assert credits_in(change.contract).text == "Written since."


def test_both_sides_words_stand_where_they_do_not_clash(acme: Cast) -> None:
    change = change_of(received(acme["legal"]))
    draft = open_draft(acme["legal"], change.contract)
    write(acme["legal"], credits_in(change.contract), OLD.replace("lower", "much lower"))

    accept_change(actor=acme["legal"], change_id=change.pk)

    assert DraftClause.objects.get(draft=draft, heading="Credits").text == NEW.replace("lower", "much lower")


def test_clashing_words_are_not_overwritten(acme: Cast) -> None:
    change = change_of(received(acme["legal"]))
    open_draft(acme["legal"], change.contract)
    write(acme["legal"], credits_in(change.contract), OLD.replace("10 %", "11 %"))
    before = state()

    assert refusal(lambda: accept_change(actor=acme["legal"], change_id=change.pk)).code == "words_clash"
    assert state() == before
    assert decide_rest(actor=acme["legal"], version_id=change.version_id, accept=True) == (0, 1)


def test_a_draft_goes_out_only_when_every_change_is_decided(acme: Cast) -> None:
    change = change_of(received(acme["legal"]))
    draft = open_draft(acme["legal"], change.contract)
    before = state()

    refused = refusal(lambda: hand_over(actor=acme["legal"], draft_id=draft.pk))

    assert (refused.code, refused.detail) == ("changes_open", {"open": 1})
    assert state() == before
    reject_change(actor=acme["legal"], change_id=change.pk)
    assert hand_over(actor=acme["legal"], draft_id=draft.pk).side == "ours"


def test_a_decision_in_an_abandoned_draft_counts_no_more(acme: Cast) -> None:
    change = change_of(received(acme["legal"]))
    accept_change(actor=acme["legal"], change_id=change.pk)
    abandon_draft(actor=acme["legal"], draft_id=our_draft(change.contract).pk)
    draft = open_draft(acme["legal"], change.contract)

    assert refusal(lambda: hand_over(actor=acme["legal"], draft_id=draft.pk)).code == "changes_open"
    reopen_change(actor=acme["legal"], change_id=change.pk)
    accept_change(actor=acme["legal"], change_id=change.pk)
    assert hand_over(actor=acme["legal"], draft_id=draft.pk).text.count(MORE) == 1


def test_a_change_is_decided_once(acme: Cast) -> None:
    change = change_of(received(acme["legal"]))
    reject_change(actor=acme["legal"], change_id=change.pk)
    before = state()

    assert refusal(lambda: accept_change(actor=acme["legal"], change_id=change.pk)).code == "change_decided"
    assert state() == before


def test_what_was_answered_is_no_longer_decided(acme: Cast) -> None:
    change = change_of(received(acme["legal"]))
    accept_change(actor=acme["legal"], change_id=change.pk)
    hand_over(actor=acme["legal"], draft_id=our_draft(change.contract).pk)

    assert refusal(lambda: reopen_change(actor=acme["legal"], change_id=change.pk)).code == "turn_over"


def test_what_they_wrote_here_has_its_changes_too(acme: Cast) -> None:
    sent = sent_version(acme["legal"])
    them = let_in(acme, sent.contract)
    draft = begin_draft(actor=them, contract_id=sent.contract_id)
    write(them, DraftClause.objects.get(draft=draft, heading="Credits"), NEW)

    version = hand_over(actor=them, draft_id=draft.pk)

    change = change_of(version)
    assert (change.tracking, change.new_text) == ("here", f"2.2 Credits. {NEW}")
    assert (version.receipt.sent_id, version.receipt.reads_back) == (sent.pk, True)


@pytest.mark.parametrize("role", ["auditor", "finance", "account_manager"])
def test_others_decide_nothing(acme: Cast, role: str) -> None:
    change = change_of(received(acme["legal"]))
    before = state()

    for call in (accept_change, reject_change, reopen_change):
        with pytest.raises(Forbidden):
            call(actor=acme[role], change_id=change.pk)
    assert state() == before


def test_the_other_side_does_not_see_our_decisions(acme: Cast) -> None:
    change = change_of(received(acme["legal"]))
    them = let_in(acme, change.contract)

    with pytest.raises((Forbidden, NotVisible)):
        accept_change(actor=them, change_id=change.pk)


def test_another_organization_has_no_such_change(acme: Cast, globex: Cast) -> None:
    from clm.access.scope import organization_scope

    change = change_of(received(acme["legal"]))
    with organization_scope(globex.organization.pk), pytest.raises(NotVisible):
        accept_change(actor=globex["legal"], change_id=change.pk)


@pytest.mark.parametrize("old", ["10 % of the monthly fee", "-10 % of the monthly fee"])
def test_a_sign_before_the_first_word_is_accepted_with_it(alice: Actor, old: str) -> None:
    new = old.removeprefix("-") if old.startswith("-") else f"-{old}"
    text = "1. Service\n\nWe host.\n\n2. Adjustment\n\n{}, each month.\n\n3. Term\n\nOne year."
    contract = create_contract(actor=alice, title="Hosting")
    add_version(actor=alice, contract_id=contract.pk, paper=text_paper(text.format(old)))
    hand_over(actor=alice, draft_id=open_draft(alice, contract).pk)
    sent = Version.objects.select_related("contract", "blob").latest("number")

    answer = received(alice, lambda docx: silently(docx, f"{old},", f"{new},"), sent)
    decide_rest(actor=alice, version_id=answer.pk, accept=True)
    hand_over(actor=alice, draft_id=our_draft(contract).pk)

    ours = Version.objects.latest("number")
    assert f"\n{new}, each month." in answer.text
    assert ours.text == answer.text
