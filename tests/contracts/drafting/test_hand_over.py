"""What is said when a draft is handed over, who reads it, who is told, and until when."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.notify.models import Notification
from contracts.engine.body import body_of
from contracts.models import Clause, Contract, Draft, DraftClause, Version
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.drafting.abandon_draft import abandon_draft
from contracts.operations.drafting.add_clause import add_clause
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.move_clause import move_clause
from contracts.operations.drafting.take_back_turn import take_back_turn
from contracts.operations.restrict_contract import restrict_contract
from tests.cast import Cast
from tests.contracts.drafting.written import TEXT, clause_of, handed_over, let_in, open_draft
from tests.contracts.library.shelf import approved
from tests.contracts.negotiation.answers import our_draft, quick_answer, received
from tests.contracts.papers import text_paper

BACKEND = "django.contrib.auth.backends.ModelBackend"
NOTE = "Our first draft."  # what `handed_over` says


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name], backend=BACKEND)
    return client


def read(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return str(answer.content.decode())


def turn_notices(person: Actor) -> list[Notification]:
    return list(Notification.objects.filter(kind="contract.your_turn", user_id=person.user_id).order_by("created_at"))


def sent_to_them(cast: Cast, alice: Actor) -> Draft:
    draft = handed_over(alice)
    let_in(cast, draft.contract)
    return draft


@pytest.mark.parametrize("role", ["counterparty", "legal"])
def test_both_sides_read_what_was_said_to_a_hand_over(acme: Cast, alice: Actor, role: str) -> None:
    draft = sent_to_them(acme, alice)
    client = signed_in(acme, role)

    assert NOTE in read(client, "version", draft.version_id)
    assert NOTE in read(client, "contract-tab", draft.contract_id, "versions")


def test_we_read_what_they_said(acme: Cast, alice: Actor) -> None:
    draft = sent_to_them(acme, alice)
    them = acme["counterparty"]
    answer = begin_draft(actor=them, contract_id=draft.contract_id)
    version = hand_over(actor=them, draft_id=answer.pk, note="We need more time.")

    client = signed_in(acme, "legal")
    assert "We need more time." in read(client, "version", version.pk)
    assert "We need more time." in read(client, "contract-tab", draft.contract_id, "versions")
    assert [notice.body for notice in turn_notices(alice)] == ["We need more time."]


def test_what_we_note_on_a_document_that_came_is_ours(acme: Cast, alice: Actor) -> None:
    version = received(alice)  # with the note "Theirs."
    let_in(acme, version.contract)

    for role, is_told in (("counterparty", False), ("legal", True)):
        client = signed_in(acme, role)
        assert ("Theirs." in read(client, "version", version.pk)) is is_told
        assert ("Theirs." in read(client, "contract-tab", version.contract_id, "versions")) is is_told


def test_the_notice_says_what_changed_and_ends_with_the_turn(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    them = let_in(acme, draft.contract)
    hand_over(actor=alice, draft_id=draft.pk, note="Look at the credits.")

    [notice] = turn_notices(them)
    assert (notice.body, notice.read_at) == ("Look at the credits.", None)
    assert notice.mail_due_at is not None

    hand_over(actor=them, draft_id=begin_draft(actor=them, contract_id=draft.contract_id).pk)
    notice.refresh_from_db()
    assert notice.read_at is not None
    assert notice.mail_due_at is None
    assert [each.read_at for each in turn_notices(alice)] == [None]


def test_a_turn_that_is_taken_back_waits_for_nobody(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    them = let_in(acme, draft.contract)
    hand_over(actor=alice, draft_id=draft.pk)

    take_back_turn(actor=alice, contract_id=draft.contract_id)

    assert [notice.read_at is None for notice in turn_notices(them)] == [False]


def test_who_is_invited_in_their_turn_is_told_once(acme: Cast, alice: Actor) -> None:
    contract = handed_over(alice).contract
    them, legal = acme["counterparty"], acme["legal"]
    assert turn_notices(them) == []

    for _again in range(2):
        restrict_contract(actor=legal, contract_id=contract.pk, people=[them.person_id], is_confidential=False)

    assert [(notice.title, notice.body) for notice in turn_notices(them)] == [("It is your turn: Hosting", NOTE)]
    assert turn_notices(alice) == []


def test_who_is_invited_in_our_turn_is_not_told(acme: Cast, alice: Actor) -> None:
    contract = open_draft(alice).contract
    them = acme["counterparty"]

    restrict_contract(actor=acme["legal"], contract_id=contract.pk, people=[them.person_id], is_confidential=False)

    assert turn_notices(them) == []
    assert Version.objects.filter(contract=contract, shared_at__isnull=False).count() == 0
    assert Contract.objects.get(pk=contract.pk).turn == "ours"


def test_a_refused_hand_over_stays_on_the_draft_with_its_note(page: Client, alice: Actor) -> None:
    draft = our_draft(quick_undecided(alice))

    answer = page.post(reverse("draft-hand-over", args=[draft.pk]), {"note": "Three points are open."})

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "1 of the other side&#x27;s changes are not decided yet." in text
    assert ">Three points are open.</textarea>" in text
    assert f'data-draft="{draft.pk}"' in text
    assert text.index("hand-over-note") < text.index("are not decided yet.")


def test_a_hand_over_of_what_was_handed_over_leads_to_the_draft(page: Client, alice: Actor) -> None:
    draft = handed_over(alice)

    answer = page.post(reverse("draft-hand-over", args=[draft.pk]), {"note": "Again."}, follow=True)

    assert answer.redirect_chain == [(reverse("draft", args=[draft.contract_id]), 302)]
    assert "it is no longer your turn" in answer.content.decode()


def test_what_stands_against_it_is_said_before(page: Client, alice: Actor) -> None:
    contract = quick_undecided(alice)

    text = read(page, "draft", contract.pk)

    assert "The draft cannot be handed over yet:" in text
    assert "1 change of the other side is not decided yet." in text
    assert "data-blocked disabled" in text


def test_a_mandatory_clause_that_is_missing_is_said_before(page: Client, alice: Actor) -> None:
    words = [{"kind": "preferred", "text": "Each party is liable for what it breaks."}]
    approved(alice, title="Liability", mandatory_for=["hosting"], positions=words)
    draft = open_draft(alice, category="hosting")

    text = read(page, "draft-checks", draft.contract_id)

    assert '<div id="hand-over-go" hx-swap-oob="true">' in text
    assert "Mandatory clauses are missing: Liability. Put them in" in text
    assert "data-blocked disabled" in text


def test_nothing_against_it_and_the_button_is_there(page: Client, alice: Actor) -> None:
    draft = open_draft(alice)

    for name in ("draft", "draft-checks"):
        text = read(page, name, draft.contract_id)
        assert "data-blocked" not in text
        assert 'id="hand-over-go"' in text


def test_handing_over_to_nobody_is_said(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    access, parties = (reverse(name, args=[draft.contract_id]) for name in ("contract-access", "contract-parties"))

    text = read(signed_in(acme, "legal"), "draft", draft.contract_id)
    assert "No counterparty is named, and nobody of another side sees this contract here." in text
    assert f'<a href="{access}">Who sees this contract</a>' in text
    assert f'<a href="{parties}">Name the parties</a>' in text
    assert "you send them the document yourself" in text
    assert "Ask for it" not in text
    text = read(signed_in(acme, "procurement"), "draft", draft.contract_id)
    assert f'<a href="{access}">' not in text
    assert "Ask for it: the roles that let people in are Legal, Administrator." in text

    let_in(acme, draft.contract)
    text = read(signed_in(acme, "legal"), "draft", draft.contract_id)
    assert "nobody of another side sees" not in text
    assert "you send them the document yourself" not in text


def test_what_went_to_nobody_is_downloaded_as_it_was_sent(acme: Cast, alice: Actor) -> None:
    draft = handed_over(alice)
    outgoing = reverse("version-outgoing", args=[draft.version_id])

    assert outgoing in read(signed_in(acme, "legal"), "contract", draft.contract_id)
    assert "the roles that let people in are Legal" in read(
        signed_in(acme, "procurement"), "contract", draft.contract_id
    )
    let_in(acme, draft.contract)
    for role in ("legal", "counterparty"):
        assert outgoing not in read(signed_in(acme, role), "contract", draft.contract_id)


def quick_undecided(alice: Actor) -> Contract:
    """A contract of which one change of theirs is not decided, and our draft is open."""
    contract = quick_answer(alice).contract
    begin_draft(actor=alice, contract_id=contract.pk)
    return contract


def test_no_version_is_uploaded_past_an_open_draft(alice: Actor) -> None:
    """It would be passed over without a word when the draft is handed over."""
    draft = open_draft(alice)
    later = text_paper(TEXT.replace("one year", "two years"))

    with pytest.raises(DomainError) as refused:
        add_version(actor=alice, contract_id=draft.contract_id, paper=later)

    assert (refused.value.code, Version.objects.count()) == ("draft_open", 1)
    abandon_draft(actor=alice, draft_id=draft.pk)
    assert add_version(actor=alice, contract_id=draft.contract_id, paper=later).number == 2


def names_in(version: Version) -> list[tuple[str, str]]:
    return list(Clause.objects.filter(version=version).order_by("position").values_list("number", "heading"))


def cover_second(alice: Actor, *, is_moved: bool) -> Draft:
    """A draft in which a clause stands before the unnumbered cover."""
    draft = open_draft(alice)
    first = DraftClause.objects.filter(draft=draft).earliest("place")
    assert first.heading == "Hosting Agreement"
    if is_moved:
        move_clause(actor=alice, clause_id=clause_of(draft).pk, after=None)
    else:
        add_clause(actor=alice, draft_id=draft.pk, heading="Parties", body=body_of(["The parties are named below."]))
    return draft


@pytest.mark.parametrize("is_moved", [False, True])
def test_a_clause_before_the_cover_does_not_swallow_it(alice: Actor, is_moved: bool) -> None:
    draft = cover_second(alice, is_moved=is_moved)

    version = hand_over(actor=alice, draft_id=draft.pk)

    first = "Service" if is_moved else "Parties"
    assert names_in(version)[:2] == [("1", first), ("", "Hosting Agreement")]
    assert len(names_in(version)) == DraftClause.objects.filter(draft=draft).count()
    assert not DraftClause.objects.filter(draft=draft, became=None).exists()
    assert version.warnings == []


def test_what_is_no_clause_of_its_own_in_the_document_is_said(alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Letter")
    add_version(actor=alice, contract_id=contract.pk, paper=text_paper("Letter Agreement\n\nWe agree on this.\n"))
    draft = open_draft(alice, contract)
    added = add_clause(
        actor=alice, draft_id=draft.pk, after=clause_of(draft, "Letter Agreement").pk, body=body_of(["It ends soon."])
    )

    version = hand_over(actor=alice, draft_id=draft.pk)

    assert version.text.split() == ["Letter", "Agreement", "We", "agree", "on", "this.", "It", "ends", "soon."]
    assert version.warnings == ["Read as part of the clause before it: It ends soon."]
    added.refresh_from_db()
    assert added.became is None
