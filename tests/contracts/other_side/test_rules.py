"""The rules behind what the other side sees, one by one."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document
from pypdf import PdfReader, PdfWriter
from rest_framework.test import APIClient

from clm.access.permissions import can, visible
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import NotVisible
from clm.lib.pdf import render_pdf
from contracts import queries
from contracts.access.other_side import file_name_for
from contracts.adapters.outgoing import clean_pdf, clean_upload
from contracts.engine.body import body_of
from contracts.models import Clause, Contract, DraftClause, Passage, Terms, Version
from contracts.operations.add_version import add_version
from contracts.operations.change_contract import change_contract
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.edit_clause import edit_clause
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.remove_clause import remove_clause
from contracts.papers import put_paper, read_paper
from contracts.papers.comparisons import request_comparison
from contracts.queries import comments
from contracts.queries.finding import found_for
from tests.cast import Cast
from tests.contracts.comments.talk import negotiated, open_to_other_side, thread
from tests.contracts.other_side.crawl import in_package
from tests.contracts.other_side.planted import SECRETS, word_file
from tests.contracts.papers import SENTENCE, TERMS, TEXT, draft_contract, newest, passage_in, text_paper

BACKEND = "django.contrib.auth.backends.ModelBackend"


def client_of(cast: Cast, kind: Any = Client) -> Any:
    client = kind()
    client.force_login(cast.users["counterparty"], backend=BACKEND)
    return client


def two_texts(cast: Cast, actor: Actor) -> tuple[Contract, Version, Version]:
    """A contract that the other side sees, its first text handed over, its second ours alone."""
    contract = open_to_other_side(cast, draft_contract(actor))
    given = newest(contract)
    Version.objects.filter(pk=given.pk).update(shared_at=clock.now())
    paper = text_paper(TEXT.replace("99.9", "98.7654"))
    return contract, given, add_version(actor=actor, contract_id=contract.pk, paper=paper)


def test_versions_and_what_hangs_on_them(acme: Cast, alice: Actor) -> None:
    contract, given, private = two_texts(acme, alice)
    passage_in(alice, contract, SENTENCE.replace("99.9", "98.7654"))
    guest = acme["counterparty"]

    assert list(visible(guest, Version.objects.all())) == [given]
    assert set(visible(guest, Clause.objects.values_list("version", flat=True))) == {given.pk}
    assert not visible(guest, Passage.objects.all()).exists()
    assert set(queries.versions(alice, contract)) == {given, private}


def test_terms_are_theirs_once_they_are_agreed(acme: Cast) -> None:
    guest = acme["counterparty"]

    contract = negotiated(acme)

    assert [terms.initial_months for terms in visible(guest, Terms.objects.all())] == [TERMS["initial_months"]]
    assert can(guest, "contracts.view_contract", contract)
    assert not can(guest, "contracts.view_inside", contract)


def test_a_private_version_is_compared_with_nothing(acme: Cast, alice: Actor) -> None:
    contract, given, private = two_texts(acme, alice)
    page, api = client_of(acme), client_of(acme, APIClient)
    asked = {"old": str(given.pk), "new": str(private.pk)}

    assert page.get(reverse("version-compare", args=[contract.pk]), asked).status_code == 302
    assert page.get(reverse("version", args=[private.pk])).status_code == 404
    assert api.get(f"/api/v1/versions/{given.pk}/comparison/", {"with": private.pk}).status_code == 404
    assert api.get(f"/api/v1/versions/{private.pk}/comparison/", {"with": given.pk}).status_code == 404
    with pytest.raises(NotVisible):
        request_comparison(acme["counterparty"], old_id=given.pk, new_id=private.pk, form="pdf")


@pytest.mark.parametrize(
    ("words", "ours", "theirs"),
    [("98.7654", 1, 0), ("Hosting", 1, 1), ("calendar month", 1, 1), ("secretly", 1, 0), ("nowhere", 0, 0)],
)
def test_a_search_finds_only_in_what_they_see(acme: Cast, alice: Actor, words: str, ours: int, theirs: int) -> None:
    contract, _given, _private = two_texts(acme, alice)
    change_contract(actor=alice, contract_id=contract.pk, description="secretly cheap")

    for actor, expected in ((alice, ours), (acme["counterparty"], theirs)):
        assert found_for(actor, queries.contracts(actor), words).rows.count() == expected
    hits = client_of(acme).get("/search/", {"q": words}).content.decode()
    assert hits.count(reverse("contract", args=[contract.pk])) == theirs
    found = client_of(acme, APIClient).get("/api/v1/contracts/", {"q": words}).json()["results"]
    assert len(found) == theirs


def test_lists_neither_show_nor_filter_nor_sort_by_what_is_ours(acme: Cast, alice: Actor) -> None:
    two_texts(acme, alice)
    page = client_of(acme)

    shown = page.get(reverse("contracts"), {"all": "1", "columns": "owner,value,title"}).content.decode()
    exported = b"".join(page.get(reverse("contracts"), {"format": "csv", "columns": "owner,value,title"}))

    assert "Alice" not in shown
    assert exported.decode().splitlines()[0].lstrip("\ufeff") == "Title"
    for query in ({"owner": str(alice.user_id)}, {"confidential": "true"}, {"sort": "-value"}):
        assert "Hosting" in page.get(reverse("contracts"), query).content.decode()


def test_the_api_leaves_out_what_is_ours(acme: Cast, alice: Actor, api: APIClient) -> None:
    contract, given, _private = two_texts(acme, alice)
    theirs = client_of(acme, APIClient)
    ours_only = {
        "owner", "department", "value_amount", "currency", "is_confidential", "tags", "description", "custom_fields",
        "ended_on", "kept_until", "risk_band", "risk_score", "is_on_hold",
    }  # fmt: skip

    assert (
        set(api.get(f"/api/v1/contracts/{contract.pk}/").json())
        - set(theirs.get(f"/api/v1/contracts/{contract.pk}/").json())
        == ours_only
    )
    version = theirs.get(f"/api/v1/versions/{given.pk}/").json()
    assert not {"warnings", "document_sha256"} & set(version)
    assert version["note"] == ""
    assert version["file_name"] == f"{contract.reference}-v1.txt"
    for path in (f"contracts/{contract.pk}/timeline/", f"contracts/{contract.pk}/renewal-decisions/", "passages/"):
        assert theirs.get(f"/api/v1/{path}").status_code == 403


def test_names_are_told_of_those_who_wrote(acme: Cast, alice: Actor) -> None:
    contract, given, _private = two_texts(acme, alice)
    page = client_of(acme)
    address = reverse("version", args=[given.pk])
    assert "· Acme" in page.get(address).content.decode()

    thread(alice, contract, "Hello", audience="shared")

    assert "· Alice" in page.get(address).content.decode()


def test_words_of_their_draft_that_they_did_not_hand_over_are_theirs(acme: Cast, alice: Actor) -> None:
    contract, *_ = two_texts(acme, alice)
    guest = acme["counterparty"]
    hand_over(actor=alice, draft_id=begin_draft(actor=alice, contract_id=contract.pk).pk)
    theirs = begin_draft(actor=guest, contract_id=contract.pk)
    reworded, removed = (DraftClause.objects.get(draft=theirs, number=number) for number in ("2.1", "2.2"))
    kept, dropped, gone = (
        thread(guest, contract, "?", audience="shared", draft_clause_id=clause.pk, quote=quote)
        for clause, quote in ((reworded, "98.7654 %"), (reworded, "calendar month"), (removed, ""))
    )
    body = body_of(["The Provider keeps the Service available at least 98.7654 % of each quarter."])
    edit_clause(actor=guest, clause_id=reworded.pk, revision=reworded.revision, heading="Uptime", body=body)
    remove_clause(actor=guest, clause_id=removed.pk)
    hand_over(actor=guest, draft_id=theirs.pk)

    shown = {row.thread.pk: row for row in comments.shown_threads(alice, contract, comments.threads(alice, contract))}

    assert (shown[kept.pk].quote, shown[dropped.pk].quote) == ("98.7654 %", "")
    assert shown[dropped.pk].place.label.endswith("Uptime")
    assert (shown[gone.pk].quote, shown[gone.pk].place.label) == ("", "")
    assert comments.anchor_of(guest, gone) is not None


def test_the_home_page_has_their_agreements(acme: Cast, alice: Actor) -> None:
    contract, _given, _private = two_texts(acme, alice)
    thread(alice, contract, "Hello", audience="shared")
    thread(alice, contract, "Among us")

    home = client_of(acme).get("/").content.decode()

    assert "Your agreements" in home
    assert "1 open comment" in home
    assert "turn" in home


def test_a_word_file_goes_out_as_it_reads() -> None:
    made = Document(io.BytesIO(clean_upload(word_file())))

    assert [paragraph.text for paragraph in made.paragraphs] == TEXT.split("\n")
    assert list(made.comments) == []
    assert (made.core_properties.author, made.core_properties.last_modified_by) == ("", "")


def test_our_people_take_a_file_as_the_other_side_gets_it(acme: Cast, alice: Actor, page: Client) -> None:
    contract = draft_contract(alice)
    paper = put_paper(alice, read_paper(word_file(), "plan.docx"))
    address = reverse("version-file", args=[add_version(actor=alice, contract_id=contract.pk, paper=paper).pk])

    raw, clean = (b"".join(page.get(address, query)) for query in ({}, {"as": "shared"}))

    assert SECRETS["comment in a Word file"] in in_package(raw)
    assert SECRETS["comment in a Word file"] not in in_package(clean)
    assert "availability is lower" in in_package(clean)


def test_a_pdf_goes_out_without_its_author() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(render_pdf("<html><body>Agreed</body></html>"))))
    writer.add_metadata({"/Author": SECRETS["author in a PDF"]})
    made = io.BytesIO()
    writer.write(made)

    cleaned = PdfReader(io.BytesIO(clean_pdf(made.getvalue())))
    assert "/Author" not in (cleaned.metadata or {})
    assert cleaned.pages[0].extract_text() == "Agreed"


def test_each_side_reads_whose_a_version_is_and_how_it_stands(acme: Cast, alice: Actor, page: Client) -> None:
    contract, given, private = two_texts(acme, alice)
    tab = reverse("contract-tab", args=[contract.pk, "versions"])

    theirs = client_of(acme).get(tab).context["versions"]
    ours = page.get(tab).context["versions"]

    assert [(row.pk, row.said["whose"], row.said["stands"]) for row in theirs] == [
        (given.pk, "Theirs: Acme", "received"),
    ]
    assert [(row.pk, row.said["whose"], row.said["stands"]) for row in ours] == [
        (private.pk, "Ours", "draft"), (given.pk, "Ours", "sent"),
    ]  # fmt: skip
    assert "Received" in client_of(acme).get(reverse("version", args=[given.pk])).content.decode()
    assert "Sent" in page.get(reverse("version", args=[given.pk])).content.decode()


def test_no_hash_of_a_file_that_they_do_not_have(acme: Cast, alice: Actor, page: Client) -> None:
    contract, given, _private = two_texts(acme, alice)
    told = [reverse("contract-tab", args=[contract.pk, "versions"]), reverse("version", args=[given.pk])]
    guest = client_of(acme)

    assert [given.content_hash[:12] in page.get(url).content.decode() for url in told] == [True, True]
    assert [given.content_hash[:12] in guest.get(url).content.decode() for url in told] == [False, False]
    detail = client_of(acme, APIClient).get(f"/api/v1/versions/{given.pk}/").data
    assert detail.keys() & {"content_hash", "document_sha256"} == set()
    printed = guest.get(reverse("version-print", args=[given.pk])).content
    assert given.content_hash[:16] not in PdfReader(io.BytesIO(printed)).pages[0].extract_text()
    ours = page.get(reverse("version-print", args=[given.pk])).content
    assert given.content_hash[:16] in PdfReader(io.BytesIO(ours)).pages[0].extract_text()


def test_what_was_written_here_is_named_by_its_version(acme: Cast, alice: Actor) -> None:
    contract = open_to_other_side(acme, draft_contract(alice))
    handed = hand_over(actor=alice, draft_id=begin_draft(actor=alice, contract_id=contract.pk).pk)

    assert handed.file_name == f"{contract.reference}.docx"
    assert file_name_for(alice, handed) == f"{contract.reference}-v2.docx"
    assert file_name_for(alice, handed.contract.versions.get(number=1)) == "agreement.txt"
