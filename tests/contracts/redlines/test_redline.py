"""The redline: exact in both directions, ours in author and date, and bounded."""

from __future__ import annotations

import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from clm.documents.extraction import Refused
from contracts.adapters.redline import LIMITS, redline, unpacked_engine
from contracts.adapters.revisions import accept_all, reject_all
from contracts.papers.comparisons import programs
from tests.clm.documents.papers import CSA, W_NS, body, docx_bytes, paragraph
from tests.contracts.redlines.made import AT, AUTHOR, count, main_part, redlined, text_of, word_file

pytestmark = pytest.mark.django_db
OLD = word_file("1. Service", "The Provider hosts the Service.", "2. Term", "One year.", "3. Law", "German law holds.")
NEW = word_file(
    "1. Service", "The Provider hosts the whole Service.", "2. Term", "3. Law", "German law holds.", "4. End"
)


def refused(old: bytes, new: bytes, **limits: float) -> str:
    with pytest.raises(Refused) as caught:
        redline(old, new, author=AUTHOR, at=AT, programs=programs(), limits=replace(LIMITS, **limits))
    return caught.value.code


def test_accepting_all_is_the_new_text_and_rejecting_all_the_old() -> None:
    made = redlined(OLD, NEW)

    assert text_of(accept_all(made)) == text_of(NEW)
    assert text_of(reject_all(made)) == text_of(OLD)
    assert count(made, "ins", "del") != [0, 0]
    assert count(accept_all(made), "ins", "del", "moveFrom", "moveTo") == [0, 0, 0, 0]
    assert count(reject_all(made), "ins", "del", "moveFrom", "moveTo", "delText") == [0, 0, 0, 0, 0]


def test_a_word_file_with_lists_and_tables_keeps_its_looks() -> None:
    new = docx_changed(CSA.read_bytes(), "Target Uptime", "Promised Uptime")

    made = redlined(CSA.read_bytes(), new)

    assert text_of(accept_all(made)) == text_of(new)
    assert text_of(reject_all(made)) == text_of(CSA.read_bytes())
    assert "word/styles.xml" in zipfile.ZipFile(CSA).namelist()
    assert count(made, "tbl") == count(CSA.read_bytes(), "tbl")


def docx_changed(docx: bytes, old: str, new: str) -> bytes:
    from contracts.adapters.parts import put_together, take_apart

    parts = take_apart(docx)
    parts["word/document.xml"] = parts["word/document.xml"].decode().replace(old, new).encode()
    return put_together(parts)


def test_author_and_date_are_what_is_said() -> None:
    made = main_part(
        redline(OLD, NEW, author=AUTHOR, at=AT.astimezone(timezone(timedelta(hours=9))), programs=programs())
    )

    assert set(re.findall(r'w:author="([^"]*)"', made)) == {"Northwind &amp; Co. &lt;legal&gt;"}
    assert set(re.findall(r'w:date="([^"]*)"', made)) == {"2026-03-04T05:06:07Z"}


def test_an_author_is_no_option_of_the_engine() -> None:
    made = main_part(redlined(OLD, NEW, author='--help" --author=x'))

    assert set(re.findall(r'w:author="([^"]*)"', made)) == {"--help&quot; --author=x"}


def test_the_same_documents_give_the_same_bytes() -> None:
    assert redlined(OLD, NEW) == redlined(OLD, NEW)


def test_a_moved_paragraph_is_a_move() -> None:
    clauses = [f"Clause {n} says that party number {n} pays what it owes within {n} days." for n in range(2, 9)]
    moved = [*clauses[1:5], clauses[0], *clauses[5:]]

    made = redlined(word_file(*clauses), word_file(*moved))

    assert count(made, "moveFrom", "moveTo") == [1, 1]
    assert text_of(reject_all(made)) == "\n\n".join(clauses)
    assert text_of(accept_all(made)) == "\n\n".join(moved)


def test_changes_that_were_tracked_before_count_as_accepted() -> None:
    first = redlined(OLD, NEW, author="Somebody else")

    made = redlined(OLD, first)

    assert "Somebody else" not in main_part(made)
    assert text_of(accept_all(made)) == text_of(NEW)


def test_spaces_that_do_not_break_are_told_apart() -> None:
    made = redlined(word_file("within 30 days of notice"), word_file("within 30\u00a0days of notice"))

    assert text_of(reject_all(made)) == "within 30 days of notice"


@pytest.mark.parametrize(
    ("hostile", "code"),
    [
        (b"", "corrupt"),
        (b"PK\x03\x04 nothing", "corrupt"),
        (b"%PDF-1.7 no word file", "corrupt"),
        (docx_bytes(body(paragraph("A" * 150_000_000))), "zip_bomb"),
        (
            docx_bytes(f'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document xmlns:w="{W_NS}"/>'),
            "xml_entities",
        ),
        (docx_bytes(body(paragraph("x")), {"../evil.xml": "<a/>"}), "path_traversal"),
        (docx_bytes(body(paragraph("x")), {"word/vbaProject.bin": b"macro"}), "wrong_type"),
    ],
    ids=["empty", "broken", "pdf", "bomb", "entities", "traversal", "macros"],
)
def test_what_no_upload_may_be_is_refused(hostile: bytes, code: str) -> None:
    assert refused(hostile, NEW) == code
    assert refused(OLD, hostile) == code


def test_time_and_memory_are_bounded() -> None:
    assert refused(OLD, NEW, wall_seconds=0.05) == "too_slow"
    assert refused(OLD, NEW, heap_bytes=16 * 1024 * 1024) == "too_much_memory"


def test_the_engine_is_unpacked_once_however_many_ask(tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        engines = set(pool.map(unpacked_engine, [tmp_path] * 3))

    assert len(engines) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["docxodus-2.0.0"]
