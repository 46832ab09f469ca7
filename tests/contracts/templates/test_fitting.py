"""Which answer stands where: what fits no question stays an empty line, and is told."""

from __future__ import annotations

import io
from typing import Any

import pytest
from docx import Document
from docx.enum.text import WD_COLOR_INDEX

from contracts.adapters.word_fitting import margins_of
from contracts.adapters.word_template import fill
from tests.contracts.library_of import word

BARE = {"[ # ]": "{payment_terms_days}"}


def lines(docx: bytes, values: dict[str, Any], **rules: Any) -> tuple[list[str], list[str]]:
    made, told = fill(docx, values, rules)
    return [paragraph.text for paragraph in Document(io.BytesIO(made)).paragraphs], told


def table(*rows: tuple[str, str]) -> bytes:
    document, stream = Document(), io.BytesIO()
    made = document.add_table(rows=0, cols=2)
    for left, right in rows:
        cells = made.add_row().cells
        cells[0].text, cells[1].text = left, right
    document.save(stream)
    return stream.getvalue()


def cells(docx: bytes, values: dict[str, Any]) -> list[str]:
    made, _told = fill(docx, values, {})
    return [row.cells[1].text for row in Document(io.BytesIO(made)).tables[0].rows]


def test_a_bare_blank_takes_the_answer_only_where_words_of_the_question_stand() -> None:
    docx = word("The payment is due in [ # ] days.", "[ # ]% to Target Uptime", "given at least [ # ] hours before")

    assert lines(docx, {"payment_terms_days": "30"}, replacements=BARE) == (
        ["The payment is due in 30 days.", "____% to Target Uptime", "given at least ____ hours before"],
        ["____% to Target Uptime", "given at least ____ hours before"],
    )


def test_a_bare_blank_that_is_the_only_one_takes_the_answer() -> None:
    assert lines(word("within [ # ] days"), {"payment_terms_days": "30"}, replacements=BARE) == (
        ["within 30 days"], [],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{notice_days} days", "30 days"),
        ("{notice_days} business days", "30 business days"),
        ("{notice_days}-day period", "30-day period"),
        ("{notice_days} before", "30 before"),
        ("{notice_days}%", "____%"),
        ("{notice_days}x the fees", "____x the fees"),
        ("{notice_days} hours", "____ hours"),
        ("${notice_days}", "$____"),
        ("{notice_days} {response_unit}", "____ hours"),
    ],
)
def test_days_stand_where_days_are_counted(line: str, said: str) -> None:
    assert lines(word(line), {"notice_days": "30", "response_unit": "hours"})[0] == [said]


def test_each_party_has_its_own_name() -> None:
    docx = word("PROVIDER: {company_name}", "CUSTOMER: {company_name}", "GUARANTOR: {company_name}")
    values = {"company_name": "Cirrus GmbH", "provider_name": "Cirrus GmbH", "customer_name": "Northwind Foods"}

    assert lines(docx, values) == (
        ["PROVIDER: Cirrus GmbH", "CUSTOMER: Northwind Foods", "GUARANTOR: ____"],
        ["GUARANTOR: ____"],
    )


def test_a_row_that_is_another_questions_stays_open() -> None:
    docx = table(("General Cap Amount", "${general_cap_amount}"), ("Increased Cap Amount", "${general_cap_amount}"))

    assert cells(docx, {"general_cap_amount": "5", "increased_cap_amount": "9"}) == ["$5", "$____"]


def test_a_figure_in_several_sentences_stands_beside_its_words() -> None:
    docx = word("the greater of ${greater_of_dollar} and the fees", "insured for ${greater_of_dollar}")

    assert lines(docx, {"greater_of_dollar": "7"})[0] == ["the greater of $7 and the fees", "insured for $____"]


def test_an_answer_with_its_currency_needs_no_sign() -> None:
    assert lines(word("Cap: ${cap}"), {"cap": "EUR 100,000"})[0] == ["Cap: EUR 100,000"]
    assert lines(word("Cap: ${cap}"), {"cap": "100,000"})[0] == ["Cap: $100,000"]


def test_an_answer_left_empty_is_an_empty_line_among_words_and_nothing_alone() -> None:
    assert lines(word("30 days from {due_from}.", "{due_from}"), {"due_from": None}) == (["30 days from ____.", ""], [])


def test_what_was_asked_for_is_marked_in_no_colour() -> None:
    document, stream = Document(), io.BytesIO()
    for text in ("{name}", "[Drafting note: x] [ # ]", "Look here"):
        document.add_paragraph().add_run(text).font.highlight_color = WD_COLOR_INDEX.YELLOW
    document.save(stream)
    made, _told = fill(stream.getvalue(), {"name": "Acme"}, {})

    lit = {each.text: each.runs[0].font.highlight_color for each in Document(io.BytesIO(made)).paragraphs}
    assert (lit["Acme"], lit["Look here"]) == (None, WD_COLOR_INDEX.YELLOW)
    assert list(lit.values()).count(WD_COLOR_INDEX.YELLOW) == 1


def test_the_words_of_a_header_are_read() -> None:
    document, stream = Document(), io.BytesIO()
    document.sections[0].header.paragraphs[0].text = "Cirrus & Söhne"
    document.save(stream)

    assert "Cirrus & Söhne" in margins_of(stream.getvalue())
