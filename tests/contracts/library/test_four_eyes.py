"""Ways round the approval of a mandatory clause that is left out, each closed: by whom, by the type, by a word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from clm.accounts.models import ApiToken
from clm.lib import clock
from clm.lib.actor import Actor
from clm.notify.models import Notification
from contracts.models import (
    Change,
    Contract,
    Draft,
    DraftClause,
    LibraryClause,
    LibraryClauseVersion,
    Omission,
    Version,
)
from contracts.operations.add_version import add_version
from contracts.operations.change_contract import change_contract
from contracts.operations.drafting.abandon_draft import abandon_draft
from contracts.operations.drafting.add_clause import add_clause
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.move_clause import move_clause
from contracts.operations.drafting.put_position import put_position
from contracts.operations.drafting.remove_clause import remove_clause
from contracts.operations.finalize_version import finalize_version
from contracts.operations.library.approve_library_clause import approve_library_clause
from contracts.operations.library.change_library_clause import change_library_clause
from contracts.operations.library.retire_library_clause import retire_library_clause
from contracts.operations.negotiation.accept_change import accept_change
from contracts.operations.omissions.approve_omission import approve_omission
from contracts.operations.omissions.refuse_omission import refuse_omission
from contracts.operations.requests.draft_request import draft_request
from contracts.operations.set_terms import set_terms
from contracts.queries.omissions import lacking_in_newest
from contracts.queries.writers import writers_of
from tests.cast import Cast, add_person
from tests.contracts.drafting.written import TEXT, clause_of, draft_contract, let_in, open_draft, write
from tests.contracts.library.shelf import availability, renewed, shelved
from tests.contracts.library.test_mandatory import missing, put, refused_for
from tests.contracts.library.test_omissions import AVAILABLE, BACKEND, LADDER, asked, mandatory, refusal
from tests.contracts.library.test_verbs import adopt
from tests.contracts.papers import TERMS, newest, text_paper
from tests.contracts.requests.asked import assigned
from tests.proof import last_entry, last_event, left_behind

LACKING = TEXT.replace(TEXT[TEXT.index("2.1 Avail") : TEXT.index("2.2 Credits")], "")


@pytest.fixture
def second(acme: Cast) -> Actor:
    """Another drafter of legal, who could decide."""
    return add_person(acme, "second", ["legal"])


@pytest.fixture
def procured(acme: Cast) -> Draft:
    """A draft that procurement began and that has its mandatory clause."""
    mandatory(acme["legal"])
    return open_draft(acme["procurement"], category="hosting")


def asked_by_procurement(acme: Cast, draft: Draft) -> Omission:
    return asked(acme["procurement"], draft.contract)


def is_barred(actor: Actor, omission: Omission) -> bool:
    approve = refusal(lambda: approve_omission(actor=actor, omission_id=omission.pk))
    refuse = refusal(lambda: refuse_omission(actor=actor, omission_id=omission.pk, reason="No"))
    return (approve.code, refuse.code) == ("own_omission", "own_omission")


def test_who_gave_the_draft_up_decides_nothing(acme: Cast, second: Actor) -> None:
    """The next draft begins from the same text, and the contract is the same."""
    mandatory(acme["legal"])
    draft = open_draft(second, draft_contract(acme["procurement"], category="hosting"))
    abandon_draft(actor=second, draft_id=draft.pk)
    omission = asked_by_procurement(acme, draft)

    assert is_barred(second, omission)
    open_draft(acme["procurement"], draft.contract)
    assert is_barred(second, omission)
    assert approve_omission(actor=acme["approver"], omission_id=omission.pk).state == "approved"


def edits(actor: Actor, draft: Draft) -> None:
    write(actor, clause_of(draft, "Credits"), "Credits are as agreed.")


def removes(actor: Actor, draft: Draft) -> None:
    remove_clause(actor=actor, clause_id=clause_of(draft, "Availability").pk)


def moves(actor: Actor, draft: Draft) -> None:
    move_clause(actor=actor, clause_id=clause_of(draft, "Term").pk, after=None)


def adds(actor: Actor, draft: Draft) -> None:
    add_clause(actor=actor, draft_id=draft.pk, heading="Law")


def hands_over(actor: Actor, draft: Draft) -> None:
    hand_over(actor=actor, draft_id=draft.pk)


@pytest.mark.parametrize("act", [edits, removes, moves, adds, hands_over])
def test_who_wrote_in_it_decides_nothing(
    acme: Cast, second: Actor, procured: Draft, act: Callable[[Actor, Draft], None]
) -> None:
    assert second.person_id not in writers_of(procured.contract_id)
    act(second, procured)
    omission = asked_by_procurement(acme, procured)

    assert is_barred(second, omission)
    assert omission.state == "asked"
    assert approve_omission(actor=acme["legal"], omission_id=omission.pk).state == "approved"


def test_who_brought_a_version_decides_nothing(acme: Cast, second: Actor) -> None:
    mandatory(acme["legal"])
    contract = draft_contract(second, category="hosting")
    draft = open_draft(acme["procurement"], contract)

    assert is_barred(second, asked_by_procurement(acme, draft))


def test_who_accepted_their_deletion_decides_nothing_and_it_is_still_mandatory(
    acme: Cast, second: Actor, procured: Draft
) -> None:
    hand_over(actor=acme["procurement"], draft_id=procured.pk)
    other = let_in(acme, procured.contract)
    theirs = open_draft(other, procured.contract)
    remove_clause(actor=other, clause_id=clause_of(theirs, "Availability").pk)
    hand_over(actor=other, draft_id=theirs.pk)
    change = Change.objects.get(contract=procured.contract, kind="removed")
    accept_change(actor=second, change_id=change.pk)
    ours = Draft.objects.get(contract=procured.contract, side="ours", state="open")

    assert refused_for(acme["procurement"], ours) == "mandatory_missing"
    omission = asked_by_procurement(acme, procured)
    assert is_barred(second, omission)
    approve_omission(actor=acme["legal"], omission_id=omission.pk)
    assert hand_over(actor=acme["procurement"], draft_id=ours.pk).side == "ours"


def test_who_asked_for_the_contract_decides_nothing(acme: Cast, second: Actor) -> None:
    """Their answers stand in its blanks."""
    request = assigned(acme["legal"], second, acme["procurement"])
    contract = draft_request(actor=acme["procurement"], request_id=request.pk).contract
    assert contract is not None
    mandatory(acme["legal"], mandatory_for=[contract.category])
    omission = asked(acme["procurement"], contract)

    assert is_barred(second, omission)
    assert approve_omission(actor=acme["legal"], omission_id=omission.pk).state == "approved"


def test_a_token_is_its_person(acme: Cast, second: Actor, procured: Draft) -> None:
    token = ApiToken.objects.create(
        organization=acme.organization, user_id=second.person_id, name="Robot", prefix="clm_x", key_hash="x",
        scopes=["contracts.*"], expires_at=clock.now(), created_at=clock.now(),
    )  # fmt: skip
    robot = Actor(
        "token", str(token.pk), acme.organization.pk, second.roles, second.user_id, frozenset({"contracts.*"})
    )
    removes(robot, procured)

    assert is_barred(second, asked_by_procurement(acme, procured))


def test_who_asked_before_decides_nothing_later(acme: Cast, second: Actor, procured: Draft) -> None:
    first = asked(second, procured.contract)
    refuse_omission(actor=acme["approver"], omission_id=first.pk, reason="No")

    assert is_barred(second, asked_by_procurement(acme, procured))


def test_who_is_barred_is_not_asked_and_sees_why(acme: Cast, second: Actor, procured: Draft) -> None:
    edits(second, procured)
    omission = asked_by_procurement(acme, procured)

    told = Notification.objects.filter(kind="contract.omission_asked")
    assert {row.user_id for row in told} == {acme.users["legal"].pk, acme.users["approver"].pk}
    page = Client()
    page.force_login(acme.users["second"], backend=BACKEND)
    shown = page.get(reverse("omission", args=[omission.pk])).content.decode()
    assert "You had a hand in this contract: somebody else of legal, or an approver, decides." in shown
    assert reverse("omission-approve", args=[omission.pk]) not in shown


def by_another_type(alice: Actor) -> Contract:
    """Handed over while its type demanded nothing, then of its own type again."""
    mandatory(alice)
    contract = draft_contract(alice, category="hosting")
    change_contract(actor=alice, contract_id=contract.pk, category="other")
    draft = open_draft(alice, contract)
    removes(alice, draft)
    hand_over(actor=alice, draft_id=draft.pk)
    return change_contract(actor=alice, contract_id=contract.pk, category="hosting")


def test_a_type_that_is_changed_back_is_judged_again(acme: Cast, alice: Actor, page: Client) -> None:
    contract = by_another_type(alice)
    version, found = lacking_in_newest(contract)
    body = page.get(reverse("contract", args=[contract.pk])).content.decode()

    assert (version, [each.clause.title for each in found]) == (newest(contract), ["Availability"])
    assert "Mandatory clauses are missing:" in body
    assert "Version 2 beside the library" in body
    assert "Ask to leave it out" in body
    reader, other = Client(), Client()
    reader.force_login(acme.users["executive"], backend=BACKEND)
    let_in(acme, contract)
    other.force_login(acme.users["counterparty"], backend=BACKEND)
    assert "Ask to leave it out" not in reader.get(reverse("contract", args=[contract.pk])).content.decode()
    assert "andatory" not in other.get(reverse("contract", args=[contract.pk])).content.decode()


def test_approved_or_of_the_other_type_nothing_is_said(acme: Cast, alice: Actor, page: Client) -> None:
    contract = by_another_type(alice)
    url = reverse("contract", args=[contract.pk])
    change_contract(actor=alice, contract_id=contract.pk, category="other")
    assert "Mandatory clauses" not in page.get(url).content.decode()
    change_contract(actor=alice, contract_id=contract.pk, category="hosting")
    approve_omission(actor=acme["approver"], omission_id=asked(alice, contract).pk)

    assert "Mandatory clauses" not in page.get(url).content.decode()
    contract.refresh_from_db()
    assert lacking_in_newest(contract)[1] == []


def final(actor: Actor, version: Version) -> Version:
    return finalize_version(actor=actor, version_id=version.pk, effective_on=date(2026, 5, 1))


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_and_is_not_made_final_whoever_wrote_it(acme: Cast, alice: Actor, side: str) -> None:
    contract = by_another_type(alice)
    version = newest(contract)
    set_terms(actor=alice, version_id=version.pk, terms=TERMS)
    Version.objects.filter(pk=version.pk).update(side=side)
    Contract.objects.filter(pk=contract.pk).update(state="draft")

    assert refusal(lambda: final(alice, version)).code == "mandatory_missing"
    approve_omission(actor=acme["approver"], omission_id=asked(alice, contract).pk)
    assert final(alice, version).state == "final"


def test_an_upload_does_not_stand_in_for_what_was_written_here(alice: Actor) -> None:
    """A document of its own is filed as it was agreed; one past a text that was written here is not."""
    mandatory(alice)
    contract = draft_contract(alice, category="hosting")
    alone = add_version(actor=alice, contract_id=contract.pk, paper=text_paper(LACKING))
    set_terms(actor=alice, version_id=alone.pk, terms=TERMS)
    Version.objects.filter(contract=contract, number=1).update(source="draft")

    refused = refusal(lambda: final(alice, alone))

    assert (refused.code, [each["title"] for each in refused.detail["clauses"]]) == (
        "mandatory_missing", ["Availability"],
    )  # fmt: skip
    Version.objects.filter(contract=contract, number=1).update(source="upload")
    assert final(alice, alone).state == "final"


def test_an_upload_that_lacks_it_is_not_handed_over_on(alice: Actor) -> None:
    mandatory(alice)
    contract = draft_contract(alice, category="hosting")
    add_version(actor=alice, contract_id=contract.pk, paper=text_paper(LACKING))

    assert refused_for(alice, open_draft(alice, contract)) == "mandatory_missing"


@pytest.mark.parametrize(
    ("words", "turned"),
    [
        (AVAILABLE.replace("keeps", "does not keep"), "“not” added"),
        (AVAILABLE.replace("keeps", "may keep"), "“may” added"),
        (AVAILABLE.replace("99.9", "9.9"), "“9.9” in place of “99.9”"),
        (AVAILABLE.replace("each month", "each year"), "“year” in place of “month”"),
        (AVAILABLE.replace("2.2 says", "2.2 says, unless it is down"), "“unless” added"),
    ],
)
def test_a_word_that_turns_it_needs_the_same_approval(
    acme: Cast, alice: Actor, page: Client, words: str, turned: str
) -> None:
    version, draft = mandatory(alice), open_draft(alice, category="hosting")
    put(alice, draft, version, "Availability")
    write(alice, clause_of(draft, "Availability"), words)

    refused = refusal(lambda: hand_over(actor=alice, draft_id=draft.pk))
    beside = page.get(reverse("draft-checks", args=[draft.contract_id])).content.decode()

    assert (refused.code, refused.detail["clauses"][0]["turned_by"]) == ("mandatory_missing", [turned])
    assert f"Availability ({turned})" in refused.message
    assert f"What decides: {turned}" in beside
    approve_omission(actor=acme["approver"], omission_id=asked(alice, draft.contract).pk)
    assert hand_over(actor=alice, draft_id=draft.pk).number == 2


def test_other_ways_to_be_rid_of_it(alice: Actor) -> None:
    version, draft = mandatory(alice), open_draft(alice, category="hosting")
    put(alice, draft, version, "Availability")
    assert missing(draft) == []
    write(alice, clause_of(draft, "Availability"), AVAILABLE, heading="Intentionally omitted")
    assert missing(draft) == ["Availability"]
    write(alice, clause_of(draft, "Intentionally omitted"), "", heading="Availability")
    assert missing(draft) == ["Availability"]


def test_in_two_halves_it_counts_together_and_one_alone_does_not(alice: Actor) -> None:
    words = f"{AVAILABLE} It shall not be down for more than 4 hours."
    version = mandatory(alice, positions=[{"kind": "preferred", "text": words, "why": ""}])
    draft = open_draft(alice, category="hosting")
    put(alice, draft, version, "Availability")
    whole = clause_of(draft, "Availability")
    write(alice, whole, AVAILABLE)
    half = add_clause(actor=alice, draft_id=draft.pk, after=whole.pk, level=whole.level + 1)
    write(alice, half, "It shall not be down for more than 4 hours.")

    assert missing(draft) == []
    remove_clause(actor=alice, clause_id=half.pk)
    assert missing(draft) == ["Availability"]


def test_below_a_removed_clause_it_is_still_there(alice: Actor) -> None:
    mandatory(alice)
    draft = open_draft(alice, category="hosting")
    remove_clause(actor=alice, clause_id=clause_of(draft, "Service levels").pk)

    assert missing(draft) == []
    assert "1.1 Availability. The Provider keeps" in hand_over(actor=alice, draft_id=draft.pk).text


def blank_ladder(actor: Actor) -> LibraryClauseVersion:
    text = "The Provider keeps the Service available {how_much} of each month, as Section 2.2 says."
    return mandatory(actor, positions=[{"kind": "preferred", "text": text, "why": ""}])


@pytest.mark.parametrize(("put_in", "expected"), [("at least 97 %", []), ("as it may choose", ["Availability"])])
def test_a_blank_holds_figures_and_no_denial(alice: Actor, put_in: str, expected: list[str]) -> None:
    version, draft = blank_ladder(alice), open_draft(alice, category="hosting")
    clause = clause_of(draft, "Availability")
    put_position(actor=alice, clause_id=clause.pk, revision=1, library_version_id=version.pk, position="preferred")
    text = DraftClause.objects.get(pk=clause.pk).text.replace("{how_much}", put_in)
    write(alice, clause_of(draft, "Availability"), text)

    assert missing(draft) == expected


def test_the_notice_asks_the_database_a_fixed_number_of_times(alice: Actor, django_assert_max_num_queries: Any) -> None:
    contract = by_another_type(alice)
    for number in range(3):
        mandatory(
            alice, title=f"Clause {number}", positions=[{"kind": "preferred", "text": f"Other {number}", "why": ""}]
        )

    with django_assert_max_num_queries(8):
        assert len(lacking_in_newest(contract)[1]) == 4


def test_nothing_new_is_tied_to_words_that_the_library_left_behind(acme: Cast, alice: Actor) -> None:
    """An older version may ask for less; what has it already keeps it."""
    old, draft = mandatory(alice), open_draft(alice, category="hosting")
    put(alice, draft, old, "Availability")
    ladder = [{**LADDER[0], "text": AVAILABLE.replace("99.9", "99.99")}, LADDER[1]]
    new = renewed(alice, old, ladder, by=acme["legal"])

    assert refusal(lambda: put(alice, draft, old, "Credits")).code == "position_superseded"
    put(alice, draft, old, "Availability")
    put(alice, draft, new, "Availability")
    assert refusal(lambda: put(alice, draft, old, "Availability")).code == "position_superseded"
    tied = availability(draft_contract(alice, category="hosting"))
    assert refusal(lambda: adopt(alice, tied, old)).code == "position_superseded"
    assert adopt(alice, tied, new).library_version_id == new.pk


def waiting(actor: Actor, clause: UUID, *types: str) -> LibraryClause:
    return change_library_clause(actor=actor, clause_id=clause, mandatory_for=types)


def test_what_must_have_it_is_another_thing_once_somebody_else_says_so(acme: Cast, second: Actor) -> None:
    clause = mandatory(acme["legal"]).clause_id

    asked_for = waiting(second, clause, "nda", "hosting", "nda")

    assert (asked_for.mandatory_for, asked_for.proposed_for) == (["hosting"], ["hosting", "nda"])
    assert (last_entry().before, last_entry().after) == ({"proposed_for": None}, {"proposed_for": ["hosting", "nda"]})
    before = left_behind()
    assert refusal(lambda: approve_library_clause(actor=second, clause_id=clause)).code == "own_words"
    assert left_behind() == before
    agreed = approve_library_clause(actor=acme["approver"], clause_id=clause)
    assert (agreed.mandatory_for, agreed.proposed_for) == (["hosting", "nda"], None)
    assert last_entry().before == {"state": "approved", "mandatory_for": ["hosting"]}
    assert last_entry().after == {"state": "approved", "mandatory_for": ["hosting", "nda"]}
    version = LibraryClauseVersion.objects.get()
    assert last_event() == ("library_clause.approved", {
        "library_clause_id": str(clause), "library_version_id": str(version.pk), "number": 1, "is_new": False,
    })  # fmt: skip
    assert (
        refusal(lambda: approve_library_clause(actor=acme["approver"], clause_id=clause)).code == "nothing_to_approve"
    )


def test_what_is_taken_back_waits_no_more(acme: Cast, second: Actor) -> None:
    clause = mandatory(acme["legal"]).clause_id
    waiting(second, clause)

    assert waiting(second, clause, "hosting").proposed_for is None
    assert (
        refusal(lambda: approve_library_clause(actor=acme["approver"], clause_id=clause)).code == "nothing_to_approve"
    )


def test_a_draft_of_the_library_says_its_types_and_another_one_approves_them(acme: Cast, second: Actor) -> None:
    clause = shelved(acme["legal"]).pk

    assert waiting(second, clause, "nda").mandatory_for == ["nda"]
    for writer in (acme["legal"], second):
        assert refusal(lambda: approve_library_clause(actor=writer, clause_id=clause)).code == "own_words"  # noqa: B023
    assert approve_library_clause(actor=acme["approver"], clause_id=clause).mandatory_for == ["nda"]


def test_other_facts_need_nobody_else(acme: Cast, second: Actor) -> None:
    """They change neither what is said nor who must have it."""
    clause = mandatory(acme["legal"]).clause_id
    change_library_clause(actor=second, clause_id=clause, guidance="Ask operations.", risk="high")
    change_library_clause(actor=acme["legal"], clause_id=clause, positions=LADDER[:1])

    assert approve_library_clause(actor=second, clause_id=clause).risk == "high"


@pytest.mark.parametrize("goes_on", [True, False])
def test_who_wrote_for_a_contract_does_not_free_it_of_the_clause(
    acme: Cast, second: Actor, procured: Draft, goes_on: bool
) -> None:
    """Neither what another one proposed, nor after the draft was given up."""
    clause = LibraryClauseVersion.objects.get().clause_id
    removes(second, procured)
    waiting(acme["legal"], clause)
    if not goes_on:
        abandon_draft(actor=second, draft_id=procured.pk)

    refused = refusal(lambda: approve_library_clause(actor=second, clause_id=clause))

    assert (refused.code, procured.contract.reference in refused.message) == ("own_draft", True)
    assert missing(procured) == ["Availability"]
    assert approve_library_clause(actor=acme["approver"], clause_id=clause).mandatory_for == []


def test_nor_retires_it(acme: Cast, second: Actor, procured: Draft) -> None:
    clause = LibraryClauseVersion.objects.get().clause_id
    removes(second, procured)

    refused = refusal(lambda: retire_library_clause(actor=second, clause_id=clause, reason="Superseded"))

    assert (refused.code, "Hosting or outsourcing" in refused.message) == ("clause_mandatory", True)
    waiting(second, clause)
    approve_library_clause(actor=acme["legal"], clause_id=clause)
    assert retire_library_clause(actor=second, clause_id=clause, reason="Superseded").state == "retired"


def test_nobody_approves_their_own_words(acme: Cast, second: Actor) -> None:
    """Else a fallback that promises nothing would do instead of the approval, before a draft is begun or after."""
    clause = mandatory(acme["legal"]).clause_id
    weak = [LADDER[0], {"kind": "fallback", "text": "The Service is there when it is there.", "why": "Lately"}]
    change_library_clause(actor=second, clause_id=clause, positions=weak)

    assert refusal(lambda: approve_library_clause(actor=second, clause_id=clause)).code == "own_words"
    assert LibraryClauseVersion.objects.filter(clause=clause, state="approved").count() == 1
    change_library_clause(actor=acme["legal"], clause_id=clause, positions=[*weak, LADDER[1]])
    for writer in (second, acme["legal"]):
        assert refusal(lambda: approve_library_clause(actor=writer, clause_id=clause)).code == "own_words"  # noqa: B023
    approve_library_clause(actor=acme["approver"], clause_id=clause)
    change_library_clause(actor=acme["legal"], clause_id=clause, positions=LADDER)
    assert approve_library_clause(actor=second, clause_id=clause).versions.filter(state="approved").count() == 3


def test_a_title_that_says_it_does_not_count_is_no_way_round(alice: Actor) -> None:
    """Nobody is asked about a title, and a heading of that title would turn nothing."""
    version, draft = mandatory(alice), open_draft(alice, category="hosting")
    put(alice, draft, version, "Availability")
    write(alice, clause_of(draft, "Availability"), AVAILABLE, heading="Intentionally omitted")

    def rename(title: str) -> LibraryClause:
        return change_library_clause(actor=alice, clause_id=version.clause_id, title=title)

    refused = refusal(lambda: rename("Intentionally omitted"))

    assert (refused.code, refused.fields) == (
        "title_void",
        {"title": ["This title says that the clause does not count."]},
    )
    assert missing(draft) == ["Availability"]
    assert rename("Uptime").title == "Uptime"


def test_words_by_a_token_are_its_persons(acme: Cast, second: Actor) -> None:
    token = ApiToken.objects.create(
        organization=acme.organization, user_id=second.person_id, name="Robot", prefix="clm_y", key_hash="y",
        scopes=["contracts.*"], expires_at=clock.now(), created_at=clock.now(),
    )  # fmt: skip
    scopes = frozenset({"contracts.*"})
    robot = Actor("token", str(token.pk), acme.organization.pk, second.roles, second.user_id, scopes)
    clause = mandatory(acme["legal"]).clause_id
    waiting(robot, clause)

    assert refusal(lambda: approve_library_clause(actor=second, clause_id=clause)).code == "own_words"
    waiting(acme["legal"], clause, "nda")
    assert refusal(lambda: approve_library_clause(actor=robot, clause_id=clause)).code == "own_words"
