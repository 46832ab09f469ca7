"""The outline of a version's text."""

from __future__ import annotations

from html import unescape

from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from clm.lib.actor import Actor
from contracts.engine.compare import ClauseText
from contracts.models import Clause, Contract
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.papers import read_paper
from contracts.papers.reader import Part, clauses_of, compared
from tests.contracts.papers import SAMPLES, newest, text_paper

UNNAMED = """Hosting Agreement

1. Service
1.1 The Provider hosts the Service for the Customer and for nobody else.
1.2 Availability. The Service is up.
"""


def with_text(actor: Actor, text: str) -> Contract:
    contract = create_contract(actor=actor, title="Hosting")
    add_version(actor=actor, contract_id=contract.pk, paper=text_paper(text))
    return contract


def test_a_clause_without_a_heading_is_told_by_its_first_words(page: Client, alice: Actor) -> None:
    contract = with_text(alice, UNNAMED)
    titles = {clause["number"]: clause["title"] for clause in clauses_of(newest(contract))}

    assert titles["1.1"] == "The Provider hosts the Service for …"
    assert titles["1.2"] == "Availability"
    said = page.get(reverse("contract", args=[contract.pk])).content.decode()
    outline = said[said.index('<nav class="outline"') : said.index('<article class="paper"')]
    assert '<span class="outline-number">1.1</span><span>The Provider hosts the Service for …</span>' in outline
    assert '<details class="outline-fold">' in outline


def test_every_numbered_clause_of_a_real_agreement_is_in_the_outline(page: Client, alice: Actor) -> None:
    path = SAMPLES / "common-paper-csa-with-sla.docx"
    contract = create_contract(actor=alice, title="Cloud service")
    add_version(actor=alice, contract_id=contract.pk, paper=read_paper(path.read_bytes(), path.name))
    said = page.get(reverse("contract", args=[contract.pk])).content.decode()
    outline = said[said.index('<nav class="outline"') : said.index('<article class="paper"')]

    numbered = Clause.objects.filter(version=newest(contract)).exclude(number="")
    assert [clause.number for clause in numbered if f'href="#clause-{clause.pk}"' not in outline] == []
    assert "13.25" in set(numbered.values_list("number", flat=True))


TABLE = "1. Fees\nThe fees are these:\n\nService | Fee <EUR>\n\nHosting | 1,200\n\nThey are due monthly."


def test_rows_of_a_table_are_rows_and_no_character_is_lost(page: Client, alice: Actor) -> None:
    part = Part("Fees:\n\nService | Fee <EUR>\n\nHosting | 1,200\n\nDue monthly.")

    assert part.html == (
        'Fees:\n\n<span class="text-table" role="group" aria-label="Table" tabindex="0"><span>'
        '<span class="text-row"><span class="text-cell">Service<span class="text-gap"> | </span></span>'
        '<span class="text-cell">Fee &lt;EUR&gt;<span class="text-gap">\n\n</span></span></span>'
        '<span class="text-row"><span class="text-cell">Hosting<span class="text-gap"> | </span></span>'
        '<span class="text-cell">1,200<span class="text-gap">\n\n</span></span></span></span></span>Due monthly.'
    )
    assert unescape(strip_tags(part.html)) == part.text
    shown = page.get(reverse("contract", args=[with_text(alice, TABLE).pk])).content.decode()
    assert '<span class="text-cell">Hosting<span class="text-gap">' in shown


def test_the_blank_line_before_the_next_clause_is_no_change() -> None:
    old = [ClauseText("1", "Support", "1. Support. As described.\n\n"), ClauseText("2", "Term", "2. Term. A year.")]
    new = [ClauseText("1", "Support", "1. Support. As described. Within a day.\n\n"), old[1]]

    found = compared(old, new)["changes"][0]

    assert found["spans"] == [("same", "1. Support. As described."), ("added", " Within a day.")]
