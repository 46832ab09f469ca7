"""What a template leaves open becomes questions of its own: which, of what type, called how, and where they stand."""

from __future__ import annotations

import io
from typing import Any

import pytest
from docx import Document

from clm.lib.actor import Actor
from contracts.adapters.template_metadata import read_metadata
from contracts.adapters.word_asking import asked_of
from contracts.adapters.word_template import fill
from contracts.engine.questionnaire import Field, check, fields_of
from contracts.models import Version
from contracts.operations.templates.approve_template import approve_template
from contracts.operations.templates.draft_from_template import draft_from_template
from contracts.operations.templates.import_template import import_template
from contracts.queries.templates import read_template
from tests.contracts.library_of import word

NO_RULES: dict[str, Any] = {"selections": [], "replacements": {}}


def asked(docx: bytes, *fields: dict[str, Any], **rules: Any) -> list[dict[str, Any]]:
    return asked_of(docx, fields_of(fields), NO_RULES | rules).questions


def made(docx: bytes, answers: dict[str, Any], *fields: dict[str, Any], **rules: Any) -> tuple[list[str], list[str]]:
    """The lines of the document that the answers make, and what is told of it."""
    own = fields_of(fields)
    rows, places, _conditions = asked_of(docx, own, NO_RULES | rules)
    values, wrong = check(fields_of([*(each.as_json() for each in own), *rows]), answers)
    assert wrong == {}
    content, told = fill(docx, values, NO_RULES | rules | {"blanks": places})
    document = Document(io.BytesIO(content))
    cells = [cell for each in document.tables for row in each.rows for cell in row.cells]
    return [each.text for part in (document, *cells) for each in part.paragraphs], told


def table(*rows: tuple[str, ...]) -> bytes:
    document, stream = Document(), io.BytesIO()
    grid = document.add_table(rows=0, cols=len(rows[0]))
    for row in rows:
        for cell, text in zip(grid.add_row().cells, row, strict=True):
            cell.text = text
    document.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("line", "type_", "label", "name"),
    [
        ("The fee is $____ a month.", "string", "The fee is $____ a month", "blank_the_fee_is_a_month"),
        ("Pay within [ # ] days.", "number", "Pay within ____ days", "blank_pay_within_days"),
        ("Uptime: [__]%", "number", "Uptime: ____%", "blank_uptime"),
        ("Notice of ______ business days", "number", "Notice of ____ business days", "blank_notice_of_business_days"),
        ("Capped at [ ]x the fees", "number", "Capped at ____x the fees", "blank_capped_at_x_the_fees"),
        ("Seat: [•]", "string", "Seat: ____", "blank_seat"),
        ("Between us and [Company Name].", "string", "Between us and ____", "blank_between_us_and"),
        ("Channel: [fill in an address]", "text", "Channel: ____", "blank_channel"),
    ],
)
def test_a_blank_is_a_question_of_the_type_that_its_line_tells(line: str, type_: str, label: str, name: str) -> None:
    [question] = asked(word(line))

    assert (question["type"], question["label"], question["name"]) == (type_, label, name)
    assert (question["required"], question.get("condition")) == (False, None)


@pytest.mark.parametrize(
    "line",
    [
        "Signature: ____________",
        "By: ________ Date: ________",
        "____________",
        "As in [1], and [the map](https://example.com)",
        "[Reserved]",
        "[Drafting note: Enter [ # ] days or ____.]",
    ],
)
def test_lines_to_sign_on_and_notes_ask_nothing(line: str) -> None:
    assert asked(word(line)) == []


def test_the_row_is_the_group_and_the_column_is_said_of_a_figure_alone() -> None:
    docx = table(("Uptime", "Credit"), ("under [ # ]%", "[ # ]%"), ("Insurance", "at least $____"))

    assert [(each["section"], each["label"]) for each in asked(docx)] == [
        ("", "under ____%"),
        ("under …%", "Credit: under …%: ____%"),
        ("Insurance", "at least $____"),
    ]


def test_questions_that_read_alike_are_told_apart_by_their_row_or_a_number() -> None:
    rows = table(("Uptime", "Credit"), ("[ # ]% to target", "[ # ]%"), *(("[ # ]% to [ # ]%", "[ # ]%"),) * 2)
    lines = word("Notice of [ # ] days", "Notice of [ # ] days", "Notice of [ # ] hours")

    assert [each["label"] for each in asked(rows)][2:] == [
        "Uptime: ____% to …% (row 2)", "Uptime: …% to ____% (row 2)", "Credit: …% to …%: ____% (row 2)",
        "Uptime: ____% to …% (row 3)", "Uptime: …% to ____% (row 3)", "Credit: …% to …%: ____% (row 3)",
    ]  # fmt: skip
    assert [(each["name"], each["label"]) for each in asked(lines)] == [
        ("blank_notice_of_days", "Notice of ____ days (1)"),
        ("blank_notice_of_days_2", "Notice of ____ days (2)"),
        ("blank_notice_of_hours", "Notice of ____ hours"),
    ]


def test_the_heading_above_is_the_group_of_a_line() -> None:
    document, stream = Document(), io.BytesIO()
    document.add_heading("Payment", 1)
    document.add_paragraph("Invoices are due within ____ days.")
    document.save(stream)

    assert [each["section"] for each in asked(stream.getvalue())] == ["Payment"]


def test_each_blank_has_the_answer_to_its_own_question() -> None:
    docx = word("Pay [ # ] days after, or [ # ] hours before.", "Fee: $____ [Drafting note: x]", "Cap: $____")
    answers = {
        "blank_pay_days_after_or_hours_before": "30",
        "blank_pay_days_after_or_hours_before_2": "2",
        "blank_fee": "1,000",
        "blank_cap": "EUR 5",
    }

    assert made(docx, answers) == (["Pay 30 days after, or 2 hours before.", "Fee: $1,000 ", "Cap: EUR 5"], [])


def test_what_is_not_answered_is_an_empty_line() -> None:
    assert made(word("[ # ] days", "$____"), {}) == (["____ days", "$____"], [])


AMOUNTS = [
    {"name": name, "type": "string"} for name in ("general_cap_amount", "increased_cap_amount", "greater_of_dollar")
]
CAPS = (
    ("General Cap Amount", "${general_cap_amount}"),
    ("General Cap Amount", "the greater of ${increased_cap_amount}"),
    ("Increased Cap Amount", "${general_cap_amount}"),
    ("Increased Cap Amount", "or ${increased_cap_amount}"),
    ("Insurance", "at least ${greater_of_dollar}"),
    ("More insurance", "at least ${greater_of_dollar}"),
)


def test_a_named_question_fills_the_blank_that_its_row_or_the_words_before_it_name() -> None:
    docx = table(*CAPS)
    answers = {"general_cap_amount": "1", "increased_cap_amount": "2", "greater_of_dollar": "3"}

    lines, told = made(docx, answers, *AMOUNTS)

    assert [line for line in lines if "$" in line] == [
        "$1", "the greater of $3", "$2", "or $2", "at least $____", "at least $____",
    ]  # fmt: skip
    assert (told, len(asked(docx, *AMOUNTS))) == ([], 2)


def test_words_that_stand_before_two_blanks_name_neither() -> None:
    docx = table(
        ("One", "the greater of ${general_cap_amount}"),
        ("Two", "the greater of ${general_cap_amount}"),
        ("General Cap Amount", "${general_cap_amount}"),
        ("Increased Cap Amount", "${increased_cap_amount}"),
    )

    rows, places, _conditions = asked_of(docx, fields_of(AMOUNTS), NO_RULES)

    assert [place["name"] for place in places] == [row["name"] for row in rows]
    assert len(rows) == 2


def test_a_box_is_answered_by_yes_or_no_and_what_hangs_on_it_only_then() -> None:
    docx = word("[ x ] Cyber cover of at least $____", "☐ Other cover")
    box, amount, other = asked(docx)

    assert [(each["type"], each.get("default")) for each in (box, amount, other)] == [
        ("boolean", True), ("string", None), ("boolean", False),
    ]  # fmt: skip
    assert amount["condition"] == {"field": box["name"], "in": [True]}
    assert made(docx, {amount["name"]: "5"})[0] == ["☒ Cyber cover of at least $5"]
    assert made(docx, {box["name"]: False, other["name"]: True})[0] == ["☒ Other cover"]


def test_of_round_boxes_one_is_chosen() -> None:
    docx = word("Downtime is planned:", "( ) at night", "[Drafting note: x]", "(  ) after ____ hours", "The end.")
    choice, hours = asked(docx)

    assert (choice["type"], choice["label"], choice["options"]) == (
        "enum", "Downtime is planned", ["at night", "after … hours"],
    )  # fmt: skip
    assert hours["condition"] == {"field": choice["name"], "in": ["after … hours"]}
    answers = {choice["name"]: "after … hours", hours["name"]: "8"}
    assert made(docx, answers)[0] == ["Downtime is planned:", "☒ after 8 hours", "The end."]
    assert made(docx, {})[0] == ["Downtime is planned:", "☐ at night", "☐ after ____ hours", "The end."]


def test_boxes_within_a_line_stay_beside_each_other() -> None:
    docx = word("Special data: (   ) Yes (   ) No")

    assert [(each["label"], each["options"]) for each in asked(docx)] == [("Special data:", ["Yes", "No"])]
    assert made(docx, {asked(docx)[0]["name"]: "No"})[0] == ["Special data: ☐ Yes ☒ No"]


def test_a_box_that_goes_leaves_the_end_of_the_part_it_stands_in() -> None:
    docx = word("{IF pilot}", "There is a pilot.", "[ ] Free of charge{END-IF}", "The end.")
    pilot = {"name": "pilot", "type": "boolean"}

    assert asked(docx, pilot)[0]["condition"] == {"field": "pilot", "in": [True]}
    assert made(docx, {"pilot": True}, pilot)[0] == ["There is a pilot.", "The end."]


GROUP = {
    "type": "checkbox",
    "cell": "",
    "options": [
        {"marker": "Reviews of the provider's work in {days} sessions", "field": "has_reviews", "equals": True},
        {"marker": "Date of the last signature", "field": ""},
    ],
}


def test_an_option_is_found_although_it_is_written_otherwise() -> None:
    """With another apostrophe, with a blank where the marker names an answer, and as the only box that is left over."""
    docx = word("[ ] Reviews of the provider’s work in [ # ] sessions", "[ x ] Date of last signing", "The end.")
    reviews = {"name": "has_reviews", "type": "boolean"}
    [sessions] = asked(docx, reviews, selections=[GROUP])

    assert sessions["condition"] == {"field": "has_reviews", "in": [True]}
    assert made(docx, {}, reviews, selections=[GROUP])[0] == ["☒ Date of last signing", "The end."]
    answers = {"has_reviews": True, sessions["name"]: "3"}
    assert made(docx, answers, reviews, selections=[GROUP])[0] == [
        "☒ Reviews of the provider’s work in 3 sessions", "The end.",
    ]  # fmt: skip


def test_a_cell_with_a_note_alone_takes_words_and_stays_empty_without() -> None:
    docx = table(("Other changes", "[Drafting note: Use this area to add changes.]"))
    [question] = asked(docx)

    assert (question["type"], question["label"], question["help"]) == (
        "text", "Other changes", "Use this area to add changes.",
    )  # fmt: skip
    assert made(docx, {question["name"]: "None at all."})[0] == ["Other changes", "None at all."]
    assert made(docx, {})[0] == ["Other changes", ""]


def test_an_example_behind_a_colon_is_a_blank() -> None:
    docx = word("These changes apply:", "[For example: - Section 6 does not apply.", "- Section 7 does.]", "The end.")
    [question] = asked(docx)

    assert (question["label"], question["help"]) == ("These changes apply", "Section 6 does not apply.")
    assert made(docx, {question["name"]: "Section 8"})[0] == ["These changes apply:", "Section 8", "The end."]
    assert made(docx, {})[0] == ["These changes apply:", "The end."]


def test_a_question_that_stands_in_chosen_parts_alone_is_asked_only_there() -> None:
    fields = [
        {"name": name, "type": "string"} for name in ("capital", "least", "period", "needed", "everywhere", "start")
    ]
    fields[3]["required"] = True
    fields += [
        {"name": "cap", "type": "enum", "options": ["none", "fixed", "greater"]},
        {"name": "pilot", "type": "boolean"},
    ]
    options = [
        {"marker": "Just {capital}", "field": "cap", "equals": "fixed"},
        {"marker": "The greater of {capital}", "field": "cap", "equals": "greater"},
        {"marker": "From {start}", "field": "start"},
    ]
    docx = word(
        "[ ] Just {capital}, {everywhere}", "[ ] The greater of {capital} and {least}", "[ ] From {start}",
        "{IF pilot}A pilot of {period}, {needed}{END-IF}", "By {everywhere}",
    )  # fmt: skip

    found = asked_of(docx, fields_of(fields), NO_RULES | {"selections": [GROUP | {"options": options}]})

    assert found.conditions == {
        "capital": {"field": "cap", "in": ["fixed", "greater"]},
        "least": {"field": "cap", "in": ["greater"]},
        "period": {"field": "pilot", "in": [True]},
    }


def test_a_place_that_the_document_does_not_have_is_left_alone() -> None:
    places = [
        {"root": 0, "paragraph": 0, "start": 0, "said": "[ # ]", "kind": "blank", "name": "x"},
        {"root": 0, "paragraph": 9, "start": 0, "said": "[ # ]", "kind": "blank", "name": "x"},
    ]
    _content, told = fill(word("Within [ # ] days"), {"x": "3"}, NO_RULES | {"blanks": places})

    assert told == ["Within ____ days"]


def test_an_imported_template_asks_for_its_blanks_and_a_draft_has_the_answers(alice: Actor) -> None:
    metadata = read_metadata(b"name: Notes\nfields: [{name: party, type: string}]")
    file = read_template(word("1. Party", "We and {party}.", "2. Notice", "Within ____ days."), "t.docx", metadata)
    template = approve_template(actor=alice, template_id=import_template(actor=alice, file=file).pk)
    source = template.versions.get()
    assert [(each["name"], each["section"]) for each in source.fields] == [
        ("party", ""),
        ("blank_within_days", "2. Notice"),
    ]

    texts = []
    for answers in ({"party": "Acme", "blank_within_days": "30"}, {"party": "Acme"}):
        contract = draft_from_template(actor=alice, template_version_id=source.pk, answers=answers, title="Notes")
        version = Version.objects.get(contract=contract)
        texts.append((version.text.splitlines()[-1], version.warnings))

    assert texts == [
        ("Within 30 days.", []),
        ("Within ____ days.", ["Left empty in the questionnaire: Within ____ days."]),
    ]


def test_a_question_is_asked_once_for_the_same_words_in_several_margins() -> None:
    document, stream = Document(), io.BytesIO()
    document.sections[0].header.paragraphs[0].text = "Contract ____"
    second = document.add_section()
    second.header.is_linked_to_previous = False
    second.header.paragraphs[0].text = "Contract ____"
    document.save(stream)
    fields: list[Field] = []

    rows, places, _conditions = asked_of(stream.getvalue(), fields, NO_RULES)

    assert ([row["name"] for row in rows], len(places)) == (["blank_contract"], 2)
