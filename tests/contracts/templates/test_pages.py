"""The library by its pages and by the API: what people do, see and are refused, and how many queries it takes."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from clm.lib.actor import Actor
from contracts.models import Contract, Template, Version
from contracts.operations.templates.import_template import import_template
from tests.cast import Cast
from tests.contracts.library_of import LINES, METADATA, approved_template, draft_template, short_file, word
from tests.proof import left_behind

BACKEND = "django.contrib.auth.backends.ModelBackend"


def files(metadata: bytes = METADATA, lines: tuple[str, ...] = LINES) -> dict[str, Any]:
    return {
        "file": SimpleUploadedFile("nda.docx", word(*lines)),
        "metadata": SimpleUploadedFile("metadata.yaml", metadata),
    }


def test_a_template_is_imported_approved_and_used_by_hand(page: Client, alice: Actor) -> None:
    facts = {"risk": "high", "owner_id": str(alice.user_id), **files()}
    answer = page.post(reverse("template-new"), facts)
    template = Template.objects.get()
    assert answer["Location"] == reverse("template", args=[template.pk])
    shown = page.get(answer["Location"]).content.decode()
    assert "Who signs" in shown
    assert "Delaware, New York" in shown

    page.post(reverse("template-approve", args=[template.pk, template.versions.get().pk]))
    assert "in use" in page.get(reverse("template", args=[template.pk])).content.decode()

    asked = page.get(reverse("template-draft", args=[template.pk])).content.decode()
    assert asked.index("Parties") < asked.index("Dates") < asked.index("Law")
    typed = {"title": "NDA", "answer-party_name": "Cirrus", "answer-signed_on": "2026-03-31", "answer-law": "New York"}
    answer = page.post(reverse("template-draft", args=[template.pk]), typed)

    contract = Contract.objects.get()
    assert answer["Location"] == reverse("contract", args=[contract.pk])
    assert "The law of New York governs" in Version.objects.get().text


def test_what_was_typed_stays_beside_what_is_wrong(page: Client, alice: Actor) -> None:
    template = approved_template(alice)
    before = left_behind()
    typed = {"title": "NDA", "answer-party_name": "", "answer-signed_on": "soon", "answer-has_extras": "on"}

    answer = page.post(reverse("template-draft", args=[template.pk]), {**typed, "answer-law": "New York"})

    shown = answer.content.decode()
    assert answer.status_code == 400
    assert "This field is required." in shown
    assert "Enter a date as year-month-day" in shown
    assert 'value="NDA"' in shown
    assert '<option value="New York" selected' in shown
    assert "checked" in shown
    assert (left_behind(), Contract.objects.count()) == (before, 0)


def test_a_template_without_approval_is_not_drafted_from(page: Client, alice: Actor) -> None:
    template = draft_template(alice)

    answer = page.get(reverse("template-draft", args=[template.pk]), follow=True)

    assert "No version of this template is approved" in answer.content.decode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (files(b"name: x"), "has no field in the metadata"),
        (files(b"name: ["), "no YAML"),
        ({**files(), "file": SimpleUploadedFile("nda.txt", b"{party_name} and us")}, "A template is a Word document"),
        ({**files(), "metadata": SimpleUploadedFile("m.yaml", b"#" * 300_000)}, "larger than any such file"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_beside_its_field(
    page: Client, alice: Actor, sent: dict[str, Any], said: str
) -> None:
    for file in sent.values():
        file.seek(0)
    answer = page.post(reverse("template-new"), {"risk": "standard", "owner_id": str(alice.user_id), **sent})

    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert Template.objects.count() == 0


def test_versions_are_added_and_a_template_is_retired_by_hand(page: Client, alice: Actor) -> None:
    template = approved_template(alice)
    sent = {"note": "more", **files(lines=(*LINES, "More."))}
    page.post(reverse("template-version-new", args=[template.pk]), sent)
    shown = page.get(reverse("template", args=[template.pk])).content.decode()
    assert "Questions of version 2" in shown

    page.post(reverse("template-retire", args=[template.pk]), {"reason": "old"})
    assert Template.objects.get().state == "retired"


def test_a_document_comes_down_and_a_version_is_printed(page: Client, api: APIClient, alice: Actor) -> None:
    template = approved_template(alice)
    page.post(reverse("template-draft", args=[template.pk]), {"title": "NDA", "answer-party_name": "Cirrus"})
    version = Version.objects.get()

    docx = page.get(reverse("template-file", args=[template.versions.get().pk]))
    pdf = page.get(reverse("version-print", args=[version.pk]))

    assert b"".join(docx.streaming_content).startswith(b"PK")
    assert pdf.content.startswith(b"%PDF-")
    assert api.get(reverse("api-version-print", args=[version.pk])).content == pdf.content


def test_the_list_takes_as_many_queries_for_many_as_for_few(page: Client, api: APIClient, alice: Actor) -> None:
    file = short_file()
    counts: dict[str, list[int]] = {}
    for number in range(30):
        import_template(actor=alice, file=file, name=f"Template {number:02}")
        if number + 1 in (3, 30):
            for client, name in ((page, "templates"), (api, "api-templates")):
                client.get(reverse(name))
                with CaptureQueriesContext(connection) as made:
                    assert "Template 02" in client.get(reverse(name), {"page_size": 100}).content.decode()
                counts.setdefault(name, []).append(len(made))

    assert [found[0] == found[1] for found in counts.values()] == [True, True]


def test_the_whole_way_by_the_api(api: APIClient, alice: Actor) -> None:
    made = api.post("/api/v1/templates/", {"risk": "high", **files()}, format="multipart", HTTP_IDEMPOTENCY_KEY="one")
    assert (made.status_code, made.data["name"], made.data["state"]) == (201, "Short NDA", "draft")
    at = f"/api/v1/templates/{made.data['id']}/"
    version = made.data["versions"][0]["id"]

    assert api.post(f"{at}approval/", {"version": version}).data["version_in_use"] == 1
    asked = api.get(f"/api/v1/template-versions/{version}/").data["questions"]
    assert [question["name"] for question in asked] == ["party_name", "signed_on", "has_extras", "law"]

    body = {"title": "NDA", "answers": {"party_name": "Cirrus", "signed_on": "2026-03-31"}}
    for _time in range(2):
        draft = api.post(
            f"/api/v1/template-versions/{version}/drafts/", body, format="json", HTTP_IDEMPOTENCY_KEY="two"
        )
        assert (draft.status_code, draft.data["title"], draft.data["category"]) == (201, "NDA", "nda")
    assert Contract.objects.count() == 1

    added = api.post(f"{at}versions/", {"note": "more", **files(lines=(*LINES, "More."))}, format="multipart")
    assert (added.status_code, added.data["number"]) == (201, 2)
    assert api.post(f"{at}retirement/", {"reason": "old"}, format="json").data["state"] == "retired"
    assert [version["number"] for version in api.get(at).data["versions"]] == [2, 1]


def test_the_api_approves_only_what_was_named(api: APIClient, alice: Actor) -> None:
    template = draft_template(alice)
    at = f"/api/v1/templates/{template.pk}/"
    first = str(template.versions.get().pk)
    api.post(f"{at}versions/", files(lines=(*LINES, "More.")), format="multipart")
    before = left_behind()

    silent = api.post(f"{at}approval/", {}, format="json")
    former = api.post(f"{at}approval/", {"version": first}, format="json")

    assert (silent.status_code, silent["Content-Type"]) == (400, "application/problem+json")
    assert (silent.json()["code"], list(silent.json()["errors"])) == ("invalid", ["version"])
    assert (former.status_code, former.json()["code"]) == (409, "not_newest")
    assert (left_behind(), Template.objects.get().state) == (before, "draft")


def test_the_api_says_what_is_wrong_beside_each_answer(api: APIClient, alice: Actor) -> None:
    version = approved_template(alice).versions.get()
    body = {"title": "NDA", "answers": {"signed_on": "soon"}}

    refused = api.post(f"/api/v1/template-versions/{version.pk}/drafts/", body, format="json")

    assert (refused.status_code, refused.json()["code"]) == (400, "answers_wrong")
    assert set(refused.json()["errors"]) == {"party_name", "signed_on"}


def test_another_organization_finds_no_template(globex: Cast, alice: Actor) -> None:
    template = approved_template(alice)
    version = template.versions.get()
    stranger, client = APIClient(), Client()
    for each in (stranger, client):
        each.force_login(globex.users["legal"], backend=BACKEND)
    before = left_behind()
    at = f"/api/v1/templates/{template.pk}/"

    assert [stranger.get(url).status_code for url in (at, f"/api/v1/template-versions/{version.pk}/")] == [404, 404]
    posts = (f"{at}approval/", f"{at}retirement/", f"{at}versions/", f"/api/v1/template-versions/{version.pk}/drafts/")
    assert [stranger.post(url, {}).status_code for url in posts] == [404] * 4
    pages = [reverse(name, args=[template.pk]) for name in ("template", "template-draft", "template-retire")]
    assert [client.get(url).status_code for url in pages] == [404] * 3
    assert left_behind() == before
