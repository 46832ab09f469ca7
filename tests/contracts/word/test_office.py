"""LibreOffice opens what we make, and reads in it what we wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.adapters.plain import docx_of_text
from contracts.adapters.word_changes import read_in_process
from contracts.adapters.word_writing import write_draft
from tests.contracts.redlines.made import redlined, text_of
from tests.contracts.word.drafts import drafted, edited
from tests.contracts.word.office import converted
from tests.contracts.word.test_writing import FIXED, SAMPLE

OLD = "1. Service\n\nThe Provider hosts it.\n\n2. Term\n\nThis runs for one year."
NEW = "1. Service\n\nThe Provider hosts and keeps it.\n\n2. Term\n\nThis runs for two years.\n\n3. Law\n\nFrench law."


@pytest.mark.django_db
def test_our_redline_opens_as_tracked_changes(tmp_path: Path) -> None:
    """What LibreOffice keeps of our tracked changes is what we meant: it reads and writes them anew."""
    file = tmp_path / "redline.docx"
    file.write_bytes(redlined(docx_of_text(OLD), docx_of_text(NEW), "Acme"))

    [again] = converted(tmp_path, [file], "docx")

    reading = read_in_process(again.read_bytes())
    assert {each.author for each in reading.changes} == {"Acme"}
    assert text_of(again.read_bytes()) == NEW
    assert reading.rejected == OLD


def test_an_edited_draft_opens_with_its_words(tmp_path: Path) -> None:
    base, file = SAMPLE.read_bytes(), tmp_path / "draft.docx"
    file.write_bytes(write_draft(base, edited(drafted(base), FIXED)))

    [text] = converted(tmp_path, [file], "txt:Text (encoded):UTF8")

    assert "the Provider shall not pay" in text.read_text("utf-8-sig")
