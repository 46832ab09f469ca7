"""Notice on the last day counts until the hour the contract states."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from clm.audit.models import LedgerEntry
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from contracts.models import Contract, RenewalDecision, Term, Terms
from contracts.operations.decide_renewal import decide_renewal
from contracts.operations.set_terms import set_terms
from contracts.pages.next_step import next_step
from contracts.tasks import advance_terms
from tests.contracts.papers import TERMS, active_contract, draft_contract, newest
from tests.contracts.test_amendments import amend

JUNE = datetime(2026, 6, 1, tzinfo=UTC)
CLOSES = datetime(2026, 12, 2, 16, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NEXT_DAY = datetime(2026, 12, 3, 9, tzinfo=UTC)


@pytest.fixture
def until_five(alice: Actor) -> Contract:
    """Renews unless notice arrives before 17:00 in Berlin on 2 December 2026."""
    with clock.set_to(JUNE):
        return active_contract(alice, terms={"day_ends_at": time(17)}, time_zone="Europe/Berlin")


def give_notice(actor: Actor, contract: Contract, **said: Any) -> RenewalDecision:
    return decide_renewal(actor=actor, contract_id=contract.pk, kind="notice_given", **said)


def test_the_term_has_the_instant(until_five: Contract) -> None:
    term = Term.objects.get(contract=until_five)
    assert (term.notice_deadline, term.notice_closes_at) == (date(2026, 12, 2), CLOSES)
    assert term.trace["parameters"]["day_ends_at"] == "17:00"
    assert term.trace["steps"][-1]["value"] == "2026-12-02T16:00:00.000000Z"
    event = LedgerEntry.objects.get(event="contract.term_started")
    assert event.after["notice_closes_at"] == "2026-12-02T16:00:00.000000Z"


def test_notice_a_second_before_counts(alice: Actor, until_five: Contract) -> None:
    with clock.set_to(CLOSES - SECOND):
        decision = give_notice(alice, until_five)

    assert (decision.decided_on, decision.decided_at) == (date(2026, 12, 2), CLOSES - SECOND)


@pytest.mark.parametrize("said", [{}, {"decided_on": date(2026, 12, 2)}, {"decided_at": CLOSES}])
def test_notice_at_that_instant_is_too_late(alice: Actor, until_five: Contract, said: dict[str, Any]) -> None:
    with clock.set_to(CLOSES), pytest.raises(DomainError) as refusal:
        give_notice(alice, until_five, **said)

    assert refusal.value.code == "notice_too_late"
    assert refusal.value.message == "Notice for term 1 had to arrive before 2026-12-02 17:00 Europe/Berlin."
    assert refusal.value.detail == {"deadline": "2026-12-02", "closed_at": "2026-12-02T16:00:00+00:00"}
    assert not RenewalDecision.objects.exists()


def test_notice_that_arrived_in_time_may_be_recorded_later(alice: Actor, until_five: Contract) -> None:
    with clock.set_to(NEXT_DAY):
        decision = give_notice(alice, until_five, decided_at=CLOSES - SECOND)

    assert (decision.decided_on, decision.decided_at) == (date(2026, 12, 2), CLOSES - SECOND)


def test_the_last_day_without_a_time_is_asked_for_it(alice: Actor, until_five: Contract) -> None:
    with clock.set_to(NEXT_DAY), pytest.raises(Invalid) as refusal:
        give_notice(alice, until_five, decided_on=date(2026, 12, 2))

    assert (refusal.value.code, list(refusal.value.fields)) == ("time_needed", ["decided_at"])


def test_an_earlier_day_needs_no_time(alice: Actor, until_five: Contract) -> None:
    with clock.set_to(NEXT_DAY):
        decision = give_notice(alice, until_five, decided_on=date(2026, 12, 1))

    assert (decision.decided_on, decision.decided_at) == (date(2026, 12, 1), None)


@pytest.mark.parametrize(
    "said",
    [
        {"decided_at": NEXT_DAY + SECOND},
        {"decided_at": CLOSES - SECOND, "decided_on": date(2026, 12, 1)},
    ],
)
def test_an_instant_ahead_or_of_another_day_is_refused(
    alice: Actor, until_five: Contract, said: dict[str, Any]
) -> None:
    with clock.set_to(NEXT_DAY), pytest.raises(Invalid) as refusal:
        give_notice(alice, until_five, **said)

    assert (refusal.value.code, list(refusal.value.fields)) == ("decided_on_outside", ["decided_at"])


def test_without_a_stated_hour_the_whole_day_counts(alice: Actor) -> None:
    midnight = datetime(2026, 12, 2, 23, tzinfo=UTC)
    with clock.set_to(JUNE):
        contract = active_contract(alice, time_zone="Europe/Berlin")
    with clock.set_to(midnight), pytest.raises(DomainError) as refusal:
        give_notice(alice, contract)
    with clock.set_to(midnight - SECOND):
        give_notice(alice, contract)

    assert refusal.value.code == "notice_too_late"
    assert refusal.value.message == "The last day of notice for term 1 was 2026-12-02."


def test_the_next_step_goes_with_the_instant(alice: Actor, until_five: Contract) -> None:
    with clock.set_to(CLOSES - SECOND):
        open_step = next_step(alice, until_five)
    with clock.set_to(CLOSES):
        closed_step = next_step(alice, until_five)

    assert open_step is not None
    assert (open_step.label, closed_step) == ("Decide the renewal", None)


def test_an_amendment_of_the_hour_alone_moves_the_instant(alice: Actor, until_five: Contract) -> None:
    with clock.set_to(datetime(2026, 7, 1, 12, tzinfo=UTC)):
        amend(alice, until_five, date(2026, 7, 1), day_ends_at=time(12))
        advance_terms()

    term = Term.objects.get(contract=until_five)
    assert (term.notice_deadline, term.notice_closes_at) == (date(2026, 12, 2), CLOSES - timedelta(hours=5))
    changed = LedgerEntry.objects.get(event="contract.term_changed")
    assert changed.before["notice_closes_at"] == "2026-12-02T16:00:00.000000Z"
    assert changed.after["notice_closes_at"] == "2026-12-02T11:00:00.000000Z"


def test_the_hash_covers_the_hour(alice: Actor) -> None:
    version = newest(draft_contract(alice))
    hashes = set()
    for ends_at in (None, time(12), time(17)):
        set_terms(actor=alice, version_id=version.pk, terms=TERMS | {"day_ends_at": ends_at})
        version.refresh_from_db()
        hashes.add(version.content_hash)

    assert len(hashes) == 3


@pytest.mark.parametrize("notice", [30, None])
def test_midnight_is_refused_beside_its_field(alice: Actor, notice: int | None) -> None:
    version = newest(draft_contract(alice))
    with pytest.raises(Invalid) as refusal:
        set_terms(actor=alice, version_id=version.pk, terms=TERMS | {"notice_length": notice, "day_ends_at": time(0)})

    assert (refusal.value.code, list(refusal.value.fields)) == ("day_end_invalid", ["day_ends_at"])
    assert not Terms.objects.exists()


def test_the_terms_tab_names_hour_and_zone(page: Client, until_five: Contract) -> None:
    with clock.set_to(datetime(2026, 11, 20, tzinfo=UTC)):
        tab = page.get(f"/contracts/{until_five.pk}/terms/").content.decode()

    assert tab.count("2 Dec 2026, 17:00 Europe/Berlin</time>") == 2
    assert "<dt>On its last day notice counts until</dt><dd>17:00</dd>" in tab


def test_the_form_takes_the_hour(page: Client, alice: Actor) -> None:
    contract = draft_contract(alice)
    sent = {**TERMS, "day_ends_at": "17:00", "holidays_country": "", "notice_passage": ""}
    form = page.get(f"/contracts/{contract.pk}/set-terms/").content.decode()
    answer = page.post(f"/contracts/{contract.pk}/set-terms/", sent)

    assert "Notice must arrive before this time" in form
    assert (answer.status_code, Terms.objects.get().day_ends_at) == (302, time(17))


@pytest.mark.parametrize(
    ("at", "status", "stored"),
    [("16:59", 302, CLOSES - timedelta(minutes=1)), ("17:00", 400, None), ("", 400, None)],
)
def test_the_decisions_form_asks_when_it_arrived(
    page: Client, until_five: Contract, at: str, status: int, stored: datetime | None
) -> None:
    sent = {"kind": "notice_given", "decided_on": "2026-12-02", "decided_at": at, "note": ""}
    with clock.set_to(NEXT_DAY):
        answer = page.post(f"/contracts/{until_five.pk}/decide/", sent)

    assert answer.status_code == status
    assert RenewalDecision.objects.values_list("decided_at", flat=True).first() == stored


def test_a_time_that_clocks_skip_is_no_arrival(page: Client, until_five: Contract) -> None:
    sent = {"kind": "notice_given", "decided_on": "2026-03-29", "decided_at": "02:30", "note": ""}
    with clock.set_to(JUNE):
        answer = page.post(f"/contracts/{until_five.pk}/decide/", sent).content.decode()

    assert "The clocks of Europe/Berlin skip 02:30 on 29 Mar 2026." in answer


def test_the_api_takes_the_hour_and_the_instant(api: APIClient, alice: Actor, until_five: Contract) -> None:
    version = newest(draft_contract(alice))
    terms = api.post(f"/api/v1/versions/{version.pk}/terms/", TERMS | {"day_ends_at": "17:00"}, format="json")
    assert (terms.status_code, terms.data["day_ends_at"]) == (200, "17:00:00")

    where = f"/api/v1/contracts/{until_five.pk}/"
    (term,) = api.get(f"{where}terms/").data["results"]
    assert term["notice_closes_at"] == "2026-12-02T16:00:00Z"
    with clock.set_to(NEXT_DAY):
        late = api.post(f"{where}renewal-decisions/", decided("16:00:00"), format="json")
        in_time = api.post(f"{where}renewal-decisions/", decided("15:59:59"), format="json")
    assert (late.status_code, late.data["code"]) == (409, "notice_too_late")
    assert (in_time.status_code, in_time.data["decided_at"]) == (201, "2026-12-02T15:59:59Z")


def decided(at: str) -> dict[str, str]:
    return {"kind": "notice_given", "decided_at": f"2026-12-02T{at}Z"}
