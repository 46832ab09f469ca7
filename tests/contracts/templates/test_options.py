"""An option comes and goes with what belongs to it, and what an answer repeats of the template is said once."""

from __future__ import annotations

import io
from typing import Any

import pytest
from docx import Document
from docx.shared import Pt

from clm.lib.actor import Actor
from contracts.adapters.template_metadata import read_metadata
from contracts.adapters.word_asking import asked_of
from contracts.adapters.word_echoes import without_echo
from contracts.adapters.word_template import fill
from contracts.engine.questionnaire import check, fields_of
from contracts.models import Version
from contracts.operations.templates.approve_template import approve_template
from contracts.operations.templates.draft_from_template import draft_from_template
from contracts.operations.templates.import_template import import_template
from contracts.queries.templates import read_template
from tests.contracts.library_of import word

BY_INVOICE = {"name": "by_invoice", "type": "boolean"}
NUMBER = {"name": "days", "type": "string"}


def cell(*lines: str | tuple[int, str] | list[tuple[str, str]]) -> bytes:
    """A cell with these paragraphs, those with points indented by them, and with tables of two columns."""
    document, stream = Document(), io.BytesIO()
    found = document.add_table(rows=1, cols=1).rows[0].cells[0]
    for line in lines:
        if isinstance(line, list):
            table = found.add_table(rows=0, cols=2)
            for row in line:
                for each, text in zip(table.add_row().cells, row, strict=True):
                    each.text = text
            continue
        points, text = line if isinstance(line, tuple) else (0, line)
        found.add_paragraph(text).paragraph_format.left_indent = Pt(points) if points else None
    document.save(stream)
    return stream.getvalue()


def group(kind: str, *options: tuple[str, str]) -> dict[str, Any]:
    rows = [{"marker": marker, "field": field} | ({"equals": True} if field else {}) for marker, field in options]
    return {"type": kind, "cell": "", "options": rows}


def lines_of(docx: bytes, answers: dict[str, Any], groups: list[dict[str, Any]], *fields: dict[str, Any]) -> list[str]:
    """The words of all paragraphs, with the answers to all questions of the document."""
    own = fields_of(fields)
    rules: dict[str, Any] = {"selections": groups, "replacements": {}}
    rows, places, _conditions = asked_of(docx, own, rules)
    values, wrong = check(fields_of([*(each.as_json() for each in own), *rows]), answers)
    assert wrong == {}
    made, _told = fill(docx, values, rules | {"blanks": places})
    paragraphs = Document(io.BytesIO(made)).element.body.iter("{*}p")
    texts = ["".join(each.text or "" for each in paragraph.iter("{*}t")) for paragraph in paragraphs]
    return [text for text in texts if text.strip()]


PAYMENT = [group("radio", ("Pay by invoice", "by_invoice"), ("Automatic payment", ""))]
PAY = ("( ) Pay by invoice", "", "Invoices come monthly.", "Pay within {days} days.", "", "( ) Automatic payment", "")


def test_of_two_options_the_other_goes_with_its_words() -> None:
    docx = cell(*PAY, "Customer authorizes charges.")

    chosen = lines_of(docx, {"by_invoice": True, "days": "30"}, PAYMENT, BY_INVOICE, NUMBER)
    other = lines_of(docx, {}, PAYMENT, BY_INVOICE, NUMBER)

    assert chosen == ["☒ Pay by invoice", "Invoices come monthly.", "Pay within 30 days."]
    assert other == ["☒ Automatic payment", "Customer authorizes charges."]
    rules = {"selections": PAYMENT, "replacements": {}}
    assert asked_of(docx, fields_of([BY_INVOICE, NUMBER]), rules).conditions == {
        "days": {"field": "by_invoice", "in": [True]}
    }


@pytest.mark.parametrize(
    ("lines", "kind", "left"),
    [
        # Two lines below the last option: one may be for both.
        ((*PAY, "Customer authorizes charges.", "No refunds."), "radio", "Customer authorizes charges.|No refunds."),
        # Several may be chosen: what stands between is nobody's unless it is deeper.
        (("[ ] Pay by invoice", "(x)", "Within a month.", "[ ] Automatic payment"), "checkbox", "(x)|Within a month."),
        # It leads to the next option.
        (("( ) Pay by invoice", "Or else:", "( ) Automatic payment"), "radio", "Or else:"),
        (("( ) Automatic payment", "Or else:", "( ) Pay by invoice"), "radio", "Or else:"),
        # What the first has below it is another question's.
        (("( ) Automatic payment", "[ ] Fees", "Fees rise.", "( ) Pay by invoice"), "radio", "Fees rise."),
    ],
)
def test_what_may_be_anyones_stays(lines: tuple[str, ...], kind: str, left: str) -> None:
    groups = [group(kind, ("Pay by invoice", "by_invoice"), ("Automatic payment", "automatic"))]
    fields = (BY_INVOICE, {"name": "automatic", "type": "boolean"}, NUMBER)

    assert "|".join(lines_of(cell(*lines), {}, groups, *fields)) == left


def test_options_in_a_text_that_stand_far_apart_have_nothing_between_them() -> None:
    docx = word("( ) Pay by invoice", *(f"Section {number}." for number in range(7)), "( ) Automatic payment")

    assert len(lines_of(docx, {}, PAYMENT, BY_INVOICE)) == 8


UPTIME = [group("checkbox", ("Target Uptime:", "has_uptime"), ("Target Response Time:", "has_response"))]
HAS = ({"name": "has_uptime", "type": "boolean"}, {"name": "has_response", "type": "boolean"})
SLA = cell(
    "[ ] Target Uptime: [__]%",
    (25, "The credit:"),
    [("Uptime", "Credit"), ("[ # ]% to [ # ]%", "[ # ]%"), ("[ # ]% to [ # ]%", "[ # ]%")],
    (25, "Downtime is planned:"),
    (45, "( ) at night"),
    (60, "between 1 and 3"),
    (45, "( ) after ____ hours"),
    "[ ] Target Response Time: [__] hours",
    (25, "The credit is ____%."),
    "Upon request, Provider reports.",
)


def test_what_stands_deeper_below_an_option_goes_with_it_and_so_does_a_table_that_it_leads_to() -> None:
    names = [row["name"] for row in asked_of(SLA, fields_of(HAS), {"selections": UPTIME, "replacements": {}}).questions]
    planned = next(name for name in names if "downtime" in name)

    assert lines_of(SLA, {}, UPTIME, *HAS) == ["Upon request, Provider reports."]
    found = lines_of(SLA, {"has_uptime": True, planned: "after … hours"}, UPTIME, *HAS)
    assert found == [
        "☒ Target Uptime: ____%", "The credit:", "Uptime", "Credit",
        *(("____% to ____%", "____%") * 2),
        "Downtime is planned:", "☒ after ____ hours", "Upon request, Provider reports.",
    ]  # fmt: skip


@pytest.mark.parametrize(("line", "left"), [("[ ] Reviews", ["☒ Audits"]), ("[ ] Reviews:", [])])
def test_a_box_that_is_out_of_line_is_another_option_unless_words_lead_to_it(line: str, left: list[str]) -> None:
    docx = cell(line, (20, "[ ] Audits"))
    names = [row["name"] for row in asked_of(docx, [], {"selections": [], "replacements": {}}).questions]

    assert lines_of(docx, {names[1]: True}, []) == left


def test_blanks_of_a_table_that_belongs_to_an_option_are_asked_where_it_is_chosen() -> None:
    rows = asked_of(SLA, fields_of(HAS), {"selections": UPTIME, "replacements": {}}).questions

    conditions = [row["condition"]["field"] for row in rows]
    assert conditions[:8] == ["has_uptime"] * 8
    assert conditions[8:] == [rows[7]["name"], "has_response", "has_response"]


def test_what_is_asked_either_way_has_no_condition() -> None:
    docx = cell("( ) Pay by invoice", "Invoices in {days}.", "( ) Automatic payment", "Charges in {days}.")

    rules = {"selections": PAYMENT, "replacements": {}}
    assert asked_of(docx, fields_of([BY_INVOICE, NUMBER]), rules).conditions == {}


COURTS = "The courts (of any kind) located in "


@pytest.mark.parametrize(
    ("before", "answer", "after", "said"),
    [
        ("The laws of the State of ", "the State of Delaware", "", "Delaware"),
        ("located in ", "Located in Hamburg", ".", "Hamburg"),
        (COURTS, "courts located in New Castle County, Delaware", "", "New Castle County, Delaware"),
        (COURTS, "the courts located in Kent", "", "Kent"),
        (COURTS, "state courts located in Kent", "", "state courts located in Kent"),
        (COURTS, "tribunals located in Kent", "", "tribunals located in Kent"),
        ("in ", "in Kent", "", "in Kent"),
        ("located in ", "located in", "", "located in"),
        ("(located in) ", "located in Kent", "", "located in Kent"),
        ("A ", "30 day trial period", " trial period, free.", "30 day"),
        ("A ", "30 days", " days.", "30 days"),
    ],
)
def test_words_that_the_template_has_beside_an_answer_are_said_once(
    before: str, answer: str, after: str, said: str
) -> None:
    assert without_echo(before, answer, after) == said


def test_an_answer_is_shorter_only_where_the_template_repeats_it() -> None:
    docx = word(f"{COURTS}{{courts}}.", "Or in {courts}.")

    assert lines_of(docx, {"courts": "courts located in Kent"}, [], {"name": "courts", "type": "string"}) == [
        f"{COURTS}Kent.", "Or in courts located in Kent.",
    ]  # fmt: skip


@pytest.mark.parametrize(("other", "told"), [("", []), ("The courts of Kent.", ["Courts"])])
def test_an_answer_that_is_said_once_is_in_the_text(other: str, told: list[str], alice: Actor) -> None:
    fields = b"[{name: courts, type: string}, {name: never, type: boolean}]"
    metadata = read_metadata(b"name: Courts\nfields: " + fields)
    line = other or f"{COURTS}{{courts}}."
    file = read_template(word("1. Courts", line, "{IF never}Never.{END-IF}"), "t.docx", metadata)
    template = approve_template(actor=alice, template_id=import_template(actor=alice, file=file).pk)
    answers = {"courts": "courts located in Kent"}
    source = template.versions.get()

    contract = draft_from_template(actor=alice, template_version_id=source.pk, answers=answers, title="Courts")

    version = Version.objects.get(contract=contract)
    assert version.warnings == [f"Answered, but not in the text: {label}." for label in told]
