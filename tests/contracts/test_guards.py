"""What was signed stays what it was, whoever asks the database."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from clm.documents.blobs import erase_blobs
from clm.documents.models import Blob
from clm.lib.actor import Actor
from contracts.models import Clause, Version
from contracts.operations.set_terms import set_terms
from tests.contracts.papers import TERMS, active_contract, draft_contract, newest
from tests.contracts.signing.sent import completed

CLAUSE = (
    'INSERT INTO contracts_clause (organization_id, version_id, position, number, heading, level, start, "end", text,'
    " marks, library_position) SELECT organization_id, version_id, 999, '99', 'X', 1, 0, 1, 'new', '[]', ''"
    " FROM contracts_clause WHERE version_id = %s LIMIT 1"
)
REFUSED = {
    "a clause more": CLAUSE,
    "a clause that moves in": "UPDATE contracts_clause SET version_id = %s WHERE version_id <> %s",
    "terms that move in": "UPDATE contracts_terms SET version_id = %s WHERE version_id <> %s",
    "another hash": "UPDATE documents_blob SET sha256 = repeat('0', 64) WHERE id IN"
    " (SELECT blob_id FROM contracts_version WHERE id = %s)",
    "other bytes": "UPDATE documents_blob SET storage_name = 'other' WHERE id IN"
    " (SELECT blob_id FROM contracts_version WHERE id = %s)",
    "no bytes": "UPDATE documents_blob SET storage_name = '' WHERE id IN"
    " (SELECT blob_id FROM contracts_version WHERE id = %s)",
    "no blob": "DELETE FROM documents_blob WHERE id IN (SELECT blob_id FROM contracts_version WHERE id = %s)",
    "another part": "UPDATE contracts_contractparty SET role = 'affiliate' WHERE contract_id ="
    " (SELECT contract_id FROM contracts_version WHERE id = %s)",
    "no parties": "DELETE FROM contracts_contractparty WHERE contract_id ="
    " (SELECT contract_id FROM contracts_version WHERE id = %s)",
}


def refused(sql: str, *given: object) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, given)
            assert cursor.rowcount > 0
    except IntegrityError as refusal:
        return type(refusal.__cause__).__name__ == "RestrictViolation"
    return False


def test_a_signed_text_gets_nothing_and_loses_nothing(alice: Actor) -> None:
    signed = newest(active_contract(alice))
    open_text = newest(draft_contract(alice, title="Other"))
    set_terms(actor=alice, version_id=open_text.pk, terms=TERMS)
    found = {what: refused(sql, *[signed.pk] * sql.count("%s")) for what, sql in REFUSED.items()}
    assert found == dict.fromkeys(REFUSED, True)
    assert not refused(CLAUSE, open_text.pk)
    assert Clause.objects.filter(version=signed, position=999).count() == 0


def test_nobody_comes_to_an_envelope_that_is_over(alice: Actor) -> None:
    envelope = completed(alice)
    recipient = (
        "INSERT INTO contracts_recipient (organization_id, envelope_id, role, side, position, name, email, phone,"
        " code_by, state, consent_hash, drawing, reason) SELECT organization_id, id, 'signer', 'ours', 9, 'N',"
        " 'n@x.example', '', 'mail', 'done', '', '[]', '' FROM contracts_envelope WHERE id = %s"
    )
    place = (
        "INSERT INTO contracts_signaturefield (organization_id, recipient_id, kind, label, is_required, page, x, y,"
        " width, height, value) SELECT organization_id, id, 'text', '', false, 1, 1, 1, 9, 9, 'more'"
        " FROM contracts_recipient WHERE envelope_id = %s"
    )
    assert refused(recipient, envelope.pk)
    assert refused(place, envelope.pk)
    assert refused("UPDATE documents_blob SET storage_name = '' WHERE id = %s", envelope.paper_id)


def test_what_was_not_signed_may_be_erased_and_come_again(alice: Actor) -> None:
    version = Version.objects.get(pk=newest(draft_contract(alice)).pk)
    blob = Blob.objects.filter(pk=version.blob_id)
    name = blob.get().storage_name
    assert erase_blobs(blob) == 1
    assert blob.update(storage_name=name) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        blob.update(media_type="text/x-other")
