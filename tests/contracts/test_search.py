"""Every word of a text finds its contract, however long the text and however odd its words."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client
from rest_framework.test import APIClient

from clm.access.permissions import system_actor
from clm.access.scope import organization_scope
from clm.events.dispatcher import drain
from clm.lib import clock
from clm.lib.actor import Actor
from contracts import queries
from contracts.models import Contract, FurtherWords, Version
from contracts.operations.add_version import add_version
from contracts.operations.advance_terms import advance_terms
from contracts.operations.amending.propose_amendment import propose_amendment
from contracts.operations.amending.withdraw_amendment import withdraw_amendment
from contracts.operations.change_contract import change_contract
from contracts.operations.create_contract import create_contract
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.take_back_turn import take_back_turn
from contracts.papers import Paper
from contracts.portfolio import PAPERS
from contracts.queries.finding import found_by, found_for
from contracts.search import refresh_text
from tests.cast import Cast
from tests.contracts.amended import amended, amended_text
from tests.contracts.drafting.written import clause_of, handed_over, let_in, open_draft, write
from tests.contracts.papers import TEXT, active_contract

LAST = "zanzibarquoin"


def paper_of(text: str) -> Paper:
    """As if it had been read: its outline is not what these tests are about."""
    return Paper(text.encode(), "long.txt", "text/plain", None, text, (), ())


def filed(actor: Actor, text: str, **facts: str) -> Contract:
    contract = create_contract(actor=actor, **({"title": "Hosting"} | facts))
    add_version(actor=actor, contract_id=contract.pk, paper=paper_of(text))
    return contract


def found(actor: Actor, words: str) -> list[Contract]:
    return list(found_by(queries.contracts(actor), words).rows)


def real_text(length: int) -> str:
    """Real agreements one after another."""
    papers = [path.read_text(errors="replace") for path in sorted(Path(PAPERS).glob("*.[tm][xd]*"))]
    text = "\n".join(papers)
    return (text * (length // len(text) + 1))[:length]


def test_the_last_word_of_a_long_agreement_finds_it(alice: Actor) -> None:
    contract = filed(alice, f"{real_text(1_500_000)} {LAST}")

    assert found(alice, LAST) == [contract]
    assert found(alice, f"indemnification {LAST}") == [contract]
    assert not FurtherWords.objects.filter(is_beyond=True).exists()


@pytest.mark.parametrize("place", [0, 59_995, 120_000, 700_000, 1_400_000])
def test_a_phrase_and_a_compound_word_are_found_wherever_they_stand(alice: Actor, place: int) -> None:
    text = real_text(1_500_000)
    contract = filed(alice, f"{text[:place]} the purple zebras non-zanzibar clause {text[place:]}")

    assert found(alice, '"purple zebras"') == [contract]
    assert found(alice, "non-zanzibar") == [contract]
    assert found(alice, '"zebras purple"') == []


PHRASES = {
    '"limitation of liability"': ["Limitation of Liability", "limitations on liabilities"],
    '"hosting fee"': ["the hosting fees are due"],
    '"hosting fee" liability': ["A hosting fee. Its liability."],
    '"the hosting fee is due"': ["the hosting fee is due"],
    "third-party": ["a third-party service"],
    "O'Neil's": ["signed by O'Neil's"],
    '"Acme Holding"': ["Acme Holding signs"],
}


@pytest.mark.parametrize("most", [1, 10_000], ids=["more than are told apart", "few"])
@pytest.mark.parametrize("words", PHRASES)
def test_a_phrase_is_found_where_its_words_stand_together(
    alice: Actor, monkeypatch: pytest.MonkeyPatch, words: str, most: int
) -> None:
    """The same by pairs of words as by reading each text."""
    monkeypatch.setattr("contracts.queries.finding.COUNTED", most)
    apart = "Limitation: none. Fee for hosting; due is the. Liability of Holding and Acme, a party; third. Neil's O"
    wanted = [filed(alice, text) for text in PHRASES[words] * 2]
    filed(alice, apart)

    assert set(found(alice, words)) == set(wanted)


@pytest.mark.parametrize("filler", ["1 2 ", "a, b; "])
def test_a_phrase_is_found_behind_however_many_short_words(alice: Actor, filler: str) -> None:
    """As in a list of prices: the vector's places are taken long before its characters are."""
    contract = filed(alice, f"{filler * 9_000}the purple zebras came. {filler * 9_000}Then the crimson lions. {filler}")

    assert found(alice, '"purple zebras"') == found(alice, '"crimson lions"') == [contract]
    assert found(alice, '"purple lions"') == []


def test_a_phrase_of_the_second_text_of_a_contract_is_found(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one is worked on beside the one in force, which takes all the places that the contract's vector has."""
    contract = filed(alice, "some filling words here " * 5_000)
    add_version(actor=alice, contract_id=contract.pk, paper=paper_of("Then the purple zebras, all six of them, came."))
    texts = list(Version.objects.filter(contract=contract).order_by("number"))
    monkeypatch.setattr("contracts.search.sought_texts", lambda _contract: texts)
    refresh_text(contract)

    assert found(alice, '"purple zebras"') == found(alice, '"purple zebras, all six of them"') == [contract]
    assert found(alice, '"zebras purple"') == []


@pytest.mark.parametrize(
    "word",
    [
        lambda mark: f"{mark[:12]}-{mark[12:24]}-{mark[24:36]}-{mark[36:48]}",
        lambda mark: f"https://{mark[:10]}.example/{mark[10:30]}/{mark[30:40]}?{mark[40:50]}",
        lambda mark: f"{mark[:20]}@{mark[20:30]}.example",
        lambda mark: mark.translate(str.maketrans("0123456789abcdef", "零一二三四五六七八九甲乙丙丁戊己"))[:20],
    ],
    ids=["hyphens", "addresses", "mail", "four bytes a sign"],
)
def test_words_that_never_repeat_are_all_indexed(alice: Actor, word) -> None:  # type: ignore[no-untyped-def]
    marks = (hashlib.sha256(str(number).encode()).hexdigest() for number in range(28_000))
    words = [word(mark) for mark in marks]
    contract = filed(alice, " ".join([*words, LAST]))

    assert FurtherWords.objects.filter(contract=contract, is_beyond=True).count() > 0
    # Of an address its host is what people look for.
    assert [
        found(alice, each.removeprefix("https://").split("/")[0]) for each in (words[0], words[14_000], words[-1], LAST)
    ] == [[contract]] * 4


def test_words_longer_than_a_lexeme_stop_nothing(alice: Actor) -> None:
    contract = filed(alice, f"{'a' * 5000} {'b-' * 3000} {LAST}")

    assert found(alice, LAST) == [contract]


def test_a_word_on_the_border_of_two_parts_is_whole(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contracts.search.PART", 1000)
    monkeypatch.setattr("contracts.search.WHOLE", 500)
    contract = filed(alice, f"{'x ' * 997}{LAST} {'y ' * 800} end")

    assert found(alice, LAST) == [contract]
    assert FurtherWords.objects.filter(is_beyond=True).count() == FurtherWords.objects.count() == 4


def test_a_shorter_text_leaves_no_further_words(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contracts.search.PART", 1000)
    contract = filed(alice, f"{'x ' * 1000} {LAST}")
    add_version(actor=alice, contract_id=contract.pk, paper=paper_of("Short."))

    assert (found(alice, LAST), FurtherWords.objects.count()) == ([], 0)


@pytest.mark.parametrize("words", ["C-2026-0001", "EXT-77", "agreement backup", '"backup agreement"', "nightly"])
def test_a_contract_is_found_before_it_has_a_text_or_a_party(alice: Actor, words: str) -> None:
    facts = {"external_reference": "EXT-77", "description": "Nightly copies"}
    contract = create_contract(actor=alice, title="Backup agreement", **facts)

    assert found(alice, words) == [contract]


def test_a_description_without_end_stops_nothing(alice: Actor) -> None:
    contract = filed(alice, LAST)
    endless = " ".join(hashlib.sha256(str(n).encode()).hexdigest() for n in range(30_000))

    change_contract(actor=alice, contract_id=contract.pk, description=endless)

    assert found(alice, LAST) == [contract]


def test_further_words_are_of_one_organization(alice: Actor, charlie: Actor, api: APIClient) -> None:
    words = " ".join(hashlib.sha256(str(n).encode()).hexdigest() for n in range(30_000))
    contract = filed(alice, f"{words} {LAST}")

    answer = api.get(f"/api/v1/contracts/?q={LAST}").json()

    assert [row["id"] for row in answer["results"]] == [str(contract.pk)]
    with organization_scope(charlie.organization_id):
        assert found(charlie, LAST) == []


@pytest.mark.parametrize("filler", [0, 600], ids=["short", "long"])
def test_words_that_the_other_side_took_back_are_not_found(
    acme: Cast, alice: Actor, monkeypatch: pytest.MonkeyPatch, filler: int
) -> None:
    monkeypatch.setattr("contracts.search.PART", 1000)
    monkeypatch.setattr("contracts.search.WHOLE", 500)
    contract = handed_over(alice).contract
    them = let_in(acme, contract)
    theirs = begin_draft(actor=them, contract_id=contract.pk)
    write(them, clause_of(theirs, "Term"), f"{'x ' * filler}{LAST} secrets.")
    hand_over(actor=them, draft_id=theirs.pk)
    assert [found_by_each(each) for each in (alice, them)] == [[contract], [contract]]

    take_back_turn(actor=them, contract_id=contract.pk)

    assert [found_by_each(each) for each in (alice, them)] == [[], []]
    assert found_by_each(alice, "hosts") == [contract]


def test_words_that_we_took_back_are_found_by_us_alone(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    them = let_in(acme, draft.contract)
    write(alice, clause_of(draft), f"{LAST} secrets.")
    hand_over(actor=alice, draft_id=draft.pk)
    take_back_turn(actor=alice, contract_id=draft.contract_id)

    assert [found_by_each(each) for each in (alice, them)] == [[draft.contract], []]


def found_by_each(actor: Actor, words: str = LAST) -> list[Contract]:
    return list(found_for(actor, queries.contracts(actor), words).rows)


def test_the_text_in_force_and_the_draft_of_its_amendment_are_both_found(page: Client, alice: Actor) -> None:
    contract = active_contract(alice)
    draft = amended_text(alice, contract, TEXT.replace("monthly fee", "zebra fee"))

    assert [found(alice, words) for words in ('"monthly fee"', '"zebra fee"')] == [[contract], [contract]]
    assert "<mark>monthly</mark>" in page.get("/contracts/?q=monthly").content.decode()
    assert "<mark>zebra</mark>" in page.get("/contracts/?q=zebra").content.decode()

    amendment = propose_amendment(actor=alice, version_id=draft.pk)
    withdraw_amendment(actor=alice, amendment_id=amendment.pk, reason="Not now")
    assert found(alice, '"monthly fee"') == [contract]


def test_once_the_amendment_is_in_force_the_former_text_is_found_no_more(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contracts.search.PART", 200)
    monkeypatch.setattr("contracts.search.WHOLE", 100)
    with clock.set_to(datetime(2026, 6, 1, 12, tzinfo=UTC)):
        contract = active_contract(alice)
        draft = amended_text(alice, contract, TEXT.replace("monthly fee", "zebra fee"))
        amended(alice, draft.pk, date(2026, 7, 1))
        drain()
        assert [found(alice, words) for words in ('"monthly fee"', '"zebra fee"')] == [[contract], [contract]]
    with clock.set_to(datetime(2026, 7, 2, 12, tzinfo=UTC)):
        advance_terms(actor=system_actor("term_keeper", alice.organization_id), contract_id=contract.pk)
        drain()
        assert [found(alice, words) for words in ('"monthly fee"', '"zebra fee"')] == [[], [contract]]
