"""A real shelf: the contracts of CUAD with their metadata, as somebody brings them in; and the same again as PDFs."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from clm.lib.actor import Actor
from contracts.models import Contract, ImportRow
from contracts.operations.create_party import create_party
from tests.contracts.imports.packed import done, packed, read, tried
from tests.shared_data import shared

pytestmark = pytest.mark.large


def documents(folder: Path) -> dict[str, bytes]:
    return {f"{folder.name}/{path.name}": path.read_bytes() for path in sorted(folder.iterdir())}


def test_all_texts_come_in_with_their_metadata_and_the_pdfs_are_known_again(alice: Actor) -> None:
    folder = shared("cuad")
    sheet = (folder / "metadata.csv").read_bytes()
    lines = {row["id"]: row for row in csv.DictReader(sheet.decode("utf-8-sig").splitlines())}
    ours = create_party(actor=alice, name="The Filing Company", is_ours=True)
    batch = read(alice, packed(documents(folder / "txt")), sheet)
    columns = batch.mapping["columns"]
    assert (columns["id"], columns["parties"], columns["agreement_date"]) == ("file", "counterparty", "signed_on")
    assert batch.mapping["date_order"] == "mdy"

    rows = tried(alice, batch, our_party=str(ours.pk), unread="leave", duplicates="import")
    assert {row.outcome for row in rows.values()} <= {"ready", "duplicate"}
    # 0131 and 0154, 0149 and 0386, 0005 and 0135 are the same agreements with other figures.
    assert sorted(row.title for row in rows.values() if row.like_row) == ["cuad-0135", "cuad-0154", "cuad-0386"]
    made = done(alice, batch)

    assert {row.outcome for row in made.values()} == {"created"}
    assert Contract.objects.count() == len(made) == 392
    nevada = Contract.objects.get(title="cuad-0001")
    assert (nevada.jurisdiction, lines["cuad-0001"]["governing_law"]) == ("US-NV", "Nevada")
    assert nevada.parties.filter(role="counterparty").count() == 2
    states = set(Contract.objects.values_list("state", flat=True))
    assert {"draft", "active", "expired"} <= states

    again = read(alice, packed(documents(folder / "pdf")))
    known = tried(alice, again)
    assert len(known) == 48
    assert all(row.like_kind in ("near", "text") and row.title == row.like.title for row in known.values())
    assert {row.outcome for row in done(alice, again).values()} == {ImportRow.Outcome.SKIPPED}
    tried(alice, again, duplicates="import")
    done(alice, again)
    assert Contract.objects.count() == 392 + 48
