"""What each verb leaves behind: its state, one transition, one ledger entry, one event with its exact payload."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from clm.access.permissions import visible
from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry, Transition
from clm.audit.seals import SEALS
from clm.events.models import OutboxEvent
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid
from contracts import queries
from contracts.models import Contract, ContractParty, Term, Version
from contracts.operations.activate_contract import activate_contract
from contracts.operations.add_version import add_version
from contracts.operations.archive_contract import archive_contract
from contracts.operations.change_contract import change_contract
from contracts.operations.change_party import change_party
from contracts.operations.create_contract import create_contract
from contracts.operations.create_party import create_party
from contracts.operations.decide_renewal import decide_renewal
from contracts.operations.file_contract import file_contract
from contracts.operations.finalize_version import finalize_version
from contracts.operations.name_party import name_party
from contracts.operations.record_execution import record_execution
from contracts.operations.restrict_contract import restrict_contract
from contracts.operations.set_parties import add_party, remove_party
from contracts.operations.set_terms import set_terms
from contracts.operations.terminate_contract import terminate_contract
from contracts.queries.finding import found_by
from contracts.tasks import advance_terms, follow_names
from tests.cast import Cast
from tests.contracts.papers import TERMS, TEXT, active_contract, draft_contract, newest, passage_in, text_paper
from tests.proof import last_entry, last_event, left_behind


def at(year: int, month: int, day: int) -> Any:
    return clock.set_to(datetime(year, month, day, 12, tzinfo=UTC))


def ready(actor: Actor) -> Contract:
    """A draft with terms and both sides."""
    contract = draft_contract(actor)
    set_terms(actor=actor, version_id=newest(contract).pk, terms=TERMS)
    name_party(actor=actor, contract_id=contract.pk, name="Acme Ltd", role="ours")
    name_party(actor=actor, contract_id=contract.pk, name="Cirrus Hosting GmbH", role="counterparty")
    return contract


def new_transitions(since: int) -> list[tuple[str, str, str]]:
    rows = Transition.objects.order_by("id")[since:]
    return [(row.subject_type, row.from_state, row.to_state) for row in rows]


def test_adding_a_version(alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    before = left_behind()
    version = add_version(actor=alice, contract_id=contract.pk, paper=text_paper(), note="signed copy")

    assert left_behind() == (before[0] + 1, before[1] + 1, before[2])
    payload = {"version_id": str(version.pk), "contract_id": str(contract.pk), "number": 1}
    assert last_event() == ("version.added", payload)
    entry = last_entry()
    assert (entry.verb, entry.actor_id, entry.contract_id) == ("contracts.add_version", alice.identity, contract.pk)
    assert entry.after == {
        "number": 1,
        "file_name": "agreement.txt",
        "media_type": "text/plain",
        "document": version.blob.sha256,
        "content_hash": version.content_hash,
    }


def test_setting_terms(alice: Actor) -> None:
    contract = draft_contract(alice)
    version = newest(contract)
    passage = passage_in(alice, contract, "unless either party gives 30 days' notice")
    before = left_behind()
    terms = set_terms(actor=alice, version_id=version.pk, terms=TERMS, notice_passage_id=passage.pk)

    assert terms.notice_passage == passage
    assert left_behind() == (before[0] + 1, before[1] + 1, before[2])
    assert last_event() == (
        "version.terms_set",
        {"version_id": str(version.pk), "contract_id": str(contract.pk)},
    )
    after = last_entry().after
    assert (after["starts_on"], after["notice_length"]) == ("2026-01-01", 30)
    assert after["content_hash"] == newest(contract).content_hash != version.content_hash


def test_the_deadline_of_a_term_leads_to_its_sentence(alice: Actor) -> None:
    contract = ready(alice)
    version = newest(contract)
    passage = passage_in(alice, contract, "unless either party gives 30 days' notice")
    set_terms(actor=alice, version_id=version.pk, terms=TERMS, notice_passage_id=passage.pk)
    with at(2026, 6, 1):
        record_execution(actor=alice, contract_id=contract.pk, executed_on=date(2025, 12, 20))
        activate_contract(actor=alice, contract_id=contract.pk)

    clause = contract.terms.get().trace["clause"]
    assert clause["quote"] == "unless either party gives 30 days' notice"
    assert (clause["clause_number"], clause["version_number"]) == ("3", 1)
    assert clause["content_hash"] == newest(contract).content_hash


@pytest.mark.parametrize(
    ("terms", "code", "field"),
    [
        ({"initial_months": 0}, "zero_length_term", "initial_months"),
        ({"renewal_months": None}, "zero_length_term", "renewal_months"),
        ({"holidays_country": "ZZ"}, "country_unknown", "holidays_country"),
    ],
)
def test_terms_that_cannot_be_counted_are_refused(alice: Actor, terms: dict[str, Any], code: str, field: str) -> None:
    version = newest(draft_contract(alice))
    before = left_behind()
    with pytest.raises(Invalid) as refusal:
        set_terms(actor=alice, version_id=version.pk, terms=TERMS | terms)

    assert (refusal.value.code, list(refusal.value.fields)) == (code, [field])
    assert left_behind() == before


def test_execution_moves_contract_and_version(alice: Actor) -> None:
    contract = ready(alice)
    before = left_behind()
    with at(2026, 2, 1):
        record_execution(actor=alice, contract_id=contract.pk, executed_on=date(2025, 12, 20))

    version = newest(contract)
    assert new_transitions(before[2]) == [
        ("contracts.version", "draft", "final"),
        ("contracts.contract", "draft", "executed"),
    ]
    events = list(OutboxEvent.objects.order_by("id").values_list("type", "payload"))[before[1] :]
    assert events == [
        ("version.finalized", {"version_id": str(version.pk), "contract_id": str(contract.pk), "number": 1}),
        ("contract.executed", {"contract_id": str(contract.pk)}),
    ]
    sealed = LedgerEntry.objects.get(event="version.finalized").after
    assert sealed == {"number": 1, "effective_on": "2026-01-01", "digest": version.content_hash}
    assert last_entry().after["executed_on"] == "2025-12-20"


def test_a_day_ahead_is_no_execution(alice: Actor) -> None:
    contract = ready(alice)
    before = left_behind()
    with at(2026, 2, 1), pytest.raises(Invalid) as refusal:
        record_execution(actor=alice, contract_id=contract.pk, executed_on=date(2026, 2, 2))

    assert (refusal.value.code, list(refusal.value.fields)) == ("date_ahead", ["executed_on"])
    assert left_behind() == before


def test_activation_starts_the_term(alice: Actor) -> None:
    contract = ready(alice)
    with at(2026, 2, 1):
        record_execution(actor=alice, contract_id=contract.pk, executed_on=date(2025, 12, 20))
        before = left_behind()
        activate_contract(actor=alice, contract_id=contract.pk)

    term = contract.terms.get()
    assert new_transitions(before[2]) == [("contracts.contract", "executed", "active")]
    assert left_behind()[:2] == (before[0] + 2, before[1] + 2)
    kind, payload = last_event()
    assert kind == "contract.term_started"
    assert payload == {
        "contract_id": str(contract.pk),
        "term_id": str(term.pk),
        "number": 1,
        "starts_on": "2026-01-01",
        "ends_on": "2027-01-01",
        "notice_deadline": "2026-12-02",
        "notice_closes_at": "2026-12-03T00:00:00.000000Z",
    }
    contract.refresh_from_db()
    assert contract.terms_due_at == datetime(2027, 1, 1, tzinfo=UTC)


def test_activation_before_its_day_is_refused(alice: Actor) -> None:
    contract = ready(alice)
    with at(2025, 12, 25):
        record_execution(actor=alice, contract_id=contract.pk, executed_on=date(2025, 12, 20))
        before = left_behind()
        with pytest.raises(DomainError) as refusal:
            activate_contract(actor=alice, contract_id=contract.pk)

    assert refusal.value.code == "not_yet_effective"
    assert left_behind() == before


def test_termination_and_archiving(alice: Actor) -> None:
    with at(2026, 6, 1):
        contract = active_contract(alice)
        before = left_behind()
        terminate_contract(actor=alice, contract_id=contract.pk, terminated_on=date(2026, 5, 31), reason="Insolvency")
        assert last_event() == ("contract.terminated", {"contract_id": str(contract.pk)})
        assert last_entry().reason == "Insolvency"
        archive_contract(actor=alice, contract_id=contract.pk, reason="Filed")

    assert new_transitions(before[2]) == [
        ("contracts.contract", "active", "terminated"),
        ("contracts.contract", "terminated", "archived"),
    ]
    assert left_behind()[:2] == (before[0] + 2, before[1] + 2)
    contract.refresh_from_db()
    assert contract.terms_due_at is None


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"terminated_on": date(2026, 6, 2), "reason": "x"}, "date_ahead"),
        ({"terminated_on": date(2026, 5, 1), "reason": " "}, "reason_missing"),
    ],
)
def test_a_termination_needs_a_day_and_a_reason(alice: Actor, sent: dict[str, Any], code: str) -> None:
    with at(2026, 6, 1):
        contract = active_contract(alice)
        before = left_behind()
        with pytest.raises(Invalid) as refusal:
            terminate_contract(actor=alice, contract_id=contract.pk, **sent)

    assert refusal.value.code == code
    assert left_behind() == before


def test_deciding_twice_is_refused(alice: Actor) -> None:
    with at(2026, 6, 1):
        contract = active_contract(alice)
        decide_renewal(actor=alice, contract_id=contract.pk, kind="notice_given")
        kind, payload = last_event()
        before = left_behind()
        with pytest.raises(DomainError) as refusal:
            decide_renewal(actor=alice, contract_id=contract.pk, kind="notice_given")

    assert kind == "contract.renewal_decided"
    assert payload == {
        "contract_id": str(contract.pk),
        "term_number": 1,
        "kind": "notice_given",
        "decided_on": "2026-06-01",
    }
    assert refusal.value.code == "already_decided"
    assert left_behind() == before


def test_the_task_takes_what_is_due_of_every_organization_once(alice: Actor, charlie: Actor) -> None:
    with at(2026, 6, 1):
        contract = active_contract(alice)
        with organization_scope(charlie.organization_id):
            active_contract(charlie, terms={"renewal": "none", "renewal_months": None})
        assert advance_terms() == 0
    with at(2027, 1, 1):
        assert (advance_terms(), advance_terms()) == (2, 0)

    assert contract.terms.count() == 2
    with organization_scope(charlie.organization_id):
        assert Contract.objects.get().state == "expired"


def test_a_contract_that_cannot_advance_does_not_stop_the_others(alice: Actor) -> None:
    with at(2026, 6, 1):
        broken, fine = active_contract(alice), active_contract(alice)
    # A stray row where the next term belongs.
    Term.objects.create(
        organization_id=alice.organization_id, contract=broken, version=newest(broken), number=0, basis="initial",
        starts_on=date(2027, 2, 1), ends_on=date(2027, 3, 1),
    )  # fmt: skip
    with at(2027, 1, 1):
        assert advance_terms() == 2

    broken.refresh_from_db()
    assert (fine.terms.count(), broken.terms.count()) == (2, 2)
    assert broken.terms_due_at == datetime(2027, 1, 1, 12, 10, tzinfo=UTC)


def test_parties_come_and_go_while_a_contract_is_a_draft(alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    party = create_party(actor=alice, name=" Cirrus Hosting GmbH ", country="DE")
    assert last_event() == ("party.created", {"party_id": str(party.pk)})
    part = add_party(actor=alice, contract_id=contract.pk, party_id=party.pk, role="counterparty")
    payload = {"contract_id": str(contract.pk), "party_id": str(party.pk), "role": "counterparty"}
    assert last_event() == ("contract.party_added", payload)
    before = left_behind()
    assert add_party(actor=alice, contract_id=contract.pk, party_id=party.pk, role="counterparty") == part
    assert left_behind() == before

    remove_party(actor=alice, contract_id=contract.pk, part_id=part.pk)
    assert last_event() == ("contract.party_removed", payload)
    assert not ContractParty.objects.exists()


def test_a_signed_party_stays(alice: Actor) -> None:
    contract = active_contract(alice)
    part = contract.parties.first()
    before = left_behind()
    with pytest.raises(DomainError) as refusal:
        remove_party(actor=alice, contract_id=contract.pk, part_id=part.pk)

    assert refusal.value.code == "contract_executed"
    assert left_behind() == before


def test_a_party_is_known_once_and_found_under_its_new_name(alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    part = name_party(actor=alice, contract_id=contract.pk, name="Cirrus", role="counterparty")
    assert name_party(actor=alice, contract_id=contract.pk, name="cirrus", role="guarantor").party == part.party
    with pytest.raises(DomainError) as refusal:
        create_party(actor=alice, name="CIRRUS")
    assert refusal.value.code == "party_known"

    change_party(actor=alice, party_id=part.party_id, name="Nimbus AG", country="CH")
    assert last_entry().before == {"name": "Cirrus", "country": ""}
    assert (found(alice, "nimbus"), found(alice, "nimbus -cirrus")) == ([contract], [])
    assert (follow_names(), follow_names()) == (1, 0)
    assert found(alice, "nimbus -cirrus") == [contract]
    assert found(alice, "cirrus") == []


def found(actor: Actor, words: str) -> list[Contract]:
    return list(found_by(queries.contracts(actor), words).rows)


def test_a_contract_is_found_by_references_title_text_and_party(alice: Actor) -> None:
    contract = draft_contract(alice, title="Order platform", external_reference="CIR-2044")
    name_party(actor=alice, contract_id=contract.pk, name="Cirrus Hosting GmbH", role="counterparty")
    create_contract(actor=alice, title="Something else")

    for words in (contract.reference, "CIR-2044", "order platform", "rder plat", "cirrus", "credits monthly fee"):
        assert found(alice, words) == [contract], words
    assert found(alice, "platypus") == []


def test_changed_facts_stand_in_the_ledger_and_in_the_search(alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    before = left_behind()
    change_contract(
        actor=alice, contract_id=contract.pk, title="Colocation", value_amount=Decimal("1200.50"), currency="EUR"
    )

    assert left_behind() == (before[0] + 1, before[1] + 1, before[2])
    assert last_event() == ("contract.changed", {"contract_id": str(contract.pk)})
    assert last_entry().before == {"title": "Hosting", "value_amount": None, "currency": ""}
    assert last_entry().after == {"title": "Colocation", "value_amount": "1200.5", "currency": "EUR"}
    assert found(alice, "colocation") == [contract]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"value_amount": Decimal(5)}, "currency_missing"),
        ({"owner_id": "00000000-0000-0000-0000-000000000001"}, "owner_unknown"),
    ],
)
def test_unreadable_facts_are_refused(alice: Actor, changes: dict[str, Any], code: str) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    before = left_behind()
    with pytest.raises(Invalid) as refusal:
        change_contract(actor=alice, contract_id=contract.pk, **changes)

    assert refusal.value.code == code
    assert left_behind() == before


def test_the_zone_is_fixed_once_dates_count(alice: Actor) -> None:
    contract = active_contract(alice)
    with pytest.raises(DomainError) as refusal:
        change_contract(actor=alice, contract_id=contract.pk, time_zone="Asia/Tokyo")

    assert refusal.value.code == "zone_fixed"


def test_a_new_owner_sees_the_confidential_contract(acme: Cast, alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    restrict_contract(actor=alice, contract_id=contract.pk)
    assert not visible(acme["procurement"], Contract.objects.all()).exists()
    change_contract(actor=alice, contract_id=contract.pk, owner_id=acme.users["procurement"].pk)

    assert visible(acme["procurement"], Contract.objects.all()).get() == contract


def test_restricting_names_the_people_in_the_ledger(acme: Cast, alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    legal = acme.users["legal"].pk
    restrict_contract(actor=alice, contract_id=contract.pk, people=[legal])

    assert last_event() == ("contract.restricted", {"contract_id": str(contract.pk)})
    assert last_entry().after == {
        "is_confidential": True,
        "people": sorted([str(legal), str(alice.user_id)]),
    }


def test_a_stranger_is_not_named(alice: Actor, charlie: Actor) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    before = left_behind()
    with pytest.raises(Invalid) as refusal:
        restrict_contract(actor=alice, contract_id=contract.pk, people=[charlie.person_id])

    assert refusal.value.code == "person_unknown"
    assert left_behind() == before


def test_filing_is_all_or_nothing(alice: Actor) -> None:
    before = left_behind()
    limited = replace(alice, kind="token", scopes=frozenset({"contracts.create_contract", "contracts.view_contract"}))
    with pytest.raises(Forbidden):
        file_contract(actor=limited, title="Hosting", counterparty="Cirrus", paper=text_paper())

    assert left_behind() == before
    assert not Contract.objects.exists()


def test_finalizing_and_the_seal(alice: Actor) -> None:
    contract = draft_contract(alice)
    version = newest(contract)
    set_terms(actor=alice, version_id=version.pk, terms=TERMS)
    before = left_behind()
    final = finalize_version(actor=alice, version_id=version.pk, effective_on=date(2026, 1, 1))

    assert left_behind() == (before[0] + 1, before[1] + 1, before[2] + 1)
    seal = SEALS["contracts.version"]
    assert seal.digest(Version.objects.get(pk=final.pk)) == last_entry().after["digest"]
    with pytest.raises(DomainError) as refusal:
        finalize_version(actor=alice, version_id=version.pk, effective_on=date(2026, 1, 1))
    assert refusal.value.code == "illegal_move"


def test_versions_take_effect_in_order(alice: Actor) -> None:
    contract = active_contract(alice)
    second = add_version(actor=alice, contract_id=contract.pk, paper=text_paper(TEXT + "\n4. More\nWords."))
    set_terms(actor=alice, version_id=second.pk, terms=TERMS)
    with pytest.raises(DomainError) as refusal:
        finalize_version(actor=alice, version_id=second.pk, effective_on=date(2025, 12, 31))

    assert (refusal.value.code, list(refusal.value.fields)) == ("effect_in_disorder", ["effective_on"])
