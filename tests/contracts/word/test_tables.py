"""Tables, pictures and counted numbers of a Word file whose draft is written back onto it."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import nsdecls

from contracts.adapters.parts import W, put_together, take_apart
from contracts.adapters.word_blocks import open_word
from contracts.adapters.word_build import built
from contracts.adapters.word_clauses import DraftText, standing
from contracts.adapters.word_template import fill
from contracts.adapters.word_writing import write_draft
from contracts.engine.questionnaire import check
from contracts.papers.drafts import joined_in
from tests.contracts.library_of import answers_to, sample_parts
from tests.contracts.word.drafts import drafted
from tests.shared_data import shared

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
FEES = [["Item", "Fee"], ["Hosting", "EUR 10\nper month"], ["Support", "EUR 5"]]


def saved(document: Any) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def order_form() -> bytes:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "Acme Order Form"
    document.add_paragraph("Order Form", style="Title")
    document.add_paragraph("1. Fees", style="Heading 1")
    document.add_paragraph("The fees are these.")
    table = document.add_table(3, 2)
    table.style = "Table Grid"
    for row, cells in zip(table.rows, FEES, strict=True):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text, *rest = words.split("\n")
            for line in rest:
                cell.add_paragraph(line)
    document.add_paragraph("2. Term", style="Heading 1")
    document.add_paragraph("One year.")
    return saved(document)


def cells(docx: bytes) -> list[list[list[str]]]:
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in Document(io.BytesIO(docx)).tables]


def paragraphs(docx: bytes) -> list[str]:
    return [each.text for each in Document(io.BytesIO(docx)).paragraphs if each.text]


def as_they_have_it(base: bytes, theirs: bytes) -> list[DraftText]:
    """The draft on the base that says what their paper says."""
    texts = [clause.text for clause in standing(open_word(theirs))]
    return [
        replace(ours, paragraphs=made.paragraphs, joined=joined_in(made.paragraphs, [text]))
        for ours, made, text in zip(drafted(base), drafted(theirs), texts, strict=True)
    ]


def copied(row: Any, *words: str) -> Any:
    made = deepcopy(row._tr)
    for text, said in zip(made.iter(W + "t"), words, strict=True):
        text.text = said
    return made


def row_of_two_paragraphs(document: Any) -> None:
    rows = document.tables[0].rows
    rows[1]._tr.addnext(copied(rows[1], "Backup", "EUR 3", "per week"))


def row_of_two_paragraphs_at_the_end(document: Any) -> None:
    rows = document.tables[0].rows
    rows[2]._tr.addnext(copied(rows[1], "Backup", "EUR 3", "per week"))


def row_at_the_end(document: Any) -> None:
    rows = document.tables[0].rows
    rows[2]._tr.addnext(copied(rows[2], "Backup", "EUR 3"))


def row_gone(document: Any) -> None:
    document.tables[0]._tbl.remove(document.tables[0].rows[1]._tr)


def paragraph_in_the_last_cell(document: Any) -> None:
    document.tables[0].cell(2, 1).add_paragraph("per quarter")


def paragraph_in_the_first_cell(document: Any) -> None:
    document.tables[0].cell(0, 0).add_paragraph("what it is")


def column(document: Any) -> None:
    for cell in document.tables[0].add_column(914_400).cells:
        cell.text = "net"


def table(document: Any) -> None:
    made = document.add_table(2, 2)
    for at, cell in enumerate(cell for row in made.rows for cell in row.cells):
        cell.text = f"new {at}"


def no_table(document: Any) -> None:
    document.tables[0]._tbl.getparent().remove(document.tables[0]._tbl)


@pytest.mark.parametrize(
    "change",
    [
        row_of_two_paragraphs,
        row_of_two_paragraphs_at_the_end,
        row_at_the_end,
        row_gone,
        paragraph_in_the_last_cell,
        paragraph_in_the_first_cell,
        column,
        table,
        no_table,
    ],
)
def test_tables_have_the_cells_that_they_wrote(change: Callable[[Any], None]) -> None:
    base = order_form()
    document = Document(io.BytesIO(base))
    change(document)
    theirs = saved(document)
    told: list[str] = []

    made = built(base, as_they_have_it(base, theirs), (), told)

    assert (cells(made), paragraphs(made), told) == (cells(theirs), paragraphs(theirs), [])


def test_a_table_without_a_table_to_look_like_has_lines_around_its_cells() -> None:
    document = Document()
    document.add_paragraph("1. Fees", style="Heading 1")
    base = saved(document)
    [clause] = drafted(base)

    made = built(base, [replace(clause, paragraphs=("Item | Fee", "Hosting | 10"))])

    assert cells(made) == [[["Item", "Fee"], ["Hosting", "10"]]]
    assert len(next(Document(io.BytesIO(made)).element.iter(W + "tblBorders"))) == 6


def test_one_line_with_a_sign_is_no_table() -> None:
    base = order_form()
    clauses = drafted(base)

    made = built(base, [*clauses[:-1], replace(clauses[-1], paragraphs=("One year.", "Acme | Confidential"))])

    assert cells(made) == [FEES]
    assert paragraphs(made)[-1] == "Acme | Confidential"


def test_numbers_that_word_writes_in_cells_are_not_written_twice() -> None:
    document = Document()
    document.add_paragraph("1. Notes", style="Heading 1")
    table = document.add_table(2, 2)
    for row, (name, note) in zip(table.rows, [("A", "Say this first."), ("B", "Say that then.")], strict=True):
        row.cells[0].text = name
        row.cells[1].paragraphs[0].text = note
        row.cells[1].paragraphs[0].style = "List Number"
    base = saved(document)
    [clause] = drafted(base)
    assert clause.paragraphs == ("A | 1. Say this first.", "B | 2. Say that then.")

    made = built(base, [replace(clause, paragraphs=("A | 1. Say this at once.", clause.paragraphs[1]))])

    assert cells(made) == [[["A", "Say this at once."], ["B", "Say that then."]]]


def test_a_table_within_a_cell_keeps_its_own_cells() -> None:
    document = Document()
    document.add_paragraph("1. Levels", style="Heading 1")
    outer = document.add_table(2, 2)
    outer.cell(0, 0).text, outer.cell(0, 1).text = "Name", "Chart"
    outer.cell(1, 0).text = "SLA"
    outer.cell(1, 1).text = "Key Terms"
    inner = outer.cell(1, 1).add_table(2, 2)
    for cell, words in zip(inner._cells, ["", "Credit", "99%", "5%"], strict=True):
        cell.text = words
    base = saved(document)
    [clause] = drafted(base)
    lines = ("Name | Chart", "SLA | Key Terms", "| Credit", "99% | 7%", "95% | 10%")

    made = built(base, [replace(clause, paragraphs=lines, joined=(2, 3, 4))])

    [found] = Document(io.BytesIO(made)).tables
    [within] = found.cell(1, 1).tables
    assert [[cell.text for cell in row.cells] for row in within.rows] == [["", "Credit"], ["99%", "7%"], ["95%", "10%"]]
    assert found.cell(1, 1).paragraphs[0].text == "Key Terms"


def test_a_line_behind_a_cell_that_goes_on_below_is_not_lost() -> None:
    document = Document()
    document.add_paragraph("1. Agreement", style="Heading 1")
    table = document.add_table(3, 2)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "Agreement"
    table.cell(0, 1).text, table.cell(1, 1).text, table.cell(2, 0).text = "First.", "Second.", "Date"
    base = saved(document)
    [clause] = drafted(base)
    assert clause.paragraphs[1].strip() == "| Second."

    made = built(base, [replace(clause, paragraphs=(clause.paragraphs[0], "New words.", "| Third.", "Date |"))])

    assert [row[1] for row in cells(made)[0]] == ["First.\nNew words.", "Third.", ""]


def with_a_note_in_a_cell() -> bytes:
    """An order form with a footnote in its first cell."""
    parts = take_apart(order_form())
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    types = parts["[Content_Types].xml"].replace(
        b"</Types>", f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'.encode()
    )
    text = parts["word/document.xml"].replace(
        b"<w:t>Hosting</w:t>", b'<w:t>Hosting</w:t></w:r><w:r><w:footnoteReference w:id="5"/>', 1
    )
    notes = (
        f'<w:footnotes {nsdecls("w")}><w:footnote w:id="5"><w:p><w:r><w:t>Of the site.</w:t></w:r></w:p></w:footnote>'
    )
    made = {"word/footnotes.xml": f"{notes}</w:footnotes>".encode()}
    return put_together(parts | made | {"[Content_Types].xml": types, "word/document.xml": text})


def test_a_note_in_a_cell_is_written() -> None:
    base = with_a_note_in_a_cell()
    clauses = drafted(base)
    at, fees = next((at, each) for at, each in enumerate(clauses) if each.heading == "Fees")
    lines = tuple(each.replace("Of the site.", "Of both sites.") for each in fees.paragraphs)
    assert lines != fees.paragraphs

    made = built(base, [*clauses[:at], replace(fees, paragraphs=lines), *clauses[at + 1 :]])

    assert cells(made) == [FEES]
    assert b"Of both sites." in take_apart(made)["word/footnotes.xml"]


def test_a_clause_that_cannot_be_written_is_plain_and_the_rest_of_the_file_stays() -> None:
    """A row without words is not read, so its sign would be lost."""
    base = order_form()
    clauses = drafted(base)
    at, fees = next((at, each) for at, each in enumerate(clauses) if each.heading == "Fees")
    lines = (*fees.paragraphs[:-1], "|")
    told: list[str] = []

    made = write_draft(base, [*clauses[:at], replace(fees, paragraphs=lines), *clauses[at + 1 :]], (), told)

    assert told == ["1"]
    assert cells(made) == []
    assert paragraphs(made) == ["Order Form", "1. Fees", *lines, "2. Term", "One year."]
    document = Document(io.BytesIO(made))
    assert document.sections[0].header.paragraphs[0].text == "Acme Order Form"


def with_a_plan() -> bytes:
    """The second of three clauses has a picture and an empty table behind its words."""
    document = Document()
    for number, (heading, words) in enumerate(
        [("Service", "Hosted."), ("Plan", "Of the site."), ("Term", "One year.")]
    ):
        document.add_paragraph(f"{number + 1}. {heading}", style="Heading 1")
        document.add_paragraph(words)
        if heading == "Plan":
            document.add_paragraph().add_run().add_picture(io.BytesIO(PIXEL))
            document.add_table(1, 2)
    return saved(document)


def shown(docx: bytes) -> list[str]:
    found = []
    for each in Document(io.BytesIO(docx)).element.body:
        is_picture = each.find(f".//{W}drawing") is not None
        words = "".join(text.text or "" for text in each.iter(W + "t"))
        found.append("[table]" if each.tag == W + "tbl" else "[picture]" if is_picture else words)
    return [each for each in found if each]


def test_pictures_and_empty_tables_go_with_their_clause() -> None:
    base = with_a_plan()
    service, plan, term = drafted(base)
    of_plan = ["2. Plan", "Of the site.", "[picture]", "[table]"]
    of_service, of_term = ["1. Service", "Hosted."], ["3. Term", "One year."]
    new = DraftText(None, "3", "New", ("Words.",), 1)

    assert shown(built(base, [service, term, plan])) == [*of_service, *of_term, *of_plan]
    assert shown(built(base, [plan, service, term])) == [*of_plan, *of_service, *of_term]
    assert shown(built(base, [service, term])) == [*of_service, *of_term]
    assert shown(built(base, [service, plan, new, term])) == [*of_service, *of_plan, "3. New", "Words.", *of_term]
    shorter = replace(plan, paragraphs=())
    assert shown(built(base, [service, shorter, term])) == [*of_service, "2. Plan", "[picture]", "[table]", *of_term]


def test_a_new_clause_is_counted_in_the_list_of_those_beside_it() -> None:
    place = next(iter(shared("contracts/openagreements/templates").rglob("common-paper-csa-with-sla")))
    document, metadata = sample_parts(place)
    values, _wrong = check(metadata.fields, answers_to(metadata.fields))
    base, _blanks = fill(document, values, {"selections": metadata.selections, "replacements": metadata.replacements})
    clauses = drafted(base)
    at = next(index for index, each in enumerate(clauses) if each.number == "3.1")
    new = DraftText(None, "3.2", "", ("A wholly new obligation of the Provider is agreed.",), clauses[at].level)

    made = open_word(built(base, [*clauses[: at + 1], new, *clauses[at + 1 :]]))

    [block] = [each.block for each in made.located if "wholly new obligation" in each.text]
    assert block.text.startswith("3.2")


def test_a_number_that_no_list_would_count_is_typed() -> None:
    document = Document()
    for words in ("The Provider hosts.", "The Customer pays."):
        document.add_paragraph(words, style="List Number")
    base = saved(document)
    clauses = drafted(base)
    assert [each.number for each in clauses] == ["1", "2"]
    new = DraftText(None, "7", "", ("Both keep it secret.",), 1)

    made = open_word(built(base, [*clauses, new]))

    assert [each.text for each in made.located] == [
        "1. The Provider hosts.",
        "2. The Customer pays.",
        "7 Both keep it secret.",
    ]
