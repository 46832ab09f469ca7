"""A draft that is printed: its structure, and the words that stand out."""

from __future__ import annotations

import io

from docx import Document

from clm.lib.actor import Actor
from contracts.models import Version
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.templates.draft_from_template import draft_from_template
from contracts.papers import read_paper
from contracts.queries.templates import print_version
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
