"""What was sealed is known and verifies where its organization arrives; links that are out open nothing there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clm.access.scope import organization_scope
from clm.documents.blobs import read_blob
from clm.lib.actor import Actor
from contracts.models import Envelope, EnvelopeEvent, SigningLink
from contracts.papers.executed import seal_envelope
from contracts.queries.verification import verdict_on
from tests.clm.transfer.house import elsewhere, exported, imported
from tests.contracts.signing.sent import BEATE, CARL, completed, field_on

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def seal_key(settings: Any, trial_folder: Path) -> Iterator[None]:
    settings.SEAL_FOLDER = trial_folder
    return


def test_a_sealed_text_verifies_where_it_arrives(alice: Actor, tmp_path: Path, settings: Any) -> None:
    envelope = completed(alice, replace(BEATE, fields=[field_on()]), CARL)
    assert seal_envelope(envelope.pk)
    hashes = set(SigningLink.objects.exclude(token_hash="").values_list("token_hash", flat=True))
    events = list(EnvelopeEvent.objects.order_by("number").values_list("number", "kind", "digest"))
    members = exported("acme", tmp_path / "acme.zip")
    assert hashes
    assert [name for name, content in members.items() for secret in hashes if secret.encode() in content] == []

    elsewhere(settings, tmp_path / "storage")
    imported(tmp_path / "acme.zip")

    with organization_scope(alice.organization_id):
        arrived = Envelope.objects.select_related("executed", "contract").get()
        assert arrived.executed is not None
        verdict = verdict_on(read_blob(arrived.executed))
        assert verdict.known is not None
        assert (verdict.is_whole, verdict.known.reference) == (True, arrived.contract.reference)
        assert list(EnvelopeEvent.objects.order_by("number").values_list("number", "kind", "digest")) == events
        assert not SigningLink.objects.filter(token_hash__in=hashes).exists()
