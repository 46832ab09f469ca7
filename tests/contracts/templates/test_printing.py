"""A draft that is printed: its structure, and the words that stand out."""

from __future__ import annotations

import io

from docx import Document
from pypdfium2 import PdfDocument

from clm.lib.actor import Actor
from contracts.models import Version
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.templates.draft_from_template import draft_from_template
from contracts.papers import read_paper
from contracts.queries.templates import print_version
from tests.contracts.papers import text_paper
from tests.contracts.templates.composed import ANSWERS, approved_composed


def test_a_written_draft_keeps_headings_numbers_and_lists(alice: Actor) -> None:
    source = approved_composed(alice).versions.get()
    contract = draft_from_template(actor=alice, template_version_id=source.pk, answers=ANSWERS, title="Services")

    text = read_paper(print_version(Version.objects.get(contract=contract)), "x.pdf").text
    for line in ("1 Services", "1.1 Scope", "1.2 Hosting", "2.1 The fee is 100.", "• nothing else"):
        assert line in " ".join(text.split()), line


def test_tables_and_bold_words_are_printed(alice: Actor) -> None:
    document, stream = Document(), io.BytesIO()
    document.add_paragraph("1. Fees")
    document.add_paragraph("The fee is ").add_run("due at once").bold = True
    table = document.add_table(rows=2, cols=2)
    for number, text in enumerate(("Service", "Fee", "Hosting", "12 EUR")):
        table.cell(number // 2, number % 2).text = text
    document.save(stream)
    contract = create_contract(actor=alice, title="Fees")
    version = add_version(actor=alice, contract_id=contract.pk, paper=read_paper(stream.getvalue(), "fees.docx"))

    printed = print_version(version)

    words = read_paper(printed, "x.pdf").text
    assert "Service | Fee" not in words
    assert "Hosting" in words


def test_long_words_of_a_wide_table_are_broken_and_those_of_a_narrow_one_are_whole(alice: Actor) -> None:
    long = "Availability" * 9
    narrow, wide = f"1. Fees\n\nSupport hours | {'by day ' * 40}", f"1. Fees\n\n{long} | {long}"
    pages = []
    for text in (narrow, wide):
        contract = create_contract(actor=alice, title="Fees")
        pages.append(print_version(add_version(actor=alice, contract_id=contract.pk, paper=text_paper(text))))

    assert "Support hours" in " ".join(read_paper(pages[0], "x.pdf").text.split())
    assert words_right_of_the_page(pages[1]) == []
    assert "".join(read_paper(pages[1], "x.pdf").text.split()).count("Availability") > 9


def words_right_of_the_page(pdf: bytes) -> list[str]:
    """Characters that lie outside of the paper."""
    page = PdfDocument(pdf)[0]
    text = page.get_textpage()
    boxes = [(text.get_text_range(at, 1), text.get_charbox(at)) for at in range(text.count_chars())]
    return [letter for letter, (_left, _bottom, right, _top) in boxes if right > page.get_width()]
