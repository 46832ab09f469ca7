"""The list of renewals opens with what is ahead; the trace of a date names where its terms come from."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from clm.events.dispatcher import drain
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Contract
from contracts.tasks import advance_terms
from obligations.models import Deadline
from tests.contracts.papers import active_contract, newest

JUNE = datetime(2026, 6, 1, tzinfo=UTC)
# Notice was possible until 2 December 2026; the term ends on 1 January 2027.
CHRISTMAS = datetime(2026, 12, 24, tzinfo=UTC)


@pytest.fixture
def contract(alice: Actor) -> Contract:
    with clock.set_to(JUNE):
        made = active_contract(alice, time_zone="Europe/Berlin")
        drain()
    return made


def listed(page: Client, at: datetime, **query: str) -> list[tuple[str, str]]:
    with clock.set_to(at):
        answer = page.get(reverse("deadlines"), query)
    return [(line.row.kind, f"{line.row.due_on}") for line in answer.context["lines"]]


def test_what_is_ahead_comes_first_and_alone(page: Client, contract: Contract) -> None:
    notice, renewal = ("notice", "2026-12-02"), ("renewal", "2027-01-01")

    assert listed(page, JUNE) == [notice, renewal]
    assert listed(page, CHRISTMAS) == [renewal]
    assert listed(page, CHRISTMAS, when="passed") == [notice]
    assert listed(page, CHRISTMAS, when="all") == [notice, renewal]
    assert listed(page, CHRISTMAS, due_from="2026-01-01") == [notice, renewal]
    assert listed(page, CHRISTMAS, kind="notice") == []
    assert listed(page, CHRISTMAS, state="open") == [renewal]


def test_a_state_that_lies_behind_is_shown_whole(page: Client, contract: Contract) -> None:
    Deadline.objects.filter(kind="notice").update(state="passed")

    assert listed(page, CHRISTMAS, state="passed") == [("notice", "2026-12-02")]
    assert listed(page, CHRISTMAS, state="decided") == []


def test_a_date_whose_term_is_governed_anew_names_no_version(page: Client, contract: Contract) -> None:
    """A decided date keeps the trace by which it was decided."""
    deadline = Deadline.objects.get(kind="notice")
    Deadline.objects.filter(pk=deadline.pk).update(state="decided", trace=deadline.trace | {"value": "2026-11-02"})

    said = page.get(reverse("deadline", args=[deadline.pk])).content.decode()

    assert "2026" in said
    assert f"{contract.reference}, version 1" not in said


def test_what_passed_last_is_first_among_the_passed(page: Client, contract: Contract) -> None:
    later = datetime(2028, 3, 1, tzinfo=UTC)
    with clock.set_to(later):
        advance_terms()
        drain()

    days = [day for _kind, day in listed(page, later, when="passed")]
    assert days == sorted(days, reverse=True)
    assert days[-1] == "2026-12-02"
    assert [day for _kind, day in listed(page, later)] == ["2028-12-02", "2029-01-01"]


def test_a_date_without_a_marked_sentence_names_its_version(page: Client, contract: Contract) -> None:
    deadline = Deadline.objects.get(kind="notice")
    version = newest(contract)
    term = contract.terms.get()

    for url in (reverse("deadline", args=[deadline.pk]), reverse("term-trace", args=[term.pk])):
        said = page.get(url).content.decode()
        assert f'<a href="{reverse("version", args=[version.pk])}">{contract.reference}, version 1</a>' in said
        assert "typed in by Alice on 1 Jun 2026" in said
        assert "Saturday, Sunday" in said
