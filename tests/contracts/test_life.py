from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from clm.access.permissions import system_actor, visible
from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry, Transition
from clm.events.models import OutboxEvent
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid, NotVisible
from contracts.models import Clause, Contract, Passage, Term, Version
from contracts.operations.activate_contract import activate_contract
from contracts.operations.add_version import add_version
from contracts.operations.advance_terms import advance_terms
from contracts.operations.change_contract import change_contract
from contracts.operations.create_contract import create_contract
from contracts.operations.decide_renewal import decide_renewal
from contracts.operations.mark_passage import mark_passage
from contracts.operations.record_execution import record_execution
from contracts.operations.restrict_contract import restrict_contract
from contracts.operations.set_terms import set_terms
from contracts.operations.terminate_contract import terminate_contract
from contracts.papers import content_hash, read_paper
from tests.cast import Cast
from tests.contracts.papers import (
    SAMPLES,
    SENTENCE,
    TERMS,
    TEXT,
    active_contract,
    draft_contract,
    newest,
    passage_in,
    text_paper,
)


def rows() -> tuple[int, ...]:
    counted = (Contract, Version, Clause, Passage, Term, Transition, LedgerEntry, OutboxEvent)
    return tuple(model.objects.count() for model in counted)


def test_a_document_becomes_version_one_with_its_clauses(alice: Actor) -> None:
    contract = draft_contract(alice)

    version = newest(contract)
    assert (version.number, version.state, version.media_type) == (1, "draft", "text/plain")
    assert version.content_hash == content_hash(version.text, None, version.blob.sha256)
    clause = Clause.objects.get(version=version, number="2.1")
    assert clause.heading == "Availability"
    assert clause.text == version.text[clause.start : clause.end]
    assert clause.parent is not None
    assert clause.parent.number == "2"


def test_a_second_upload_is_version_two_and_the_same_bytes_are_refused(alice: Actor) -> None:
    contract = draft_contract(alice)
    second = add_version(actor=alice, contract_id=contract.pk, paper=text_paper(TEXT.replace("99.9", "99.5")))
    before = rows()

    with pytest.raises(DomainError) as refusal:
        add_version(actor=alice, contract_id=contract.pk, paper=text_paper(TEXT.replace("99.9", "99.5")))

    assert second.number == 2
    assert refusal.value.code == "same_content"
    assert rows() == before


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("common-paper-csa-with-sla.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("bonterms-service-level-agreement-1.0.pdf", "application/pdf"),
    ],
)
def test_real_documents_are_read(name: str, media_type: str) -> None:
    path = next(path for path in SAMPLES.iterdir() if path.suffix == "." + name.rsplit(".", 1)[1])
    paper = read_paper(path.read_bytes(), path.name)

    assert paper.media_type == media_type
    assert len(paper.clauses) > 5
    assert "".join(paper.text[c.start : c.end] for c in paper.clauses).strip() == paper.text.strip()


def test_a_hostile_file_is_refused_before_anything_is_written() -> None:
    with pytest.raises(Invalid) as refusal:
        read_paper(b"\x7fELF" + b"\0" * 100, "contract.pdf")

    assert refusal.value.code == "wrong_type"
    assert list(refusal.value.fields) == ["file"]


def test_execution_fixes_text_and_terms_and_activation_writes_every_term(alice: Actor) -> None:
    with clock.set_to(datetime(2026, 6, 1, tzinfo=UTC)):
        contract = active_contract(alice)

    version = newest(contract)
    assert (version.state, version.effective_on, contract.state) == ("final", date(2026, 1, 1), "active")
    term = Term.objects.get(contract=contract)
    assert (term.starts_on, term.ends_on, term.notice_deadline) == (
        date(2026, 1, 1),
        date(2027, 1, 1),
        date(2026, 12, 2),
    )
    values = [step["value"] for step in term.trace["steps"]]
    assert values == ["2027-01-01", "2026-12-02", "2026-12-03T00:00:00.000000Z"]


def test_execution_without_parties_or_terms_is_refused(alice: Actor) -> None:
    contract = draft_contract(alice)
    before = rows()
    with pytest.raises(DomainError) as refusal:
        record_execution(actor=alice, contract_id=contract.pk, executed_on=date(2026, 1, 1))

    assert refusal.value.code == "parties_missing"
    assert rows() == before


def test_a_missed_run_catches_up_on_each_renewal(acme: Cast, alice: Actor) -> None:
    with clock.set_to(datetime(2026, 6, 1, tzinfo=UTC)):
        contract = active_contract(alice)
    keeper = system_actor("term_keeper", acme.organization.pk)
    with clock.set_to(datetime(2029, 6, 1, tzinfo=UTC)):
        advance_terms(actor=keeper, contract_id=contract.pk)
        before = rows()
        advance_terms(actor=keeper, contract_id=contract.pk)

    assert rows() == before
    assert [term.starts_on.year for term in Term.objects.filter(contract=contract)] == [2026, 2027, 2028, 2029]
    moves = Transition.objects.filter(subject_id=contract.pk, to_state="renewed").count()
    assert moves == 3
    contract.refresh_from_db()
    assert contract.term_ends_on == Term.objects.get(number=4).ends_on == date(2030, 1, 1)
    assert OutboxEvent.objects.filter(type="contract.term_started").count() == 4


def test_notice_in_time_ends_the_contract_with_its_term(acme: Cast, alice: Actor) -> None:
    with clock.set_to(datetime(2026, 12, 1, tzinfo=UTC)):
        contract = active_contract(alice)
        decide_renewal(actor=alice, contract_id=contract.pk, kind="notice_given", note="Too dear")
    with clock.set_to(datetime(2027, 1, 1, 1, tzinfo=UTC)):
        ended = advance_terms(actor=system_actor("term_keeper", acme.organization.pk), contract_id=contract.pk)

    assert ended.state == "expired"
    assert Term.objects.filter(contract=contract).count() == 1


def test_late_notice_is_refused_and_nothing_changes(alice: Actor) -> None:
    with clock.set_to(datetime(2026, 12, 3, tzinfo=UTC)):
        contract = active_contract(alice)
        before = rows()
        with pytest.raises(DomainError) as refusal:
            decide_renewal(actor=alice, contract_id=contract.pk, kind="notice_given")

    assert refusal.value.code == "notice_too_late"
    assert refusal.value.detail == {"deadline": "2026-12-02", "closed_at": "2026-12-03T00:00:00+00:00"}
    assert rows() == before


def test_marking_the_same_sentence_twice_is_one_passage(alice: Actor) -> None:
    contract = active_contract(alice)
    first, again = passage_in(alice, contract), passage_in(alice, contract)

    assert first.pk == again.pk
    assert first.quote == SENTENCE
    assert OutboxEvent.objects.filter(type="passage.marked").count() == 1


@pytest.mark.parametrize("span", [(0, 10_000), (5, 5), (3, 2)])
def test_a_span_outside_its_clause_is_refused(alice: Actor, span: tuple[int, int]) -> None:
    version = newest(draft_contract(alice))
    clause = Clause.objects.get(version=version, number="2.1")
    with pytest.raises(Invalid) as refusal:
        mark_passage(actor=alice, version_id=version.pk, clause_id=clause.pk, start=span[0], end=span[1])

    assert refusal.value.code == "span_outside"


def test_the_database_refuses_changes_to_a_final_version(alice: Actor) -> None:
    version = newest(active_contract(alice))
    statements = (
        "UPDATE contracts_version SET text = 'x' WHERE id = %s",
        "DELETE FROM contracts_clause WHERE version_id = %s",
        "UPDATE contracts_terms SET initial_months = 99 WHERE version_id = %s",
    )
    for statement in statements:
        with (
            pytest.raises(IntegrityError, match="never change"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, [version.pk])


def test_terms_change_the_hash_of_a_draft_and_not_of_a_final_version(alice: Actor) -> None:
    version = newest(draft_contract(alice))
    set_terms(actor=alice, version_id=version.pk, terms=TERMS)
    with_terms = newest(version.contract).content_hash
    assert with_terms != version.content_hash

    final = newest(active_contract(alice))
    with pytest.raises(DomainError) as refusal:
        set_terms(actor=alice, version_id=final.pk, terms={"initial_months": 6})
    assert refusal.value.code == "version_final"


def test_a_zero_length_term_is_refused_beside_its_field(alice: Actor) -> None:
    version = newest(draft_contract(alice))
    with pytest.raises(Invalid) as refusal:
        set_terms(actor=alice, version_id=version.pk, terms=TERMS | {"initial_months": 0})

    assert (refusal.value.code, list(refusal.value.fields)) == ("zero_length_term", ["initial_months"])


def test_only_the_named_people_see_a_confidential_contract(acme: Cast, alice: Actor, bob: Actor) -> None:
    contract = draft_contract(alice)
    restrict_contract(actor=alice, contract_id=contract.pk, people=[acme.users["legal"].pk])

    assert [visible(actor, Contract.objects.all()).count() for actor in (alice, acme["legal"], bob)] == [1, 1, 0]
    with pytest.raises(NotVisible):
        change_contract(actor=acme["procurement"], contract_id=contract.pk, title="x")

    restrict_contract(actor=alice, contract_id=contract.pk, is_confidential=False)
    assert visible(bob, Contract.objects.all()).count() == 1


def test_a_counterparty_sees_only_what_was_granted_by_name(acme: Cast, alice: Actor) -> None:
    contract, _other = draft_contract(alice), draft_contract(alice)
    restrict_contract(
        actor=alice, contract_id=contract.pk, people=[acme.users["counterparty"].pk], is_confidential=False
    )

    assert list(visible(acme["counterparty"], Contract.objects.all())) == [contract]


def test_a_change_on_stale_sight_is_refused(alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    seen = LedgerEntry.objects.latest("id").pk
    change_contract(actor=alice, contract_id=contract.pk, seen=seen, title="Hosting 2")
    before = rows()

    with pytest.raises(DomainError) as refusal:
        change_contract(actor=alice, contract_id=contract.pk, seen=seen, title="Hosting 3")

    assert refusal.value.code == "changed_meanwhile"
    assert rows() == before


def test_termination_ends_a_contract_and_nothing_else_does(alice: Actor) -> None:
    contract = active_contract(alice)
    today = clock.today(contract.time_zone)
    ended = terminate_contract(actor=alice, contract_id=contract.pk, terminated_on=today, reason="Insolvency")
    assert ended.state == "terminated"

    with pytest.raises(DomainError) as refusal:
        activate_contract(actor=alice, contract_id=contract.pk)
    assert refusal.value.code == "illegal_move"


def test_readers_and_strangers_change_nothing(bob: Actor, charlie: Actor, alice: Actor) -> None:
    contract = draft_contract(alice)
    paper = text_paper("1. Other text\nwords")
    before = rows()
    with pytest.raises(Forbidden):
        add_version(actor=bob, contract_id=contract.pk, paper=paper)
    with organization_scope(charlie.organization_id), pytest.raises(NotVisible):
        add_version(actor=charlie, contract_id=contract.pk, paper=paper)
    assert rows() == before
