"""Contracts by the clauses of the library that their texts have or lack, and by their days: each number is the length
of the list that it leads to, for everybody."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from clm.access.permissions import system_actor
from clm.events.dispatcher import drain
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Clause, Contract, LibraryClauseVersion, Version
from contracts.operations.add_version import add_version
from contracts.operations.advance_terms import advance_terms
from contracts.operations.create_contract import create_contract
from contracts.operations.custom_fields.define_custom_field import define_custom_field
from contracts.operations.decide_renewal import decide_renewal
from contracts.operations.library.adopt_library_clause import adopt_library_clause
from contracts.operations.restrict_contract import restrict_contract
from contracts.operations.terminate_contract import terminate_contract
from contracts.operations.termination.withdraw_termination import withdraw_termination
from contracts.queries.clauses_had import having_clause, lacking_clause, looked_through
from contracts.tasks import follow_contracts
from tests.cast import Cast
from tests.contracts.amended import amended, amended_text
from tests.contracts.library.shelf import BAD, approved, availability, renewed, shelved
from tests.contracts.papers import SENTENCE, TEXT, active_contract, draft_contract, newest, text_paper
from tests.contracts.terminations import JUNE, announced

PLACE = "The place of performance of each duty of either party is its registered seat in the city of Hamburg."
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def followed() -> None:
    drain()
    follow_contracts()


def uploaded(actor: Actor, title: str, sentence: str, **facts: Any) -> Contract:
    """A contract that came with its text, tied to nothing."""
    contract = create_contract(actor=actor, title=title, **facts)
    add_version(actor=actor, contract_id=contract.pk, paper=text_paper(TEXT.replace(SENTENCE, sentence)))
    return contract


def titles(condition: Any) -> list[str]:
    return sorted(Contract.objects.filter(condition).values_list("title", flat=True))


@pytest.fixture
def library(alice: Actor) -> LibraryClauseVersion:
    return approved(alice, mandatory_for=["hosting"])


@pytest.fixture
def legacy(alice: Actor, library: LibraryClauseVersion) -> LibraryClauseVersion:
    """Texts that were never tied, and a contract without any."""
    uploaded(alice, "word for word", SENTENCE)
    uploaded(alice, "negotiated", SENTENCE.replace("at least 99.9 % of", "for at least 99.0 % of"))
    uploaded(alice, "unacceptable", BAD)
    uploaded(alice, "without", PLACE, category="hosting")
    create_contract(actor=alice, title="no text")
    scan = uploaded(alice, "scan", SENTENCE)
    Version.objects.filter(contract=scan).update(text="")  # as of pictures that nobody recognized yet
    Clause.objects.filter(version__contract=scan).delete()
    followed()
    return library


def test_a_clause_is_had_by_its_words_whether_tied_or_not(legacy: LibraryClauseVersion, alice: Actor) -> None:
    has, lacks = having_clause(legacy.clause_id), lacking_clause(legacy.clause_id)
    assert titles(has) == ["negotiated", "unacceptable", "word for word"]
    assert (titles(lacks), titles(~looked_through())) == (["without"], ["no text", "scan"])
    contract = Contract.objects.get(title="without")
    assert contract.risk_assessment.parts  # type: ignore[attr-defined]
    fresh = draft_contract(alice, title="just uploaded")
    assert "just uploaded" in titles(~looked_through())
    drain()
    assert "just uploaded" in titles(has)
    other = approved(alice, title="Seat", mandatory_for=[], positions=[{"kind": "preferred", "text": PLACE, "why": ""}])
    drain()
    assert titles(lacking_clause(other.clause_id)) == []  # the library moved on: nobody has looked for it yet
    follow_contracts()
    assert (titles(having_clause(other.clause_id)), len(titles(lacking_clause(other.clause_id)))) == (["without"], 4)
    assert fresh.pk in Contract.objects.filter(lacking_clause(other.clause_id)).values_list("pk", flat=True)


def test_nobody_lacks_what_is_not_in_use(legacy: LibraryClauseVersion, alice: Actor, page: Client) -> None:
    written = shelved(alice, title="Not yet in use")
    assert titles(lacking_clause(written.pk)) == []
    assert f"without_clause={written.pk}" not in page.get(written.get_absolute_url()).content.decode()
    assert f"without_clause={legacy.clause_id}" in page.get(legacy.clause.get_absolute_url()).content.decode()


def test_a_tie_says_what_a_text_is_held_against(alice: Actor, library: LibraryClauseVersion) -> None:
    """To a version that the library left behind, too; and words that are no version of the clause are not it, whoever
    tied them."""
    contract = uploaded(alice, "Tied", SENTENCE)
    clause = availability(contract)
    given = {"clause_id": clause.pk, "library_version_id": library.pk, "position": "preferred"}
    adopt_library_clause(actor=alice, **given)
    words = [{"kind": "preferred", "text": PLACE, "why": ""}]
    renewed(alice, library, words)
    followed()
    assert titles(having_clause(library.clause_id)) == ["Tied"]
    adopt_library_clause(actor=alice, clause_id=clause.pk, library_version_id=None)
    drain()
    assert titles(lacking_clause(library.clause_id)) == ["Tied"]
    newer = LibraryClauseVersion.objects.filter(clause=library.clause_id).latest("number")
    adopt_library_clause(actor=alice, clause_id=clause.pk, library_version_id=newer.pk, position="preferred")
    drain()
    assert titles(lacking_clause(library.clause_id)) == ["Tied"]


def test_the_text_in_force_counts_until_an_amendment_takes_effect(alice: Actor, library: LibraryClauseVersion) -> None:
    with clock.set_to(NOW):
        contract = active_contract(alice, title="Amended")
        draft = amended_text(alice, contract, TEXT.replace(SENTENCE, PLACE))
        followed()
        assert titles(having_clause(library.clause_id)) == ["Amended"]
        amended(alice, draft.pk, date(2026, 7, 1))
        followed()
        assert titles(having_clause(library.clause_id)) == ["Amended"]
    with clock.set_to(datetime(2026, 7, 2, 12, tzinfo=UTC)):
        advance_terms(actor=system_actor("term_keeper", alice.organization_id), contract_id=contract.pk)
        followed()
        assert titles(lacking_clause(library.clause_id)) == ["Amended"]


def test_days_follow_the_verbs_that_own_them(alice: Actor) -> None:
    with clock.set_to(NOW):
        first, second = active_contract(alice), active_contract(alice)
        kept = ("effective_on", "executed_on", "notice_due_on")
        days = Contract.objects.filter(pk=first.pk).values_list(*kept).get()
        assert days == (date(2026, 1, 1), date(2025, 12, 20), date(2026, 12, 2))
        decide_renewal(actor=alice, contract_id=first.pk, kind="notice_given")
        terminate_contract(actor=alice, contract_id=second.pk, terminated_on=date(2026, 6, 1), reason="Agreed")
        assert set(Contract.objects.values_list("notice_due_on", flat=True)) == {None}
        amended(alice, amended_text(alice, first, TEXT.replace("10 %", "12 %")).pk, date(2026, 7, 1))
        assert Contract.objects.get(pk=first.pk).effective_on == date(2026, 1, 1)


def test_what_ends_with_its_term_asks_for_no_notice(alice: Actor) -> None:
    termination = announced(alice)
    days = Contract.objects.filter(pk=termination.contract_id).values_list("notice_due_on", flat=True)
    assert list(days) == [None]
    with clock.set_to(JUNE):
        withdraw_termination(actor=alice, termination_id=termination.pk, reason="We go on")
    assert list(days.all()) == [date(2026, 12, 2)]


def test_each_number_is_the_length_of_its_list(
    acme: Cast, alice: Actor, page: Client, api: APIClient, legacy: LibraryClauseVersion
) -> None:
    define_custom_field(actor=alice, key="audited", label="Audited", kind="date")
    with clock.set_to(NOW):
        for number, start in enumerate((2024, 2025, 2026)):
            facts = {"title": f"In force {number}", "custom_fields": {"audited": f"{start}-03-01"}}
            active_contract(alice, {"starts_on": date(start, 1, 1), "initial_months": 6 + start - 2024}, **facts)
        days = (date(2026, 5, 31), date(2026, 6, 1), date(2026, 8, 30), date(2027, 6, 1), date(2027, 6, 2))
        for contract, day in zip(Contract.objects.order_by("pk"), days, strict=False):
            Contract.objects.filter(pk=contract.pk).update(notice_due_on=day)
        followed()
        restrict_contract(actor=alice, contract_id=Contract.objects.get(title="word for word").pk)
        followed()
        reader = Client()
        reader.force_login(acme.users["executive"], backend="django.contrib.auth.backends.ModelBackend")
        seen = {}
        for who, client in (("alice", page), ("bob", reader)):
            for query in ("", "?q=hosting", f"?clause={legacy.clause_id}&ends_after=2026-03-01"):
                seen[who, query] = _check_numbers(client, query)
        has = f"Has the clause: {legacy.clause.title}"
        assert (seen["alice", ""][has], seen["bob", ""][has]) == (6, 5)
        assert {"Lacks the clause", "Took effect in", "Signed in", "Notice due", "Audited"} <= {
            name.split(": ")[0] for name in seen["bob", ""]
        }
        found = api.get("/api/v1/contracts/facets/").data
        for facet in found["facets"]:
            for count in facet["counts"]:
                rows = api.get("/api/v1/contracts/", count["filters"]).data["results"]
                assert len(rows) == count["number"], (facet["key"], count)


def _check_numbers(client: Client, query: str) -> dict[str, int]:
    found = {}
    for facet in client.get(f"/contracts/facets/{query}").context["facets"]:
        for count in facet["counts"]:
            rows = client.get(count["url"]).content.decode().count('data-href="/contracts/')
            assert rows == count["number"], (query, facet["label"], count)
            found[f"{facet['label']}: {count['label']}"] = count["number"]
    return found


def test_clauses_and_days_are_offered_with_all_filters_and_to_our_side_alone(
    acme: Cast, page: Client, legacy: LibraryClauseVersion
) -> None:
    def asked(query: str) -> tuple[str, int]:
        with CaptureQueriesContext(connection) as captured:
            text = page.get(f"/contracts/{query}").content.decode()
        return text, sum("contracts_libraryclause" in each["sql"] for each in captured.captured_queries)

    plain, queries = asked("?all=1")
    assert ('name="clause"' in plain, queries) == (False, 0)
    every, queries = asked("?filters=all")
    assert [f'name="{name}"' in every for name in ("clause", "without_clause", "notice_before")] == [True] * 3
    assert queries == 2
    chosen, _queries = asked(f"?without_clause={legacy.clause_id}")
    assert f'<option value="{legacy.clause_id}" selected>Availability</option>' in chosen
    told = Client()
    told.force_login(acme.users["counterparty"], backend="django.contrib.auth.backends.ModelBackend")
    shown = told.get("/contracts/?filters=all").content.decode()
    assert not any(f'name="{name}' in shown for name in ("clause", "known_clauses", "notice_", "executed_"))
    assert newest(Contract.objects.get(title="without")).text
