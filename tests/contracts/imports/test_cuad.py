"""A real shelf: contracts of CUAD with their metadata, as somebody brings them in; and some of them again as PDFs.

An eighth of it, and what is nearly the same: all of it is imported by `make bench ARGS=imports`, which refuses to go on
where one does not come in.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from clm.lib.actor import Actor
from contracts.models import Contract, ImportRow
from contracts.operations.create_party import create_party
from tests.contracts.imports.packed import done, packed, read, tried
from tests.shared_data import shared

pytestmark = pytest.mark.large


# 0131 and 0154, 0149 and 0386, 0005 and 0135 are the same agreements with other figures.
ALIKE = ("0131", "0154", "0149", "0386", "0005", "0135")
PDFS = 6


def shelf(folder: Path) -> dict[str, bytes]:
    paths = sorted(folder.iterdir())
    chosen = [*paths[::8], *(path for path in paths if path.stem.endswith(ALIKE))]
    return {f"{folder.name}/{path.name}": path.read_bytes() for path in chosen}


def as_pdfs(folder: Path, texts: dict[str, bytes]) -> dict[str, bytes]:
    """Of contracts that are on the shelf as texts."""
    names = {Path(name).stem for name in texts}
    paths = [path for path in sorted(folder.iterdir()) if path.stem in names][:PDFS]
    return {f"{folder.name}/{path.name}": path.read_bytes() for path in paths}


def lines_of(sheet: Path, texts: dict[str, bytes]) -> tuple[bytes, dict[str, dict[str, str]]]:
    """The sheet with the rows of these texts, and the rows by their id."""
    names = {Path(name).stem for name in texts}
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows = [row for row in reader if row["id"] in names]
    written = io.StringIO()
    writer = csv.DictWriter(written, reader.fieldnames or [])
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode(), {row["id"]: row for row in rows}


def test_texts_come_in_with_their_metadata_and_pdfs_are_known_again(alice: Actor) -> None:
    folder = shared("cuad")
    texts = shelf(folder / "txt")
    sheet, lines = lines_of(folder / "metadata.csv", texts)
    ours = create_party(actor=alice, name="The Filing Company", is_ours=True)
    batch = read(alice, packed(texts), sheet)
    columns = batch.mapping["columns"]
    assert (columns["id"], columns["parties"], columns["agreement_date"]) == ("file", "counterparty", "signed_on")
    assert batch.mapping["date_order"] == "mdy"

    rows = tried(alice, batch, our_party=str(ours.pk), unread="leave", duplicates="import")
    assert {row.outcome for row in rows.values()} <= {"ready", "duplicate"}
    assert sorted(row.title for row in rows.values() if row.like_row) == ["cuad-0135", "cuad-0154", "cuad-0386"]
    made = done(alice, batch)

    assert {row.outcome for row in made.values()} == {"created"}
    assert Contract.objects.count() == len(made) == len(texts)
    nevada = Contract.objects.get(title="cuad-0001")
    assert (nevada.jurisdiction, lines["cuad-0001"]["governing_law"]) == ("US-NV", "Nevada")
    assert nevada.parties.filter(role="counterparty").count() == 2
    states = set(Contract.objects.values_list("state", flat=True))
    assert {"draft", "active", "expired"} <= states

    again = read(alice, packed(as_pdfs(folder / "pdf", texts)))
    known = tried(alice, again)
    assert len(known) == PDFS
    assert all(row.like_kind in ("near", "text") and row.title == row.like.title for row in known.values())
    assert {row.outcome for row in done(alice, again).values()} == {ImportRow.Outcome.SKIPPED}
    tried(alice, again, duplicates="import")
    done(alice, again)
    assert Contract.objects.count() == len(texts) + PDFS
