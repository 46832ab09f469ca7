"""A draft written into a Word file: what was changed reads as it was written, and the rest stays as it was."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clm.documents.extraction import Refused
from clm.documents.extraction.package import parse_xml
from clm.documents.extraction.reading import read_document
from contracts.adapters.parts import W, take_apart
from contracts.adapters.plain import docx_of_text
from contracts.adapters.word_blocks import open_word
from contracts.adapters.word_build import Writing, built, read_lines
from contracts.adapters.word_clauses import DraftText
from contracts.adapters.word_writing import write_draft
from tests.contracts.word.drafts import EDITS, drafted, edited
from tests.contracts.word.edits import MAIN, commented, paragraph_with
from tests.shared_data import shared

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "templates" / "common-paper-mutual-nda" / "template.docx"
PAPERS = Path(__file__).resolve().parents[3] / "contracts" / "portfolio" / "data" / "papers"
TEXT = """Hosting Agreement

1. Service

The Provider hosts the Service.

2. Credits. The Customer receives a credit.

3. Term

This Agreement runs for one year.

It ends then."""


def text_of(docx: bytes) -> str:
    return read_document(docx).text


def hosting() -> bytes:
    return docx_of_text(TEXT)


def written(docx: bytes, clauses: list[DraftText]) -> str:
    return text_of(built(docx, clauses))


def test_an_unchanged_draft_is_the_same_file_but_for_the_zip() -> None:
    base = SAMPLE.read_bytes()

    made = write_draft(base, drafted(base))

    assert text_of(made) == text_of(base)
    before, after = take_apart(base), take_apart(made)
    assert {name for name in before if before[name] != after.get(name)} <= {MAIN}
    assert after.keys() == before.keys()
    kept = [len(list(parse_xml(parts[MAIN]).iter())) for parts in (before, after)]
    assert kept[0] == kept[1]


def test_changed_words_take_the_place_of_the_old_ones_and_look_like_them() -> None:
    document, stream = Document(), io.BytesIO()
    paragraph = document.add_paragraph("1. Fees. The Customer ")
    paragraph.add_run("shall pay").bold = True
    paragraph.add_run(" the fees within 30 days.")
    document.save(stream)
    [clause] = drafted(stream.getvalue())
    words = "The Customer must pay the fees within 60 days."

    made = built(stream.getvalue(), [replace(clause, paragraphs=(words,))])

    runs = Document(io.BytesIO(made)).paragraphs[0].runs
    assert [(run.text, run.bold) for run in runs] == [
        ("1. Fees. The Customer ", None),
        ("must pay", True),
        (" the fees within 60 days.", None),
    ]


def test_typed_numbers_are_written_anew() -> None:
    clauses = drafted(hosting())
    moved = [clauses[0], replace(clauses[3], number="1"), replace(clauses[1], number="2"), clauses[2]]

    assert written(hosting(), moved).split("\n\n")[1:5] == [
        "1. Term",
        "This Agreement runs for one year.",
        "It ends then.",
        "2. Service",
    ]


def test_a_new_clause_looks_like_its_neighbour() -> None:
    clauses = drafted(hosting())
    new = DraftText(None, "3", "Law", ("The laws of France govern.",), 1)

    text = written(hosting(), [*clauses[:3], new, replace(clauses[3], number="4")])

    assert text.split("\n\n")[4:] == [
        "3. Law. The laws of France govern.",
        "4. Term",
        "This Agreement runs for one year.",
        "It ends then.",
    ]


def test_a_heading_without_a_number_stands_on_a_line_of_its_own() -> None:
    base = docx_of_text("This is a note to the reader, which is removed before use.\n\nThe parties agree.")
    [only] = drafted(base)

    made = written(base, [replace(only, heading="Cover Page", paragraphs=("The parties agree.",))])

    assert made == "Cover Page\n\nThe parties agree."


def test_a_removed_clause_is_gone() -> None:
    clauses = drafted(hosting())

    assert written(hosting(), clauses[:2]).split("\n\n") == TEXT.split("\n\n")[:3]


def test_numbers_of_word_are_left_to_word() -> None:
    document, stream = Document(), io.BytesIO()
    for words in ("Fees are due.", "Interest runs.", "Costs are paid."):
        document.add_paragraph(words, style="List Number")
    document.save(stream)
    clauses = drafted(stream.getvalue())
    assert [clause.number for clause in clauses] == ["1", "2", "3"]

    made = built(stream.getvalue(), [clauses[2], clauses[0]])

    assert text_of(made).split("\n\n") == ["1. Costs are paid.", "2. Fees are due."]


def test_a_table_keeps_its_cells() -> None:
    document, stream = Document(), io.BytesIO()
    document.add_paragraph("1. Fees")
    table = document.add_table(rows=2, cols=2)
    for cell, words in zip((*table.row_cells(0), *table.row_cells(1)), ("Tier", "Fee", "Gold", "10"), strict=True):
        cell.text = words
    document.save(stream)
    [clause] = drafted(stream.getvalue())
    assert clause.paragraphs == ("Tier | Fee", "Gold | 10")

    made = built(stream.getvalue(), [replace(clause, paragraphs=("Tier | Fee", "Silver | 5", "Gold | 12"))])

    found = Document(io.BytesIO(made)).tables[0]
    assert [[cell.text for cell in row.cells] for row in found.rows] == [
        ["Tier", "Fee"],
        ["Silver", "5"],
        ["Gold", "12"],
    ]


def test_comments_and_where_they_stand_survive() -> None:
    base = commented(hosting(), "one year", "Why only one?")
    clauses = drafted(base)
    longer = replace(clauses[3], paragraphs=("This Agreement runs for nine years.", "It ends then."))

    made = take_apart(built(base, [*clauses[:3], longer]))

    assert made["word/comments.xml"] == take_apart(base)["word/comments.xml"]
    paragraph = paragraph_with(parse_xml(made[MAIN]), "nine years")
    marks = [child.tag.removeprefix(W) for child in paragraph if "omment" in child.tag]
    assert marks == ["commentRangeStart", "commentRangeEnd"]
    assert paragraph.find(f".//{W}commentReference") is not None


def test_without_a_base_the_file_has_headings() -> None:
    clauses = [
        DraftText(None, "1", "Service", ("We host.", "You pay."), 1),
        DraftText(None, "1.1", "", ("Each month.",), 2),
    ]

    made = Document(io.BytesIO(write_draft(None, clauses)))

    assert [(each.style.name if each.style else "", each.text) for each in made.paragraphs] == [
        ("Heading 1", "1 Service"),
        ("Normal", "We host."),
        ("Normal", "You pay."),
        ("Normal", "1.1 Each month."),
    ]


def test_a_damaged_base_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        write_draft(hosting()[:-100], [])

    assert refused.value.code in ("corrupt", "wrong_type")


@settings(max_examples=25, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits=EDITS, name=st.sampled_from(["common-paper-mutual-nda.docx", "common-paper-order-form.docx"]))
def test_random_edits_come_back(edits: list[Any], name: str) -> None:
    base = (PAPERS / name).read_bytes()
    clauses = edited(drafted(base), edits)
    writing = Writing(open_word(base), clauses, ())

    expected = writing.run()

    assert read_lines(writing.file.as_bytes()) == expected


def documents() -> list[Path]:
    return sorted(shared("contracts").rglob("*.docx")) + sorted(shared("bad_inputs").rglob("*.docx"))


@pytest.mark.large
def test_every_word_file_is_written_unchanged_and_edited() -> None:
    """Few edits lose a file's looks: those after which its words would not come back exactly."""
    lost, tried = [], 0
    for path in documents():
        base = path.read_bytes()
        clauses = drafted(base)
        assert " ".join(text_of(built(base, clauses)).split()) == " ".join(text_of(base).split()), path
        writing = Writing(open_word(base), edited(clauses, FIXED), ())
        expected = writing.run()
        tried += 1
        lost += [] if read_lines(writing.file.as_bytes()) == expected else [path.name]

    assert tried >= 80
    assert lost == []


FIXED = [
    ("write", 0.3, 0.4, "the Provider shall not pay"),
    ("paragraph", 0.5, 0.5, "30 days “notice”"),
    ("new", 0.6, 0.1, "Zürich 東京"),
    ("move", 0.7, 0.2, ""),
    ("remove", 0.9, 0.2, ""),
    ("shorten", 0.1, 0.5, ""),
]
