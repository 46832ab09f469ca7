"""Writing a draft: what each verb leaves behind, what it refuses, and whose words are kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from clm.audit.models import LedgerEntry, Transition
from clm.events.models import OutboxEvent
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid, NotVisible
from clm.notify.models import Notification
from contracts.engine.body import body_of
from contracts.models import Clause, ClauseEdit, Contract, Draft, DraftClause, Turn, UnsavedWords, Version
from contracts.operations.drafting.abandon_draft import abandon_draft
from contracts.operations.drafting.add_clause import add_clause
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.edit_clause import edit_clause
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.keep_words import keep_words
from contracts.operations.drafting.move_clause import move_clause
from contracts.operations.drafting.remove_clause import remove_clause
from contracts.operations.drafting.restore_clause import restore_clause
from contracts.operations.drafting.settle_words import settle_words
from contracts.operations.drafting.take_back_turn import take_back_turn
from contracts.operations.restrict_contract import restrict_contract
from contracts.queries import drafts
from tests.cast import Cast
from tests.contracts.drafting.written import HOSTS, clause_of, draft_contract, handed_over, let_in, open_draft, write
from tests.contracts.papers import active_contract, newest


def refusal(call: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        call()
    return refused.value


def headings(draft: Draft) -> list[str]:
    return [clause.heading for clause in drafts.clause_rows(draft)]


def test_a_draft_begins_with_the_clauses_of_the_newest_version(alice: Actor) -> None:
    contract = draft_contract(alice)

    draft = begin_draft(actor=alice, contract_id=contract.pk)

    clause = clause_of(draft)
    origin = Clause.objects.get(version=newest(contract), heading="Service")
    assert (draft.number, draft.side, draft.state, draft.base) == (1, "ours", "open", newest(contract))
    assert (clause.number, clause.text, clause.body, clause.origin) == ("1", HOSTS, body_of([HOSTS]), origin)
    assert [row.place for row in drafts.clause_rows(draft)] == list(range(1, draft.clauses.count() + 1))
    turn = Turn.objects.get()
    assert (turn.number, turn.side, turn.began_at, turn.ended_at) == (1, "ours", contract.created_at, None)
    entry = LedgerEntry.objects.get(event="draft.begun")
    assert (entry.verb, entry.contract_id) == ("contracts.begin_draft", contract.pk)
    assert entry.after == {"number": 1, "side": "ours", "base": str(newest(contract).pk)}
    event = OutboxEvent.objects.get(type="draft.begun")
    assert event.payload == {"draft_id": str(draft.pk), "contract_id": str(contract.pk), "side": "ours"}


def test_whoever_begins_second_writes_the_same_draft(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)

    assert begin_draft(actor=acme["procurement"], contract_id=draft.contract_id).pk == draft.pk
    assert LedgerEntry.objects.filter(event="draft.begun").count() == 1


def test_no_draft_of_what_was_signed(alice: Actor) -> None:
    contract = active_contract(alice)

    assert refusal(lambda: begin_draft(actor=alice, contract_id=contract.pk)).code == "not_negotiable"
    assert not Draft.objects.exists()


def test_words_are_saved_with_their_history(alice: Actor) -> None:
    draft = open_draft(alice)

    edited = write(alice, clause_of(draft), "The Provider runs the Service.")

    clause = clause_of(draft)
    draft.refresh_from_db()
    assert (edited.merged, clause.revision, clause.text, clause.changed_by_id) == (
        False, 2, "The Provider runs the Service.", alice.user_id,
    )  # fmt: skip
    assert draft.revision == 2
    rows = ClauseEdit.objects.filter(draft_clause=clause).order_by("revision")
    assert [(row.revision, row.text, row.outcome) for row in rows] == [
        (1, HOSTS, "saved"), (2, "The Provider runs the Service.", "saved"),
    ]  # fmt: skip
    entry = LedgerEntry.objects.get(event="draft.clause_edited")
    assert entry.before == {"revision": 1}
    assert (entry.after["revision"], entry.after["outcome"]) == (2, "saved")
    assert "Provider" not in str(entry.after)


def test_the_same_words_change_nothing(alice: Actor) -> None:
    draft = open_draft(alice)

    write(alice, clause_of(draft), HOSTS)

    assert clause_of(draft).revision == 1
    assert not LedgerEntry.objects.filter(event="draft.clause_edited").exists()


def test_edits_of_different_words_are_both_saved(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    read = clause_of(draft)
    write(alice, read, HOSTS.replace("The Provider", "The Supplier"))

    edited = write(acme["procurement"], read, HOSTS.replace("the Customer.", "the Client."))

    assert edited.merged
    assert clause_of(draft).text == "The Supplier hosts the Service for the Client."
    assert clause_of(draft).revision == 3
    assert ClauseEdit.objects.get(revision=3).outcome == "merged"


def test_edits_of_the_same_words_keep_both(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    read = clause_of(draft)
    write(alice, read, HOSTS.replace("hosts", "operates"))

    refused = refusal(lambda: write(acme["procurement"], read, HOSTS.replace("hosts", "runs")))

    assert (refused.code, refused.status) == ("clause_changed", 409)
    assert refused.detail["revision"] == 2
    assert refused.detail["theirs"]["text"] == HOSTS.replace("hosts", "operates")
    assert refused.detail["merged"]["body"] == body_of([HOSTS.replace("hosts", "runs")])
    assert refused.detail["clashes"] == [{"base": "hosts", "mine": "runs", "theirs": "operates"}]
    assert clause_of(draft).text == HOSTS.replace("hosts", "operates")
    kept = ClauseEdit.objects.get(pk=refused.detail["edit"])
    assert (kept.text, kept.outcome, kept.based_on, kept.revision) == (
        HOSTS.replace("hosts", "runs"), "conflict", 1, None,
    )  # fmt: skip
    assert [edit.pk for edit in drafts.kept_words(acme["procurement"], draft)] == [kept.pk]
    assert drafts.kept_words(alice, draft) == []


def test_words_that_were_kept_are_sent_again_and_settled(acme: Cast, alice: Actor) -> None:
    draft, other = open_draft(alice), acme["procurement"]
    read = clause_of(draft)
    write(alice, read, HOSTS.replace("hosts", "operates"))
    detail = refusal(lambda: write(other, read, HOSTS.replace("hosts", "runs"))).detail

    write(other, clause_of(draft), "The Provider operates and runs it.", settles=detail["edit"])

    assert clause_of(draft).text == "The Provider operates and runs it."
    assert drafts.kept_words(other, draft) == []
    assert refusal(lambda: settle_words(actor=other, edit_id=detail["edit"])).code == "words_settled"


def test_nobody_settles_anothers_words(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    read = clause_of(draft)
    write(alice, read, "One.")
    detail = refusal(lambda: write(acme["procurement"], read, "Two.")).detail

    assert isinstance(refusal(lambda: settle_words(actor=alice, edit_id=detail["edit"])), NotVisible)
    assert len(drafts.kept_words(acme["procurement"], draft)) == 1


def test_two_headings_clash(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    read = clause_of(draft)
    write(alice, read, HOSTS, heading="Services")

    assert refusal(lambda: write(acme["procurement"], read, HOSTS, heading="Hosting")).code == "clause_changed"


def test_words_are_what_a_clause_may_hold(alice: Actor) -> None:
    clause = clause_of(open_draft(alice))
    image = {"type": "doc", "content": [{"type": "image"}]}

    assert refusal(lambda: write(alice, clause, "", body=image)).fields == {"body": ["A clause has no image."]}
    assert refusal(lambda: write(alice, clause, "x", heading="h" * 301)).code == "words_wrong"
    assert refusal(lambda: write(alice, clause, "x", revision=9)).code == "revision_unknown"
    assert not ClauseEdit.objects.exists()


def test_edits_are_append_only(alice: Actor) -> None:
    draft = open_draft(alice)
    write(alice, clause_of(draft), "Other words.")

    for change in (lambda: ClauseEdit.objects.update(text="x"), lambda: ClauseEdit.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_a_clause_is_added_numbered_and_removed(alice: Actor) -> None:
    draft = open_draft(alice)
    before = headings(draft)

    added = add_clause(actor=alice, draft_id=draft.pk, after=clause_of(draft).pk, heading="Support")

    rows = list(drafts.clause_rows(draft))
    at = before.index("Service") + 1
    labels = drafts.labels_of(rows).shown
    assert [row.heading for row in rows] == [*before[:at], "Support", *before[at:]]
    assert [row.place for row in rows] == list(range(1, len(rows) + 1))
    assert labels[str(added.pk)] == "2"
    assert labels[str(clause_of(draft, "Term").pk)] == "4"

    remove_clause(actor=alice, clause_id=added.pk)

    assert drafts.labels_of(list(drafts.clause_rows(draft))).shown[str(clause_of(draft, "Term").pk)] == "3"
    assert headings(draft) == [*before[:at], "Support", *before[at:]]
    assert [entry.event for entry in LedgerEntry.objects.filter(subject_id=added.pk).order_by("id")] == [
        "draft.clause_added", "draft.clause_removed",
    ]  # fmt: skip


def test_what_was_removed_is_restored_with_its_words(alice: Actor) -> None:
    draft = open_draft(alice)
    remove_clause(actor=alice, clause_id=clause_of(draft).pk)

    refused = refusal(lambda: write(alice, clause_of(draft), "Late words."))
    restore_clause(actor=alice, clause_id=clause_of(draft).pk)

    assert refused.code == "clause_removed"
    assert (clause_of(draft).is_removed, clause_of(draft).text) == (False, HOSTS)
    assert [edit.text for edit in drafts.kept_words(alice, draft)] == ["Late words."]


def test_a_clause_moves_with_those_below_it(alice: Actor) -> None:
    draft = open_draft(alice)
    assert headings(draft) == ["Hosting Agreement", "Service", "Service levels", "Availability", "Credits", "Term"]

    moved = move_clause(actor=alice, clause_id=clause_of(draft, "Service levels").pk, after=clause_of(draft, "Term").pk)

    assert headings(draft) == ["Hosting Agreement", "Service", "Term", "Service levels", "Availability", "Credits"]
    assert moved.place == 4
    labels = drafts.labels_of(list(drafts.clause_rows(draft))).shown
    assert labels[str(clause_of(draft, "Credits").pk)] == "3.2"


def test_a_clause_does_not_move_into_itself(alice: Actor) -> None:
    draft = open_draft(alice)
    levels, below = clause_of(draft, "Service levels"), clause_of(draft, "Credits")

    refused = refusal(lambda: move_clause(actor=alice, clause_id=levels.pk, after=below.pk))

    assert (refused.code, isinstance(refused, Invalid)) == ("inside_itself", True)


def test_autosaved_words_are_kept_until_saved(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    clause = clause_of(draft)
    sent: dict[str, Any] = {"clause_id": clause.pk, "revision": 1, "heading": "Service"}

    keep_words(actor=alice, body=body_of(["Half a sen"]), **sent)
    keep_words(actor=alice, body=body_of(["Half a sentence."]), **sent)

    assert [words.text for words in drafts.unsaved_words(alice, draft)] == ["Half a sentence."]
    assert drafts.unsaved_words(acme["procurement"], draft) == []
    assert clause_of(draft).text == HOSTS
    assert LedgerEntry.objects.filter(event="draft.words_kept").count() == 1

    write(alice, clause, "A whole sentence.")

    assert not UnsavedWords.objects.exists()


def test_hand_over_makes_a_version_that_both_have(alice: Actor) -> None:
    draft = open_draft(alice)
    write(alice, clause_of(draft), "The Provider runs the Service.")
    remove_clause(actor=alice, clause_id=clause_of(draft, "Term").pk)

    version = hand_over(actor=alice, draft_id=draft.pk, note="Shorter.")

    contract = Contract.objects.get()
    draft.refresh_from_db()
    assert (version.number, version.side, version.source, version.note) == (2, "ours", "draft", "Shorter.")
    assert version.shared_at is not None
    assert version.media_type.endswith("wordprocessingml.document")
    assert "The Provider runs the Service." in version.text
    assert "runs for one year" not in version.text
    assert (contract.turn, contract.state) == ("theirs", "in_negotiation")
    assert (draft.state, draft.version) == ("handed_over", version)
    rows = Turn.objects.order_by("number")
    assert [(row.side, row.version, row.note, row.ended_at is None) for row in rows] == [
        ("ours", version, "Shorter.", False), ("theirs", None, "", True),
    ]  # fmt: skip
    moves = Transition.objects.filter(subject_id__in=(draft.pk, contract.pk)).order_by("id")
    assert {(move.from_state, move.to_state) for move in moves} == {
        ("open", "handed_over"), ("draft", "in_negotiation"),
    }  # fmt: skip
    assert OutboxEvent.objects.get(type="contract.turn_changed").payload == {
        "contract_id": str(contract.pk), "turn": "theirs", "number": 2,
    }  # fmt: skip


def test_clauses_of_the_draft_know_what_they_became(alice: Actor) -> None:
    draft = handed_over(alice)

    became = clause_of(draft, "Availability").became

    assert became is not None
    assert (became.version, became.number, became.heading) == (draft.version, "2.1", "Availability")
    assert [row.became is None for row in DraftClause.objects.filter(draft=draft)] == [False] * 6


def test_an_edit_after_the_hand_over_is_kept(alice: Actor) -> None:
    draft = handed_over(alice)

    refused = refusal(lambda: write(alice, clause_of(draft), "Too late."))
    again = refusal(lambda: write(alice, clause_of(draft), "Too late."))

    assert (refused.code, again.detail) == ("turn_over", refused.detail)
    assert clause_of(draft).text == HOSTS
    assert [(edit.text, edit.outcome) for edit in drafts.kept_words(alice, draft)] == [("Too late.", "turn_over")]


@pytest.mark.parametrize(
    "verb",
    [
        lambda actor, draft: remove_clause(actor=actor, clause_id=clause_of(draft).pk),
        lambda actor, draft: restore_clause(actor=actor, clause_id=clause_of(draft).pk),
        lambda actor, draft: move_clause(actor=actor, clause_id=clause_of(draft).pk, after=None),
        lambda actor, draft: add_clause(actor=actor, draft_id=draft.pk),
        lambda actor, draft: abandon_draft(actor=actor, draft_id=draft.pk),
        lambda actor, draft: hand_over(actor=actor, draft_id=draft.pk),
    ],
)
def test_nothing_is_written_after_the_hand_over(alice: Actor, verb: Any) -> None:
    draft = handed_over(alice)
    entries = LedgerEntry.objects.count()

    assert refusal(lambda: verb(alice, draft)).code == "turn_over"
    assert LedgerEntry.objects.count() == entries


def test_words_for_a_new_clause_are_kept_beside_the_one_before_it(alice: Actor) -> None:
    draft = handed_over(alice)
    sent = {"draft_id": draft.pk, "after": clause_of(draft).pk, "heading": "Late", "body": body_of(["New."])}

    assert refusal(lambda: add_clause(actor=alice, **sent)).code == "turn_over"
    assert [(edit.heading, edit.text) for edit in drafts.kept_words(alice, draft)] == [("Late", "New.")]


def test_unsaved_words_are_kept_when_the_draft_is_handed_over(acme: Cast, alice: Actor) -> None:
    draft, other = open_draft(alice), acme["procurement"]
    body = body_of(["Still typing"])
    keep_words(actor=other, clause_id=clause_of(draft).pk, revision=1, heading="Service", body=body)

    hand_over(actor=alice, draft_id=draft.pk)

    assert not UnsavedWords.objects.exists()
    assert [(edit.text, edit.outcome) for edit in drafts.kept_words(other, draft)] == [("Still typing", "unsaved_kept")]


def test_their_turn_is_not_ours(alice: Actor) -> None:
    draft = handed_over(alice)

    assert refusal(lambda: begin_draft(actor=alice, contract_id=draft.contract_id)).code == "not_your_turn"


def test_an_empty_draft_is_not_handed_over(alice: Actor) -> None:
    draft = open_draft(alice)
    for clause in DraftClause.objects.filter(draft=draft):
        remove_clause(actor=alice, clause_id=clause.pk)

    assert refusal(lambda: hand_over(actor=alice, draft_id=draft.pk)).code == "draft_empty"
    assert Version.objects.count() == 1


def test_a_turn_is_taken_back_and_handed_over_again(alice: Actor) -> None:
    draft = handed_over(alice)
    sent = draft.version

    take_back_turn(actor=alice, contract_id=draft.contract_id)

    draft.refresh_from_db()
    assert sent is not None
    sent.refresh_from_db()
    assert (draft.state, draft.version, sent.shared_at) == ("open", None, None)
    assert Contract.objects.get().turn == "ours"
    write(alice, clause_of(draft), "Better words.")
    version = hand_over(actor=alice, draft_id=draft.pk)
    assert version.number == 3
    assert list(Turn.objects.order_by("number").values_list("side", flat=True)) == ["ours", "theirs", "ours", "theirs"]


def test_nothing_is_taken_back_once_they_write(acme: Cast, alice: Actor) -> None:
    draft = handed_over(alice)
    begin_draft(actor=let_in(acme, draft.contract), contract_id=draft.contract_id)

    assert refusal(lambda: take_back_turn(actor=alice, contract_id=draft.contract_id)).code == "other_side_began"
    assert Contract.objects.get().turn == "theirs"


def test_nothing_is_taken_back_that_was_not_given(alice: Actor) -> None:
    draft = open_draft(alice)

    assert refusal(lambda: take_back_turn(actor=alice, contract_id=draft.contract_id)).code == "nothing_to_take_back"


def test_each_side_sees_its_own_draft_alone(acme: Cast, alice: Actor) -> None:
    draft = handed_over(alice)
    them = let_in(acme, draft.contract)

    theirs = begin_draft(actor=them, contract_id=draft.contract_id)

    assert (theirs.side, theirs.base) == ("theirs", draft.version)
    assert [row.pk for row in drafts.visible(them, Draft.objects.all())] == [theirs.pk]
    assert [row.pk for row in drafts.visible(alice, Draft.objects.all())] == [draft.pk]
    for actor, clause in ((them, clause_of(draft)), (alice, clause_of(theirs))):
        assert isinstance(refusal(lambda actor=actor, clause=clause: write(actor, clause, "Mine.")), NotVisible)


def test_a_counterparty_that_was_not_let_in_sees_nothing(acme: Cast, alice: Actor) -> None:
    draft = handed_over(alice)

    refused = refusal(lambda: begin_draft(actor=acme["counterparty"], contract_id=draft.contract_id))

    assert isinstance(refused, NotVisible)


def test_a_confidential_contracts_draft_is_as_confidential(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    restrict_contract(actor=alice, contract_id=draft.contract_id, is_confidential=True, people=[alice.person_id])

    assert not drafts.visible(acme["procurement"], Draft.objects.all()).exists()
    assert isinstance(refusal(lambda: write(acme["procurement"], clause_of(draft), "x")), NotVisible)
    assert drafts.visible(alice, DraftClause.objects.all()).count() == 6


def test_readers_do_not_write(alice: Actor, bob: Actor) -> None:
    draft = open_draft(alice)

    assert isinstance(refusal(lambda: write(bob, clause_of(draft), "Mine.")), Forbidden)
    assert not ClauseEdit.objects.exists()


def test_an_abandoned_draft_makes_way_for_another(alice: Actor) -> None:
    first = open_draft(alice)

    abandon_draft(actor=alice, draft_id=first.pk)
    second = begin_draft(actor=alice, contract_id=first.contract_id)

    first.refresh_from_db()
    assert (first.state, second.number) == ("abandoned", 2)


def test_edit_needs_a_clause_that_exists(alice: Actor) -> None:
    contract = draft_contract(alice)

    body = body_of(["x"])
    assert isinstance(
        refusal(lambda: edit_clause(actor=alice, clause_id=contract.pk, revision=1, heading="", body=body)), NotVisible
    )


def test_what_the_other_side_took_back_is_not_seen(acme: Cast, alice: Actor) -> None:
    draft = handed_over(alice)
    them = let_in(acme, draft.contract)
    answer = hand_over(actor=them, draft_id=begin_draft(actor=them, contract_id=draft.contract_id).pk)
    assert drafts.visible(alice, Version.objects.filter(pk=answer.pk)).exists()

    take_back_turn(actor=them, contract_id=draft.contract_id)

    assert not drafts.visible(alice, Version.objects.filter(pk=answer.pk)).exists()
    assert drafts.visible(alice, Version.objects.all()).count() == 2


def test_whose_turn_begins_is_told(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    them = let_in(acme, draft.contract)

    hand_over(actor=acme["procurement"], draft_id=draft.pk)
    hand_over(actor=them, draft_id=begin_draft(actor=them, contract_id=draft.contract_id).pk)

    told = Notification.objects.filter(kind="contract.your_turn").order_by("created_at")
    assert [(row.user_id, row.title) for row in told] == [
        (them.user_id, "It is your turn: Hosting"), (alice.user_id, "It is your turn: Hosting"),
    ]  # fmt: skip


def test_a_turn_that_was_taken_back_tells_nobody(acme: Cast, alice: Actor) -> None:
    draft = handed_over(alice)

    take_back_turn(actor=acme["procurement"], contract_id=draft.contract_id)

    assert not Notification.objects.exists()
