"""The composer by its page and by the API: what people press and type, and what they are told."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from clm.lib.actor import Actor
from contracts.models import LibraryClauseVersion, Template, TemplateVersion
from contracts.pages.composition_forms import composition_from, slug, typed_in, typed_of
from contracts.pages.composition_rows import acted
from tests.cast import Cast
from tests.contracts.library.shelf import PREFERRED, approved, renewed
from tests.contracts.templates.composed import approved_composed, composed_template, composition

BACKEND = "django.contrib.auth.backends.ModelBackend"


def flat(typed: dict[str, Any]) -> dict[str, str]:
    """The rows as a browser sends them."""
    sent = {"title": typed["title"]}
    for number, row in enumerate(typed["questions"]):
        sent |= {f"q-{number}-{name}": value for name, value in row.items()}
    for number, section in enumerate(typed["sections"]):
        sent |= {f"s-{number}-{name}": value for name, value in section.items() if name != "clauses"}
        for at, clause in enumerate(section["clauses"]):
            sent |= {f"s-{number}-c-{at}-{name}": value for name, value in clause.items()}
    return sent


def stored(actor: Actor, *positions: tuple[LibraryClauseVersion, str]) -> dict[str, Any]:
    found: dict[str, Any] = composed_template(actor, *positions).versions.get().composition
    return found


@pytest.mark.django_db
def test_what_is_kept_comes_back_as_it_was_typed(alice: Actor) -> None:
    kept = stored(alice, (approved(alice), "fallback-1"))

    typed = typed_of(kept)
    again = composition_from(typed_in(flat(typed)))

    assert typed_in(flat(typed)) == typed
    for section, other in zip(kept["sections"], again["sections"], strict=True):
        assert [clause["heading"] for clause in other["clauses"]] == [
            clause["heading"] for clause in section["clauses"]
        ]
        assert other.get("condition") == section.get("condition")
    assert again["sections"][3]["clauses"][0]["library"]["position"] == "fallback-1"
    assert [question["name"] for question in again["questions"]] == [each["name"] for each in kept["questions"]]
    assert again["questions"][3]["items"][1]["type"] == "number"


@pytest.mark.parametrize(
    ("label", "name"), [("Monthly fee (EUR)", "monthly_fee_eur"), ("2nd party", "answer_2nd_party"), ("", "answer")]
)
def test_a_question_has_a_name_by_its_label(label: str, name: str) -> None:
    assert slug(label) == name


def letters(typed: dict[str, Any]) -> list[str]:
    return ["".join(clause["text"] for clause in section["clauses"]) for section in typed["sections"]]


@pytest.mark.parametrize(
    ("act", "left", "focus"),
    [
        ("up:s.0.1", ["ba", "cd"], "up-s.0.0"),
        ("up:s.0.0", ["ab", "cd"], "up-s.0.0"),
        ("up:s.1.0", ["abc", "d"], "up-s.0.2"),
        ("down:s.0.1", ["a", "bcd"], "down-s.1.0"),
        ("down:s.0", ["cd", "ab"], "down-s.1"),
        ("remove:s.1.1", ["ab", "c"], "add-s.1"),
        ("remove:s.0", ["cd"], "add-s"),
        ("add:s", ["ab", "cd", ""], "id_s-2-heading"),
        ("add:s.1", ["ab", "cd"], "id_s-1-c-2-heading"),
        ("remove:s.7.1", ["ab", "cd"], ""),
        ("up:x.1", ["ab", "cd"], ""),
        ("remove:s", ["ab", "cd"], ""),
    ],
)
def test_a_button_does_what_it_says(act: str, left: list[str], focus: str) -> None:
    sections = [{"heading": "", "clauses": [{"text": each} for each in pair]} for pair in ("ab", "cd")]
    typed = typed_of({"questions": [], "sections": sections})

    assert acted(typed, act, {}) == focus
    assert letters(typed) == left


def test_a_template_is_written_by_hand(page: Client, alice: Actor) -> None:
    library = approved(alice)
    url = reverse("template-compose")
    assert "Add a section" in page.get(url).content.decode()
    typed = typed_of(composition((library, "preferred")))
    sent = flat(typed) | {"name": "Hand made", "category": "services", "risk": "high", "owner_id": str(alice.user_id)}

    drawn = page.post(url, {**sent, "act": "add:q"}, headers={"HX-Request": "true"}).content.decode()
    assert 'id="id_q-5-label"' in drawn
    assert PREFERRED[:40] in drawn
    assert "<html" not in drawn
    answer = page.post(url, sent)

    template = Template.objects.get()
    assert (template.name, template.risk, answer["Location"]) == (
        "Hand made", "high", reverse("template", args=[template.pk]),
    )  # fmt: skip
    shown = page.get(answer["Location"]).content.decode()
    assert "“Has fee” is yes" in shown
    assert "library, version 1" in shown
    assert "Hand made" in page.get(reverse("library-clause", args=[library.clause_id])).content.decode()


def test_what_is_wrong_stands_beside_its_control(page: Client, alice: Actor) -> None:
    typed = typed_of(composition())
    typed["sections"][0]["clauses"][0]["text"] = "Between us and {nobody}."
    typed["sections"][2]["condition"] = '{"field": "gone", "is_set": true}'
    sent = flat(typed) | {"name": "Wrong", "category": "services", "risk": "high", "owner_id": str(alice.user_id)}

    answer = page.post(reverse("template-compose"), sent)

    shown = answer.content.decode()
    assert (answer.status_code, Template.objects.count()) == (400, 0)
    assert 'id="id_s-0-c-0-text_error"' in shown
    assert 'href="#id_s-2-condition"' in shown
    assert "Between us and {nobody}." in shown
    assert shown.count("No question has the name nobody.") == 2


@pytest.mark.parametrize(("act", "there"), [("preview", True), ("preview-no", False)])
def test_a_preview_has_example_answers(page: Client, alice: Actor, act: str, there: bool) -> None:
    sent = flat(typed_of(composition())) | {"name": "x"}

    shown = page.post(reverse("template-compose"), {**sent, "act": act}).content.decode()

    assert ("The fee is 10." in shown) is there
    assert "This is between us and ‹Who›." in shown
    assert Template.objects.count() == 0


def test_the_next_version_begins_where_it_is_said_and_overwrites_nobody(page: Client, alice: Actor) -> None:
    template = composed_template(alice)
    url = reverse("template-recompose", args=[template.pk])
    sent = flat(typed_of(template.versions.get().composition)) | {"title": "Two", "seen": "1", "note": "two"}

    assert page.post(url, sent)["Location"] == reverse("template", args=[template.pk])
    late = page.post(url, {**sent, "title": "Three"})

    assert late.status_code == 400
    assert "There is version 2 meanwhile" in late.content.decode()
    assert "Alice changed this while you were editing" in late.content.decode()
    assert 'name="seen" value="2"' in late.content.decode()
    assert 'value="Three"' in late.content.decode()
    assert "It begins with the words of version 1." in page.get(f"{url}?from=1").content.decode()
    assert page.get(f"{url}?from=9").status_code == 404
    assert [version.note for version in TemplateVersion.objects.order_by("number")] == ["", "two"]


def test_newer_words_are_told_and_taken(page: Client, alice: Actor) -> None:
    library = approved(alice)
    template = approved_composed(alice, (library, "preferred"))
    url = reverse("template", args=[template.pk])
    assert "something newer" not in page.get(url).content.decode()
    renewed(alice, library)
    assert "version 1 here, version 2 in the library" in page.get(url).content.decode()

    page.post(reverse("template-take-over", args=[template.pk]))

    newest = template.versions.get(number=2)
    assert newest.composition["sections"][3]["clauses"][0]["library"]["number"] == 2
    assert newest.approved_at is None
    assert "something newer" not in page.get(url).content.decode()


def test_the_list_takes_as_many_queries_for_many(page: Client, alice: Actor) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert page.get(reverse("templates")).status_code == 200
        return len(counted)

    composed_template(alice)
    few = queries()
    for number in range(4):
        composed_template(alice, name=f"Written {number}")
    assert queries() == few


def test_the_page_takes_as_many_queries_for_many_clauses(page: Client, alice: Actor) -> None:
    library = approved(alice)
    few = composed_template(alice, (library, "preferred"), name="Few")
    many = composed_template(alice, *[(library, "preferred"), (library, "fallback-1")] * 5, name="Many")

    counts = []
    for template in (few, many):
        for name in ("template", "template-recompose"):
            with CaptureQueriesContext(connection) as counted:
                assert page.get(reverse(name, args=[template.pk])).status_code == 200
            counts.append(len(counted))
    assert counts[:2] == counts[2:]


def test_the_api_takes_a_composition_and_gives_it_back(api: APIClient, alice: Actor) -> None:
    library = approved(alice)
    sent = {"name": "By token", "category": "services", "composition": composition((library, "preferred"))}
    made = api.post("/api/v1/templates/compositions/", sent, format="json")

    assert made.status_code == 201
    version = made.data["versions"][0]
    kept = api.get(f"/api/v1/template-versions/{version['id']}/composition/").data
    assert kept["composition"]["sections"][3]["clauses"][0]["text"] == PREFERRED
    assert kept["composition"]["sections"][2]["condition"] == {"field": "has_fee", "in": [True]}
    assert kept["newer_words"] == []
    newest = renewed(alice, library)
    newer = api.get(f"/api/v1/template-versions/{version['id']}/composition/").data["newer_words"]
    assert newer == [
        {
            "section": 3, "clause": 0, "library_clause": str(library.clause_id), "version": str(newest.pk), "number": 2,
            "position": "preferred",
        }
    ]  # fmt: skip

    again = {"composition": composition(title="Two"), "note": "two", "seen": 1}
    url = f"/api/v1/templates/{made.data['id']}/compositions/"
    assert api.post(url, again, format="json").data["number"] == 2
    late = api.post(url, {**again, "composition": composition(title="Three")}, format="json")
    assert (late.status_code, late.data["code"]) == (409, "changed_meanwhile")


def test_the_api_says_where_it_is_wrong(api: APIClient, alice: Actor) -> None:
    given = composition()
    given["sections"][0]["clauses"][0]["text"] = "{nobody}"

    answer = api.post("/api/v1/templates/compositions/", {"name": "x", "composition": given}, format="json")

    assert (answer.status_code, answer.data["code"]) == (400, "composition_wrong")
    assert "sections.0.clauses.0.text" in str(answer.data)


@pytest.mark.parametrize("number", ["abc", "9" * 5000, [], {}, -1.5, None, True])
def test_a_tie_that_says_nonsense_is_refused(api: APIClient, alice: Actor, number: Any) -> None:
    tie = {"version": "bogus", "position": "preferred", "number": number}
    given = {"title": "", "sections": [{"heading": "A", "clauses": [{"text": "x", "library": tie}]}], "questions": []}

    answer = api.post("/api/v1/templates/compositions/", {"name": "x", "composition": given}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (400, "composition_wrong")
    assert answer.json()["errors"] == {"sections.0.clauses.0.library": ["The library has no such position."]}


def test_a_word_document_has_no_composition(api: APIClient, alice: Actor, acme: Cast) -> None:
    from tests.contracts.library_of import draft_template

    version = draft_template(alice).versions.get()

    assert api.get(f"/api/v1/template-versions/{version.pk}/composition/").status_code == 404
