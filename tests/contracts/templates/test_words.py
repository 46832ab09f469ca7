"""How a document is filled: optional and repeated parts, options, notes, and what is refused."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from docx import Document

from clm.lib.errors import Invalid
from contracts.adapters.word_template import check_template, fill
from contracts.engine.questionnaire import Field, as_json, check, fields_of
from tests.contracts.library_of import word

FIELDS = fields_of(
    [
        {"name": "name", "type": "string"},
        {"name": "if", "type": "string"},
        {"name": "day", "type": "date"},
        {"name": "amount", "type": "number"},
        {"name": "extra", "type": "boolean"},
        {"name": "kind", "type": "enum", "options": ["a", "b"]},
        {"name": "people", "type": "array", "items": [{"name": "items", "type": "string"}]},
    ]
)


def filled(docx: bytes, answers: dict[str, Any], **rules: Any) -> list[str]:
    values, wrong = check(FIELDS, answers)
    assert wrong == {}
    made, _blanks = fill(docx, values, rules)
    return [paragraph.text for paragraph in Document(io.BytesIO(made)).paragraphs]


def test_answers_stand_where_their_fields_were() -> None:
    answers = {"name": "A & <B>", "day": "2026-03-31", "amount": "1E+3"}

    assert filled(word("{name}, {day}: {amount}."), answers) == ["A & <B>, 31 March 2026: 1000."]


def test_a_field_cut_into_runs_is_one_field() -> None:
    document, stream = Document(), io.BytesIO()
    paragraph = document.add_paragraph("By {na")
    paragraph.add_run("me").bold = True
    paragraph.add_run("} now")
    document.save(stream)

    assert filled(stream.getvalue(), {"name": "Acme"}) == ["By Acme now"]


def test_a_field_may_be_called_like_a_word_of_the_language() -> None:
    assert filled(word("{if}"), {"if": "yes"}) == ["yes"]


def test_an_answer_is_never_read_as_a_template() -> None:
    assert filled(word("{name}"), {"name": "{{ 7 * 7 }} {if}"}) == ["{{ 7 * 7 }} {if}"]


@pytest.mark.parametrize(("extra", "lines"), [(True, ["a", "b", "c"]), (False, ["a", "c"])])
def test_an_optional_part_stays_or_goes(extra: bool, lines: list[str]) -> None:
    assert filled(word("a", "{IF extra}", "b", "{END-IF}", "c"), {"extra": extra}) == lines
    assert "".join(filled(word("a{IF extra}b{END-IF}c"), {"extra": extra})) == "".join(lines)


def test_an_optional_row_goes_with_its_cells() -> None:
    document, stream = Document(), io.BytesIO()
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["{IF extra}Extra", "{name}{END-IF}", "Name", "{name}"], strict=True):
        cell.text = text
    document.save(stream)
    made, _blanks = fill(stream.getvalue(), check(FIELDS, {"name": "Acme"})[0], {})

    assert [[cell.text for cell in row.cells] for row in Document(io.BytesIO(made)).tables[0].rows] == [
        ["Name", "Acme"]
    ]


def test_a_part_is_repeated_for_each_entry() -> None:
    docx = word("{FOR p IN people}", "Signed: {$p.items}", "{END-FOR p}")

    assert filled(docx, {"people": [{"items": "Ada"}, "Bo"]}) == ["Signed: Ada", "Signed: Bo"]


GROUP = {
    "cell": "",
    "options": [
        {"marker": "With A", "field": "kind", "equals": "a"},
        {"marker": "With A and more", "field": "kind", "equals": "b"},
        {"marker": "Neither", "field": ""},
    ],
}


@pytest.mark.parametrize(
    ("kind", "kept"), [("a", "☒ With A"), ("b", "☒ With A and more"), ("", "☒ Neither")], ids=["a", "b", "none"]
)
def test_the_chosen_option_is_ticked_and_the_others_go(kind: str, kept: str) -> None:
    docx = word("[ x ]With A", "(    )With A and more", "☐ Neither", "end")

    assert filled(docx, {"kind": kind}, selections=[GROUP]) == [kept, "end"]


def test_notes_blanks_and_brackets_go() -> None:
    docx = word(
        "[Drafting note: see [1] first.]",
        "a <!-- Note",
        "of two lines --> b",
        "[For example: this",
        "and that.] c",
        "[ x ] chosen",
        "Uptime: [__]%",
        "[Sample wording that may be changed.] d",
        "{name}] e",
    )
    made, blanks = fill(docx, check(FIELDS, {"name": "Acme"})[0], {})

    lines = [paragraph.text.strip() for paragraph in Document(io.BytesIO(made)).paragraphs]
    assert lines == ["a", "b", "c", "☒ chosen", "Uptime: ____%", "Sample wording that may be changed. d", "Acme e"]
    assert blanks == ["Uptime: ____%"]


def test_a_note_that_is_never_closed_takes_no_other_paragraph() -> None:
    assert filled(word("a <!-- open", "b", "c"), {}) == ["a ", "b", "c"]


def test_words_are_put_right_before_they_are_filled() -> None:
    assert filled(word("[ # ] days"), {"name": "30"}, replacements={"[ # ]": "{name}"}) == ["30 days"]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["{unknown}"], "placeholder_unknown"),
        (["{IF unknown}", "{END-IF}"], "placeholder_unknown"),
        (["{FOR p IN name}", "{END-FOR}"], "placeholder_unknown"),
        (["{$p.items}"], "placeholder_unknown"),
        (["{IF extra}", "b"], "parts_not_closed"),
        (["{END-IF}"], "parts_not_closed"),
        (["{FOR p IN people}", "{FOR q IN people}", "{END-FOR q}", "{END-FOR p}"], "parts_repeated_twice"),
        (["{IF extra}", "{END-FOR}"], "parts_not_closed"),
        (["{{ name }}"], "template_has_code"),
        (["{% for x in y %}"], "template_has_code"),
        (["a {", "{ name }"], "template_has_code"),
        (["{# note #}"], "template_has_code"),
    ],
)
def test_what_cannot_be_filled_is_refused(lines: list[str], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_template(word(*lines), FIELDS, {})

    assert (refused.value.code, list(refused.value.fields)) == (code, ["file"])


def test_code_in_an_attribute_or_in_a_replacement_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word("a"))) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<w:p>", b'<w:p w:rsidR="{{ 1 }}">'))
    for docx, replacements in ((stream.getvalue(), {}), (word("a"), {"a": "{% x %}"})):
        with pytest.raises(Invalid, match="brackets"):
            check_template(docx, FIELDS, replacements)


@pytest.mark.parametrize(
    ("type_", "given"),
    [
        ("string", ["x"]),
        ("string", "a\x00b"),
        ("string", "x" * 1_001),
        ("date", "31.3.2026"),
        ("number", "NaN"),
        ("number", "1e999999"),
        ("number", True),
        ("boolean", "perhaps"),
        ("enum", "c"),
        ("array", "x"),
        ("array", [5]),
        ("array", [{}] * 101),
    ],
)
def test_an_answer_of_another_type_is_refused_beside_its_field(type_: str, given: Any) -> None:
    row: dict[str, Any] = {"name": "asked", "type": type_, "options": ["a"], "items": [{"name": "x", "type": "string"}]}

    _values, wrong = check(fields_of([row]), {"asked": given})

    assert list(wrong) == ["asked"]


def test_defaults_count_where_nothing_is_said_and_not_where_it_is_left_empty() -> None:
    fields: tuple[Field, ...] = fields_of([{"name": "law", "type": "string", "default": "Delaware"}])

    assert check(fields, {})[0] == {"law": "Delaware"}
    assert check(fields, {"law": ""})[0] == {"law": None}
    assert check(fields, {"other": 1})[1] == {"other": ["The template does not ask this."]}


def test_what_is_needed_is_asked_for() -> None:
    fields = fields_of([{"name": "law", "type": "string", "required": True}])

    assert check(fields, {"law": " "})[1] == {"law": ["This answer is needed."]}


def test_answers_are_kept_as_plain_text() -> None:
    values, _wrong = check(FIELDS, {"day": "2026-03-31", "amount": "7.50", "people": ["Ada"]})

    assert {name: as_json(values[name]) for name in ("day", "amount", "people", "extra")} == {
        "day": "2026-03-31",
        "amount": "7.50",
        "people": [{"items": "Ada"}],
        "extra": False,
    }
