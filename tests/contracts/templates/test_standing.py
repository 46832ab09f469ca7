"""Where each answer will stand is said beside its question, before a template is approved."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document
from rest_framework.test import APIClient

from clm.lib.actor import Actor
from contracts.adapters.word_standing import standing_in
from contracts.engine.composition_reading import composition_of
from contracts.engine.questionnaire import fields_of
from contracts.engine.standing import BEGINNING, MARGIN, standing_in_composition
from contracts.models import Template
from contracts.operations.templates.import_template import import_template
from contracts.pages.questions import shown_questions
from contracts.queries.templates import questions_of, read_template, standing_of
from tests.contracts.library_of import METADATA, draft_template, sample_parts, short_file, word
from tests.shared_data import shared

NO_RULES: dict[str, Any] = {"selections": [], "replacements": {}}
TEMPLATES = shared("contracts/openagreements/templates/common-paper-cc-by-4.0")


def told(docx: bytes, *names: str, rules: dict[str, Any] = NO_RULES, **kinds: str) -> dict[str, tuple[str, ...]]:
    fields = fields_of([{"name": name, "type": kinds.get(name, "string")} for name in names])
    return dict(standing_in(docx, fields, rules, []).titles)


def rows(*cells: tuple[str, str]) -> bytes:
    document, stream = Document(), io.BytesIO()
    document.add_heading("1. Key terms", 1)
    table = document.add_table(0, 2)
    for title, words in cells:
        row = table.add_row().cells
        row[0].text, row[1].text = title, words
    document.sections[0].header.paragraphs[0].text = "For {who}"
    document.save(stream)
    return stream.getvalue()


def test_an_answer_stands_in_the_rows_that_have_it() -> None:
    docx = rows(("Support", "From {support}"), ("Scheduled Downtime:", "Outside of {support}"), ("For {who}", "{fee}"))

    assert told(docx, "support", "fee", "who", "other") == {
        "support": ("Support", "Scheduled Downtime"),
        "fee": ("For",),
        "who": ("Key terms", MARGIN),
    }


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (["Between {name}, and us."], BEGINNING),
        (["4. Parties", "Between {name} and us."], "Parties"),
        (["4. Parties", "4.1 Fees. {name} pays."], "Fees"),
        (["Parties", "This is said of {name}. Nothing else is."], "Parties"),
        (["Parties", "Notes", "[Drafting note: see {name}]", "All of {name} is said here."], "Notes"),
    ],
)
def test_an_answer_stands_under_the_title_or_heading_next_above(lines: list[str], title: str) -> None:
    assert told(word(*lines), "name") == {"name": (title,)}


def test_what_stands_only_in_a_note_to_whoever_drafts_stands_nowhere() -> None:
    assert told(word("Fees", "[Drafting note: ask {name} first]", "Nothing is due."), "name") == {}


def test_a_chosen_option_stands_and_decides() -> None:
    group = {"cell": "", "type": "radio", "options": [{"marker": "By mail", "field": "by_mail"}]}
    docx = word("Notices", "[ ] By mail", "Dates", "{IF late}", "Late.", "{END-IF}")
    fields = fields_of([{"name": each, "type": "boolean"} for each in ("by_mail", "late", "idle")])

    standing = standing_in(docx, fields, NO_RULES | {"selections": [group]}, [])

    assert (dict(standing.titles), standing.deciding) == ({"by_mail": ("Notices",)}, {"by_mail", "late"})
    assert standing.idle(["by_mail", "late", "idle"]) == ["idle"]


def test_a_list_stands_where_it_is_repeated() -> None:
    docx = word("Orders", "{FOR order IN orders}", "{$order.name}", "{END-FOR order}")
    fields = fields_of([{"name": "orders", "type": "array", "items": [{"name": "name", "type": "string"}]}])

    assert standing_in(docx, fields, NO_RULES, []).titles == {"orders": ("Orders",)}


def test_a_written_template_says_it_by_its_clauses() -> None:
    given = {
        "title": "Services for {who}",
        "sections": [
            {"heading": "Fees", "clauses": [{"heading": "Rate", "text": "{fee}"}, {"heading": "", "text": "{who}"}]},
            {"heading": "Law", "condition": {"field": "has", "equals": True}, "clauses": [{"text": "That of {law}."}]},
        ],
        "questions": [{"name": each, "type": "string"} for each in ("who", "fee", "law", "idle")]
        + [{"name": "has", "type": "boolean"}],
    }

    standing = standing_in_composition(composition_of(given))

    assert standing.titles == {
        "who": ("Services for {who}", "Rate"),
        "fee": ("Rate",),
        "law": ("Law",),
    }
    assert (standing.idle(["idle", "has", "law"]), standing.spread(["who", "fee"])) == (["idle"], ["who"])


def test_the_sample_with_service_levels_says_what_stands_twice(alice: Actor) -> None:
    """One multiplier for both caps, and the fee in the pilot's row."""
    docx, metadata = sample_parts(TEMPLATES / "common-paper-csa-with-sla")
    template = import_template(actor=alice, file=read_template(docx, "csa.docx", metadata))
    version = template.versions.get()
    standing = standing_of(version)
    assert standing is not None
    names = [field.name for field in questions_of(version)]

    assert {name: standing.titles[name] for name in standing.spread(names)} == {
        "provider_name": ("Framework Terms", "PROVIDER"),
        "customer_name": ("Framework Terms", "CUSTOMER"),
        "fees": ("Pilot", "Cloud Service Fees"),
        "cap_multiplier": ("General Cap Amount", "Increased Cap Amount"),
        "greater_of_multiplier": ("General Cap Amount", "Increased Cap Amount"),
    }
    assert standing.idle(names) == [
        "company_name",
        "unlimited_claim_indemnification",
        "provider_signatory_company",
        "customer_signatory_company",
    ]
    told_of = {each.field.name: each.stands for each in shown_questions(questions_of(version), standing)}
    assert told_of["fees"] == "Stands in: Pilot, Cloud Service Fees."
    assert told_of["company_name"] == "Stands nowhere in the document and decides nothing."


METADATA_TWICE = METADATA.replace(
    b"priority_fields",
    b"""  - {name: idle, type: string, label: Idle, section: Law}
priority_fields""",
)
LINES_TWICE = (
    "1. Parties", "Between us and {party_name}.", "2. Fees", "{party_name} pays.",
    "{IF has_extras}", "More.", "{END-IF}", "3. Law", "{law}, {signed_on}.",
)  # fmt: skip


def test_the_page_says_it_before_approval(client: Client, alice: Actor, page: Client) -> None:
    import_template(actor=alice, file=short_file(METADATA_TWICE, LINES_TWICE))
    shown = page.get(reverse("template", args=[Template.objects.get().pk])).content.decode()

    assert "One answer stands in several places, look whether each fits: Party name (Parties, Fees)." in shown
    assert "These questions change nothing in the document: Idle." in shown
    assert "Stands in: Parties, Fees." in shown
    assert "2 places</span>" in shown
    assert "Stands in: Law." in shown
    assert "Decides what is in the document or asked, and stands nowhere in it." in shown


def test_a_template_that_says_all_once_has_no_such_notice(alice: Actor, page: Client) -> None:
    shown = page.get(reverse("template", args=[draft_template(alice).pk])).content.decode()

    assert ("several places" in shown, "change nothing" in shown, "Stands in: Parties." in shown) == (
        False,
        False,
        True,
    )


def test_the_api_says_it_beside_each_question(api: APIClient, alice: Actor) -> None:
    template = import_template(actor=alice, file=short_file(METADATA_TWICE, LINES_TWICE))

    questions = api.get(f"/api/v1/template-versions/{template.versions.get().pk}/").data["questions"]

    assert {each["name"]: (each["stands_in"], each["decides"]) for each in questions} == {
        "party_name": (["Parties", "Fees"], False),
        "signed_on": (["Law"], False),
        "has_extras": ([], True),
        "law": (["Law"], False),
        "idle": ([], False),
    }


def test_what_was_imported_without_a_look_says_nothing(alice: Actor) -> None:
    version = draft_template(alice).versions.get()
    version.rules = {"selections": [], "replacements": {}, "blanks": []}

    assert standing_of(version) is None
    assert {each.stands for each in shown_questions(questions_of(version), None)} == {""}
