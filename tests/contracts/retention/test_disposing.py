"""Letting a contract go takes two people, and leaves a tombstone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction

from clm.access.permissions import can, get_visible, require
from clm.access.registry import VERBS
from clm.audit.models import LedgerEntry, Transition
from clm.audit.verification import verified
from clm.documents.blobs import put_content, read_blob
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden
from clm.notify.models import Notification
from contracts.models import Clause, Comment, Contract, Disposal, Passage, Version
from contracts.operations.add_version import add_version
from contracts.operations.change_contract import change_contract
from contracts.operations.comments.start_thread import start_thread
from contracts.operations.name_party import name_party
from contracts.operations.restrict_contract import restrict_contract
from contracts.operations.retention.approve_disposal import BLANKED, GONE, STAYS, approve_disposal
from contracts.operations.retention.place_hold import place_hold
from contracts.operations.retention.propose_disposal import propose_disposal
from contracts.operations.retention.refuse_disposal import refuse_disposal
from contracts.operations.retention.withdraw_disposal import withdraw_disposal
from contracts.papers.outgoing import file_for
from contracts.queries.finding import found_by
from tests.cast import Cast
from tests.contracts.papers import active_contract, draft_contract, passage_in, text_paper
from tests.contracts.retention.records import AFTER, archived_contract, kept_three_years, proposed


@pytest.fixture
def later() -> Any:
    with clock.set_to(AFTER):
        yield


def code_of(refusal: Any) -> str:
    return str(refusal.value.code)


def test_two_people_dispose_of_a_contract(acme: Cast, alice: Actor, later: None) -> None:
    disposal = proposed(alice, description="With Mr Smith")
    contract = disposal.contract
    hashes = list(Version.objects.filter(contract=contract).values_list("content_hash", flat=True))
    approve_disposal(actor=acme["legal"], disposal_id=disposal.pk, note="Agreed")

    contract.refresh_from_db()
    assert (contract.state, contract.title, contract.description) == ("disposed", contract.reference, "")
    version = Version.objects.get(contract=contract)
    assert (version.text, version.file_name, version.content_hash) == ("", "", hashes[0])
    assert set(Clause.objects.filter(version=version).values_list("text", "heading")) == {("", "")}
    assert not found_by(Contract.objects.all(), "Provider").rows.exists()
    entry = LedgerEntry.objects.get(event="contract.disposed")
    assert (entry.after["reference"], entry.after["until"]) == (contract.reference, "2029-06-30")
    assert entry.after["proposed_by"] == str(alice.user_id)
    assert entry.after["approved_by"] == str(acme["legal"].user_id)
    assert entry.after["versions"][0]["content_hash"] == hashes[0]
    assert list(Transition.objects.filter(subject_id=contract.pk).order_by("id").values_list("to_state", flat=True))[
        -2:
    ] == ["archived", "disposed"]


def test_its_file_is_swept_and_may_come_again(acme: Cast, alice: Actor, later: None) -> None:
    disposal = proposed(alice)
    blob = Version.objects.select_related("blob").get(contract=disposal.contract).blob
    name, content = blob.storage_name, read_blob(blob)
    approve_disposal(actor=acme["legal"], disposal_id=disposal.pk)

    blob.refresh_from_db()
    assert (blob.storage_name, disposal.contract.disposals.get().removed["files"]) == ("", 1)
    with pytest.raises(DomainError) as refusal:
        read_blob(blob)
    assert code_of(refusal) == "blob_erased"
    default_storage.delete(name)
    active_contract(alice)  # its paper has the very same bytes
    blob.refresh_from_db()
    assert read_blob(blob) == content
    put_content(acme.organization.pk, content, "text/plain")


def test_nobody_reads_it_by_the_bytes_of_another(acme: Cast, alice: Actor, later: None) -> None:
    disposal = proposed(alice)
    draft_contract(alice)  # of the very same bytes
    approve_disposal(actor=acme["legal"], disposal_id=disposal.pk)
    version = Version.objects.select_related("blob", "contract").get(contract=disposal.contract)
    with pytest.raises(DomainError) as refusal:
        file_for(alice, version)
    assert code_of(refusal) == "contract_disposed"


def test_who_saw_a_confidential_contract_sees_what_is_left(acme: Cast, alice: Actor, later: None) -> None:
    disposal = proposed(alice)
    restrict_contract(actor=alice, contract_id=disposal.contract_id, people=[acme["legal"].user_id])
    approve_disposal(actor=acme["legal"], disposal_id=disposal.pk)
    assert get_visible(acme["legal"], Contract.objects.all(), disposal.contract_id).state == "disposed"


def test_bytes_that_another_contract_has_stay(acme: Cast, alice: Actor, later: None) -> None:
    disposal = proposed(alice)
    other = draft_contract(alice)
    approve_disposal(actor=acme["legal"], disposal_id=disposal.pk)

    version = Version.objects.select_related("blob").get(contract=other)
    assert not version.blob.is_erased
    assert version.text != ""


def test_sentences_stay_only_under_figures(acme: Cast, alice: Actor, later: None) -> None:
    with clock.set_to(datetime(2026, 7, 1, tzinfo=UTC)):
        contract = active_contract(alice)
        passage_in(alice, contract)
    disposal = _over(alice, contract)
    approve_disposal(actor=acme["legal"], disposal_id=disposal.pk)

    assert not Passage.objects.exists()


def test_comments_and_notices_go(acme: Cast, alice: Actor, later: None) -> None:
    contract = archived_contract(alice)
    start_thread(actor=alice, contract_id=contract.pk, text="Between us", mentions=[acme["legal"].user_id])
    kept_three_years(alice)
    disposal = propose_disposal(actor=alice, contract_id=contract.pk)
    assert Notification.objects.filter(subject_type__startswith="contracts.").exists()
    approve_disposal(actor=acme["legal"], disposal_id=disposal.pk)

    assert not Comment.objects.exists()
    told = set(Notification.objects.values_list("kind", flat=True))
    assert told <= {"contract.disposal_decided"}


def test_nothing_is_written_to_it_any_more(acme: Cast, alice: Actor, later: None) -> None:
    """Whatever verb it is: a gate stands before each."""
    disposal = proposed(alice)
    approve_disposal(actor=acme["legal"], disposal_id=disposal.pk)
    contract = Contract.objects.get(pk=disposal.contract_id)
    for verb in sorted(VERBS):
        if verb.partition(".")[2].startswith(("view_", "see_")):
            continue
        assert not can(alice, verb, contract), verb
        with pytest.raises((DomainError, Forbidden)):
            require(alice, verb, contract)
    calls = (
        lambda: change_contract(actor=alice, contract_id=contract.pk, title="Mr Smith's"),
        lambda: start_thread(actor=alice, contract_id=contract.pk, text="Remember Mr Smith"),
        lambda: name_party(actor=alice, contract_id=contract.pk, name="Smith Ltd", role="guarantor"),
        lambda: add_version(actor=alice, contract_id=contract.pk, paper=text_paper("1. New")),
    )
    for call in calls:
        with pytest.raises(DomainError) as refusal:
            call()
        assert code_of(refusal) == "contract_disposed"
    with pytest.raises(DomainError):
        place_hold(actor=alice, name="Late", reason="Too late", contract_id=contract.pk)


def test_the_ledger_still_holds(acme: Cast, alice: Actor, later: None) -> None:
    from clm.audit.chain import chain_entries

    disposal = proposed(alice)
    approve_disposal(actor=acme["legal"], disposal_id=disposal.pk)
    chain_entries(acme.organization.pk)
    found = verified(acme.organization.pk)
    assert (found.seals, found.sealed_rows) == ((), 1)


def test_the_same_person_does_not_do_both(acme: Cast, alice: Actor, later: None) -> None:
    disposal = proposed(alice)
    for verb in (approve_disposal, refuse_disposal):
        facts = {"reason": "No"} if verb is refuse_disposal else {}
        with pytest.raises(DomainError) as refusal:
            verb(actor=alice, disposal_id=disposal.pk, **facts)
        assert code_of(refusal) == "own_disposal"
    assert disposal.contract.versions.get().text != ""


def test_a_hold_stops_it_at_the_last_moment(acme: Cast, alice: Actor, later: None) -> None:
    disposal = proposed(alice)
    place_hold(actor=alice, name="Dispute", reason="They sued", contract_id=disposal.contract_id)
    with pytest.raises(DomainError) as refusal:
        approve_disposal(actor=acme["legal"], disposal_id=disposal.pk)

    assert code_of(refusal) == "on_hold"
    assert Disposal.objects.get().state == "proposed"
    assert Version.objects.get().text != ""


def test_what_is_kept_by_law_or_in_use_stays(alice: Actor) -> None:
    with clock.set_to(datetime(2028, 1, 1, tzinfo=UTC)):
        active = active_contract(alice)
        archived = archived_contract(alice)
        assert _refused(alice, active) == "not_archived"
        assert _refused(alice, archived) == "no_rule"
        kept_three_years(alice)
        assert _refused(alice, archived) == "still_kept"
    assert not Disposal.objects.exists()


def test_a_refusal_and_a_withdrawal_leave_it_and_it_may_be_asked_anew(acme: Cast, alice: Actor, later: None) -> None:
    disposal = proposed(alice)
    assert _refused(alice, disposal.contract) == "disposal_known"
    withdraw_disposal(actor=alice, disposal_id=disposal.pk)
    second = propose_disposal(actor=alice, contract_id=disposal.contract_id)
    refuse_disposal(actor=acme["legal"], disposal_id=second.pk, reason="We may need it")
    third = propose_disposal(actor=alice, contract_id=disposal.contract_id)

    assert list(Disposal.objects.order_by("id").values_list("state", flat=True)) == ["withdrawn", "refused", "proposed"]
    assert third.contract.state == "archived"
    assert list(Notification.objects.filter(kind="contract.disposal_decided").values_list("user_id", flat=True)) == [
        alice.user_id
    ]


def test_a_token_proposes_nothing(acme: Cast, alice: Actor, later: None) -> None:
    kept_three_years(alice)
    contract = archived_contract(alice)
    token = Actor("token", "t", acme.organization.pk, frozenset({"legal"}), alice.user_id, frozenset({"contracts.*"}))
    with pytest.raises(Forbidden):
        propose_disposal(actor=token, contract_id=contract.pk)


def test_the_database_lets_no_other_row_go(acme: Cast, alice: Actor, later: None) -> None:
    """The setting alone is not enough, and without it what was decided stays as it is."""
    disposal = proposed(alice)
    with pytest.raises(IntegrityError, match="never change"):
        _run(disposal, "UPDATE contracts_version SET text = ''", disposing=True)
    approve_disposal(actor=acme["legal"], disposal_id=disposal.pk)
    other = active_contract(alice)
    for setting in (True, False):
        with pytest.raises(IntegrityError, match="never change"):
            _run(disposal, "UPDATE contracts_disposal SET reason = 'x'", disposing=setting)
        with pytest.raises(IntegrityError, match="never change"):
            _run(
                disposal,
                f"UPDATE contracts_version SET text = 'forged' WHERE contract_id = '{other.pk}'",
                disposing=setting,
            )


def _run(disposal: Disposal, statement: str, *, disposing: bool) -> None:
    setting = str(disposal.contract_id) if disposing else ""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('covenant.disposing', %s, true)", [setting])
        cursor.execute(statement)


def _over(actor: Actor, contract: Contract) -> Disposal:
    from contracts.operations.archive_contract import archive_contract
    from contracts.operations.terminate_contract import terminate_contract
    from tests.contracts.retention.records import ENDED

    kept_three_years(actor)
    with clock.set_to(datetime(2026, 7, 1, tzinfo=UTC)):
        terminate_contract(actor=actor, contract_id=contract.pk, terminated_on=ENDED, reason="Done")
    archive_contract(actor=actor, contract_id=contract.pk)
    return propose_disposal(actor=actor, contract_id=contract.pk)


def _refused(actor: Actor, contract: Contract) -> str:
    with pytest.raises(DomainError) as refusal:
        propose_disposal(actor=actor, contract_id=contract.pk)
    return str(refusal.value.code)


def test_every_table_of_a_contract_says_whether_it_goes() -> None:
    """Tables that point to a contract, by however many steps, are named; those of upper apps keep their figures."""
    named = {*GONE, *BLANKED, *STAYS}
    assert {model.__name__ for model in _of_contracts()} == {model.__name__ for model in named}


def _of_contracts() -> set[Any]:
    """The models of this app from which required or optional foreign keys lead to a contract."""
    models = list(apps.get_app_config("contracts").get_models())
    found = {Contract}
    while True:
        more = {
            model
            for model in models
            for field in model._meta.get_fields()
            if field.concrete and field.is_relation and field.related_model in found
        }
        if more <= found:
            return found
        found |= more
