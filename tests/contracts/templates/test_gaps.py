"""What is not chosen leaves no gap; empty lines and rows that the template has by itself stay."""

from __future__ import annotations

import io
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn

from contracts.adapters.word_template import fill
from contracts.engine.questionnaire import check
from contracts.queries.templates import read_template, rules_of
from tests.contracts.library_of import answers_to, sample_parts, word
from tests.contracts.templates.test_options import group
from tests.shared_data import shared

FIRST, SECOND = "[ ] First thing", "[ ] Second thing"
THINGS = [group("checkbox", ("First thing", "first"), ("Second thing", "second"))]
NOTE = "[Drafting note: choose.]"
ROW_NOTE = "[Drafting note: this is an optional Variable. If there are none, delete this entire row.]"
NEITHER, BOTH = {"first": False, "second": False}, {"first": True, "second": True}
TICKED = ["☒ First thing", "☒ Second thing"]


def table(*rows: list[list[str]]) -> bytes:
    """A table whose cells have these paragraphs."""
    document, stream = Document(), io.BytesIO()
    made = document.add_table(rows=0, cols=len(rows[0]))
    for row in rows:
        for cell, lines in zip(made.add_row().cells, row, strict=True):
            cell.text = lines[0]
            for line in lines[1:]:
                cell.add_paragraph(line)
    document.save(stream)
    return stream.getvalue()


def filled(docx: bytes, values: dict[str, Any]) -> Any:
    made, _told = fill(docx, values, {"selections": THINGS, "replacements": {}})
    return Document(io.BytesIO(made))


def rows_of(document: Any) -> list[list[list[str]]]:
    """Of each row the paragraphs of its cells, empty ones too."""
    found = document.element.body.iter(qn("w:tr"))
    return [[[_text(each) for each in cell.iter(qn("w:p"))] for cell in row.iter(qn("w:tc"))] for row in found]


def _text(paragraph: Any) -> str:
    return "".join(each.text or "" for each in paragraph.iter(qn("w:t")))


def cell_with(values: dict[str, Any], *lines: str) -> list[str]:
    found: list[str] = rows_of(filled(table([["Title"], list(lines)]), values))[0][1]
    return found


@pytest.mark.parametrize(
    ("lines", "neither"),
    [
        (["Before", "", FIRST, SECOND, "", "After"], ["Before", "", "After"]),
        (["Before", "", NOTE, "", FIRST, "", SECOND, "", "After"], ["Before", "", "After"]),
        (["Before", FIRST, SECOND, "After"], ["Before", "After"]),
        (["Before", "", "", FIRST, SECOND, "", "After"], ["Before", "", "", "After"]),
        ([FIRST, "", SECOND, "", "After"], ["After"]),
        (["Before", "", FIRST, "", SECOND], ["Before"]),
        ([FIRST, "", SECOND, ""], [""]),
        (["", FIRST, SECOND, "", "After"], ["", "After"]),
        (["Before", "", FIRST, SECOND, ""], ["Before", ""]),
        (["Before", "", "Between", "", FIRST, SECOND], ["Before", "", "Between"]),
    ],
)
def test_of_the_lines_around_what_goes_those_stay_that_keep_the_rest_apart(
    lines: list[str], neither: list[str]
) -> None:
    assert cell_with(NEITHER, *lines) == neither


def test_chosen_the_empty_lines_stay() -> None:
    lines = ["Before", "", FIRST, "", SECOND, "", "", "After", ""]

    assert cell_with(BOTH, *lines) == ["Before", "", TICKED[0], "", TICKED[1], "", "", "After", ""]
    assert cell_with({"first": True}, *lines) == ["Before", "", TICKED[0], "", "", "After", ""]


def test_a_note_takes_its_empty_line_along() -> None:
    assert cell_with(BOTH, NOTE, "", FIRST, SECOND) == TICKED


def test_an_empty_line_that_holds_something_stays() -> None:
    document = Document(io.BytesIO(table([["Title"], ["Before", "", FIRST, SECOND, "", "After"]])))
    holds = list(document.element.body.iter(qn("w:p")))[5]
    holds.append(holds.makeelement(qn("w:bookmarkStart"), {qn("w:id"): "7", qn("w:name"): "here"}))
    stream = io.BytesIO()
    document.save(stream)

    assert rows_of(filled(stream.getvalue(), NEITHER))[0][1] == ["Before", "", "", "After"]


def test_outside_of_tables_too() -> None:
    made = filled(word("Before", "", FIRST, "", SECOND, "", "After", "", "End"), NEITHER)

    assert [each.text for each in made.paragraphs] == ["Before", "", "After", "", "End"]


def test_a_row_in_which_it_was_all_goes_and_one_that_was_empty_stays() -> None:
    docx = table([["Title"], ["Words"]], [[FIRST], [SECOND]], [[""], [""]], [["Signature"], [""]])

    assert rows_of(filled(docx, NEITHER)) == [[["Title"], ["Words"]], [[""], [""]], [["Signature"], [""]]]
    assert rows_of(filled(docx, {"first": True}))[1] == [[TICKED[0]], [""]]


def test_a_table_in_which_it_was_all_goes() -> None:
    made = filled(table([[FIRST], [SECOND]]), NEITHER)

    assert (len(made.tables), rows_of(made)) == (0, [])


def test_a_row_with_a_title_goes_only_where_the_template_says_so() -> None:
    docx = table([["Claims"], [ROW_NOTE, "", FIRST]], [["Warranties"], [NOTE, "", SECOND]])

    assert rows_of(filled(docx, NEITHER)) == [[["Warranties"], [""]]]
    assert rows_of(filled(docx, BOTH)) == [[["Claims"], [TICKED[0]]], [["Warranties"], [TICKED[1]]]]
    said = table([["Claims"], [ROW_NOTE, "", "Those named below."]], [["Fees"], [FIRST]])
    assert rows_of(filled(said, NEITHER)) == [[["Claims"], ["Those named below."]], [["Fees"], [""]]]


def test_in_a_cell_a_table_keeps_the_line_behind_it() -> None:
    document = Document(io.BytesIO(table([["Title"], ["Before", FIRST]])))
    cell = document.tables[0].rows[0].cells[1]
    cell.add_table(rows=1, cols=1).rows[0].cells[0].text = "Inside"
    for line in (SECOND, ""):
        cell.add_paragraph(line)
    stream = io.BytesIO()
    document.save(stream)

    made = filled(stream.getvalue(), NEITHER).tables[0].rows[0].cells[1]

    assert [each.tag for each in made._tc][-1] == qn("w:p")
    assert [_text(each) for each in made._tc.iter(qn("w:p"))] == ["Before", "Inside", ""]


def test_a_cloud_service_agreement_to_which_all_is_no_has_no_gaps() -> None:
    """Its option rows begin with notes; each row ends where its words do."""
    folder = shared("contracts/openagreements") / "templates/common-paper-cc-by-4.0/common-paper-csa-without-sla"
    document, metadata = sample_parts(folder)
    file = read_template(document, "csa.docx", metadata)
    values, wrong = check(file.metadata.fields, answers_to(file.metadata.fields, yes=False))
    assert wrong == {}

    made, _told = fill(document, values, rules_of(file))

    found = {cells[0][0]: cells[1] for cells in rows_of(Document(io.BytesIO(made))) if len(cells) == 2}
    assert [each[:30] for each in found["Insurance Minimums"]] == [
        "During the Subscription Period", "", "Upon request, Provider will gi",
    ]  # fmt: skip
    assert [each[:24] for each in found["Payment Process"]] == ["☒ Automatic payment", "", "Customer authorizes Prov"]
    assert [each[:24] for each in found["Professional Services"]] == ["Customer will reasonably"]
    gaps = [title for title, lines in found.items() if len(lines) > 1 and not (lines[0] and lines[-1])]
    assert gaps == []
    assert {"Covered Claims", "Unlimited Claims", "Additional Warranties"}.isdisjoint(found)
    assert found["Cloud Service Fees"] == [""]
