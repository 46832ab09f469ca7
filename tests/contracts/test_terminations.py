"""How a contract is brought to its end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.access.permissions import system_actor
from clm.audit.models import LedgerEntry, Transition
from clm.events.models import OutboxEvent
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid, NotVisible
from contracts.models import Contract, Term, Termination, TerminationItem
from contracts.operations.advance_terms import advance_terms
from contracts.operations.terminate_contract import terminate_contract
from contracts.operations.termination.announce_termination import announce_termination
from contracts.operations.termination.tick_termination_item import add_termination_item, tick_termination_item
from contracts.operations.termination.withdraw_termination import withdraw_termination
from contracts.pages.next_step import next_step
from contracts.tasks import end_terminated
from tests.contracts.amended import proposed
from tests.contracts.papers import TERMS, active_contract, draft_contract
from tests.contracts.terminations import JUNE, NOTICE, announced
from tests.contracts.test_at_once import at_once

BEFORE, DAY = datetime(2026, 7, 1, 23, 59, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC)


def state_of(termination: Termination) -> tuple[str, str]:
    termination.refresh_from_db()
    return termination.state, Contract.objects.get(pk=termination.contract_id).state


def test_it_ends_with_the_beginning_of_its_day(alice: Actor) -> None:
    termination = announced(alice)
    with clock.set_to(BEFORE):
        assert (end_terminated(), state_of(termination)) == (0, ("announced", "active"))
    with clock.set_to(DAY):
        assert (end_terminated(), end_terminated()) == (1, 0)

    assert state_of(termination) == ("effective", "terminated")
    contract = Contract.objects.get()
    assert (contract.ended_on, contract.terms_due_at) == (date(2026, 7, 2), None)
    assert Transition.objects.get(to_state="terminated").reason == "We move in house"
    assert OutboxEvent.objects.get(type="contract.terminated").payload == {"contract_id": str(contract.pk)}
    entry = LedgerEntry.objects.get(event="contract.terminated")
    assert (entry.actor_kind, entry.after["terminated_on"]) == ("system", "2026-07-02")


def test_notice_that_is_too_short_names_the_earliest_day(alice: Actor) -> None:
    with pytest.raises(Invalid) as refusal:
        announced(alice, ends_on=date(2026, 7, 1))
    assert (refusal.value.code, refusal.value.detail) == ("notice_too_short", {"earliest": "2026-07-02"})
    assert not Termination.objects.exists()


def test_an_agreement_needs_no_period_and_a_day_that_came_ends_it_at_once(alice: Actor) -> None:
    termination = announced(alice, kind="agreement", ends_on=date(2026, 6, 1))
    assert state_of(termination) == ("effective", "terminated")
    assert termination.notice_length == 0


@pytest.mark.parametrize(
    ("facts", "code"),
    [({"notice_on": date(2026, 6, 2)}, "date_ahead"), ({"reason": " "}, "words_missing")],
)
def test_what_cannot_be_is_refused(alice: Actor, facts: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        announced(alice, **facts)
    assert refusal.value.code == code


def test_only_what_is_signed_ends_so_and_once(alice: Actor) -> None:
    with clock.set_to(JUNE):
        draft = draft_contract(alice)
        with pytest.raises(DomainError) as refusal:
            announce_termination(actor=alice, contract_id=draft.pk, **NOTICE)
        assert refusal.value.code == "not_in_force"
        termination = announced(alice)
        with pytest.raises(DomainError) as second:
            announce_termination(actor=alice, contract_id=termination.contract_id, **NOTICE)
    assert second.value.code == "termination_known"


def test_its_day_counts_though_nobody_noted_it_yet(alice: Actor) -> None:
    """The worker was away when the day came: the contract is over all the same."""
    termination = announced(alice)
    with clock.set_to(DAY):
        with pytest.raises(DomainError) as late:
            withdraw_termination(actor=alice, termination_id=termination.pk, reason="Stay")
        assert late.value.code == "ended_already"
        assert end_terminated() == 1
    assert state_of(termination) == ("effective", "terminated")


def test_it_may_be_withdrawn_before_its_day(alice: Actor) -> None:
    termination = announced(alice)
    with clock.set_to(DAY - timedelta(days=1)):
        withdraw_termination(actor=alice, termination_id=termination.pk, reason="We agreed on a price")
    with clock.set_to(DAY):
        assert end_terminated() == 0
    assert state_of(termination) == ("withdrawn", "active")
    with pytest.raises(DomainError):
        withdraw_termination(actor=alice, termination_id=termination.pk, reason="Again")


def test_an_end_that_came_earlier_overtakes_the_announcement(alice: Actor) -> None:
    termination = announced(alice)
    with clock.set_to(datetime(2026, 6, 20, tzinfo=UTC)):
        terminate_contract(
            actor=alice, contract_id=termination.contract_id, terminated_on=date(2026, 5, 19), reason="Insolvency"
        )
    assert state_of(termination) == ("overtaken", "terminated")
    assert (termination.ends_on, termination.due_at) == (date(2026, 7, 2), None)
    assert Contract.objects.get().ended_on == date(2026, 5, 19)


def test_nor_does_what_expired_end_once_more(alice: Actor, acme: Any, page: Client) -> None:
    with clock.set_to(JUNE):
        contract = active_contract(alice, terms={"renewal": "none", "renewal_months": None})
        facts = NOTICE | {"ends_on": date(2027, 6, 1)}
        termination = announce_termination(actor=alice, contract_id=contract.pk, **facts)
    with clock.set_to(datetime(2027, 1, 1, 0, 1, tzinfo=UTC)):
        advance_terms(actor=system_actor("term_keeper", acme.organization.pk), contract_id=contract.pk)
    assert state_of(termination) == ("overtaken", "expired")
    assert "1 Jun 2027" not in page.get(contract.get_absolute_url()).content.decode()


def test_no_term_begins_on_the_day_of_the_end_or_after_it(alice: Actor, acme: Any) -> None:
    """Whichever worker is first: the contract would renew by itself on 1 January 2027."""
    termination = announced(alice, ends_on=date(2027, 1, 1))
    keeper = system_actor("term_keeper", acme.organization.pk)
    with clock.set_to(datetime(2027, 1, 1, 0, 1, tzinfo=UTC)):
        advance_terms(actor=keeper, contract_id=termination.contract_id)
        assert end_terminated() == 1
    assert state_of(termination) == ("effective", "terminated")
    assert Term.objects.count() == 1


def test_an_announcement_is_overtaken_by_expiry(alice: Actor, acme: Any) -> None:
    with clock.set_to(JUNE):
        contract = active_contract(alice, terms=TERMS | {"renewal": "none", "renewal_months": None})
        termination = announce_termination(
            actor=alice, contract_id=contract.pk, **NOTICE | {"ends_on": date(2027, 3, 1)}
        )
    with clock.set_to(datetime(2027, 3, 1, tzinfo=UTC)):
        advance_terms(actor=system_actor("term_keeper", acme.organization.pk), contract_id=contract.pk)
        end_terminated()
    assert state_of(termination) == ("overtaken", "expired")
    assert LedgerEntry.objects.filter(event="termination.overtaken").count() == 1


def test_a_contract_does_not_end_before_it_began(alice: Actor) -> None:
    for facts in ({"kind": "agreement", "notice_on": date(1990, 1, 1), "ends_on": date(1990, 1, 2)},):
        with pytest.raises(Invalid) as refusal:
            announced(alice, **facts)
        assert refusal.value.code == "before_it_began"
    with clock.set_to(JUNE), pytest.raises(Invalid) as second:
        terminate_contract(
            actor=alice, contract_id=active_contract(alice).pk, terminated_on=date(1990, 1, 2), reason="x"
        )
    assert second.value.code == "before_it_began"


def test_the_list_is_ticked_by_whoever_is_first(alice: Actor, acme: Any) -> None:
    termination = announced(alice)
    assert termination.items.count() == 5
    item = add_termination_item(actor=alice, termination_id=termination.pk, title="Fetch the keys")
    tick_termination_item(actor=acme["finance"], item_id=item.pk, is_done=True, note="Two of two")
    tick_termination_item(actor=alice, item_id=item.pk, is_done=True, note="Two of two")

    item.refresh_from_db()
    assert (item.position, item.done_by_id, item.note) == (6, acme["finance"].user_id, "Two of two")
    assert LedgerEntry.objects.filter(event="termination.item_ticked").count() == 1
    tick_termination_item(actor=alice, item_id=item.pk, is_done=False)
    assert not TerminationItem.objects.filter(done_at__isnull=False).exists()


def test_readers_and_strangers_end_nothing(alice: Actor, bob: Actor, charlie: Actor) -> None:
    termination = announced(alice)
    with pytest.raises(Forbidden):
        withdraw_termination(actor=bob, termination_id=termination.pk, reason="x")
    with pytest.raises(NotVisible):
        withdraw_termination(actor=charlie, termination_id=termination.pk, reason="x")
    assert state_of(termination) == ("announced", "active")


def test_by_page(page: Client, alice: Actor) -> None:
    with clock.set_to(JUNE):
        contract = active_contract(alice)
        url = reverse("contract-terminate", args=[contract.pk])
        sent = {name: str(value) for name, value in NOTICE.items()} | {"notice_unit": "days"}
        early = page.post(url, sent | {"ends_on": "2026-06-30"})
        assert (early.status_code, "2 Jul 2026 at the earliest" in early.content.decode()) == (400, True)
        done = page.post(url, sent)
        assert next_step(alice, contract) is None  # its renewal is no question any more
        text = page.get(done.url).content.decode()
        assert "We move in house" in text
        assert "5 things are left to do" in page.get(reverse("contract", args=[contract.pk])).content.decode()
        item = TerminationItem.objects.get(position=2)
        page.post(reverse("termination-item-tick", args=[item.pk]), {"done": "1"})
        page.post(done.url, {"title": "Fetch the keys"})
        assert "5 things are left to do" in page.get(reverse("contract", args=[contract.pk])).content.decode()
        page.post(f"{done.url}withdraw/", {"reason": "They stay"})
    assert Termination.objects.get().state == "withdrawn"


def test_through_the_api(api: APIClient, alice: Actor) -> None:
    with clock.set_to(JUNE):
        contract = active_contract(alice)
        body = {name: str(value) if name.endswith("_on") else value for name, value in NOTICE.items()}
        path = f"/api/v1/contracts/{contract.pk}/terminations/"
        short = api.post(path, body | {"ends_on": "2026-06-15"}, format="json")
        assert (short.status_code, short.json()["code"], short.json()["parameters"]) == (
            400, "notice_too_short", {"earliest": "2026-07-02"},
        )  # fmt: skip
        made = api.post(path, body, format="json")
        assert (made.status_code, made.json()["state"], len(made.json()["items"])) == (201, "announced", 5)
        item = made.json()["items"][0]["id"]
        ticked = api.post(f"/api/v1/termination-items/{item}/", {"is_done": True}, format="json")
        assert ticked.json()["done_by"] == str(alice.user_id)
        place = f"/api/v1/terminations/{made.json()['id']}/"
        assert api.post(f"{place}items/", {"title": "Keys"}, format="json").json()["position"] == 6
        assert api.get(place).json()["items"][0]["done_at"] is not None
        assert api.post(f"{place}withdrawal/", {"reason": "Stay"}, format="json").json()["state"] == "withdrawn"


@pytest.mark.django_db(transaction=True)
def test_withdrawn_or_ended_and_never_both(alice: Actor) -> None:
    termination = announced(alice)
    calls = [
        lambda: withdraw_termination(actor=alice, termination_id=termination.pk, reason="Stay"),
        lambda: terminate_contract(
            actor=alice, contract_id=termination.contract_id, terminated_on=date(2026, 7, 1), reason="Now"
        ),
    ]
    answers = at_once(alice, calls, when=DAY - timedelta(days=1))
    state, contract = state_of(termination)
    assert (
        contract == "terminated"
    )  # whoever was first: the second call ends a contract that goes on, or nothing is left
    assert (answers, state) in ((["", ""], "withdrawn"), (["", "illegal_move"], "overtaken"))


@pytest.mark.parametrize(("takes_effect", "warned"), [(date(2026, 7, 1), None), (date(2026, 7, 2), "2026-07-02")])
def test_an_amendment_that_would_take_effect_after_the_end_says_so(
    page: Client, api: APIClient, alice: Actor, takes_effect: date, warned: str | None
) -> None:
    contract = announced(alice).contract
    with clock.set_to(JUNE):
        amendment = proposed(alice, contract, effective_on=takes_effect)

        assert api.get(f"/api/v1/amendments/{amendment.pk}/").json()["ends_before"] == warned
        text = page.get(f"/contracts/amendments/{amendment.pk}/").content.decode()
    assert ("The contract ends on 2 Jul 2026, before this takes effect" in text) is bool(warned)
