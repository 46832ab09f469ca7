"""Help: every document's links lead somewhere, each side reads its own, and pages link to what is about them."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from clm.embedded.places import PROJECT
from clm.lib.actor import Actor
from clm.pages.help import PAGES, anchor_of, text_of
from tests.cast import Cast
from tests.contracts.papers import draft_contract

BACKEND = "django.contrib.auth.backends.ModelBackend"
SLUGS = [
    "administrator", "amendments", "approver", "counterparties", "definitions", "drafting", "librarian", "records",
    "requesting", "risk", "seal", "service-levels", "signer", "using",
]  # fmt: skip


def client_of(cast: Cast, role: str) -> Client:
    client = Client()
    client.force_login(cast.users[role], backend=BACKEND)
    return client


def test_each_page_is_a_document_that_the_image_has() -> None:
    assert sorted(PAGES) == SLUGS
    assert text_of("drafting").title == "Writing a draft"
    assert ("beside-the-draft", "Beside the draft") in text_of("drafting").parts
    assert "!docs" in (PROJECT / ".dockerignore").read_text().split()
    assert "COPY . ." in (PROJECT / "Dockerfile").read_text()


@pytest.mark.parametrize("slug", SLUGS)
def test_every_link_of_a_document_resolves(acme: Cast, slug: str) -> None:
    client = client_of(acme, "counterparty" if slug == "counterparties" else "finance")

    page = client.get(reverse("pages:help_page", args=[slug]))

    text = text_of(slug)
    assert page.status_code == 200
    assert "](" not in text.html
    assert text.html in page.content.decode()
    for href in re.findall(r'href="([^"]*)"', text.html):
        path, _, anchor = href.partition("#")
        found = client.get(path).content.decode()
        assert not anchor or f'id="{anchor}"' in found, href
    for anchor, words in text.parts:
        assert (f'id="{anchor}"' in text.html, anchor_of(words)) == (True, anchor)


def test_documents_that_are_not_shown_are_read_as_words() -> None:
    assert "<span>decision record 5</span>" in text_of("using").html
    assert ".md" not in "".join(re.findall(r'href="([^"]*)"', text_of("using").html))


def test_a_document_is_named_by_what_it_says() -> None:
    assert '<a href="/help/using/">How Covenant is used</a>' in text_of("drafting").html


def test_each_side_is_offered_its_own(acme: Cast) -> None:
    theirs = client_of(acme, "counterparty")
    ours = client_of(acme, "finance")

    assert "How negotiating here works" in theirs.get(reverse("pages:help")).content.decode()
    assert "library" not in theirs.get(reverse("pages:help")).content.decode()
    assert "How the library is kept" in ours.get(reverse("pages:help")).content.decode()
    assert theirs.get(reverse("pages:help_page", args=["drafting"])).status_code == 404
    assert ours.get(reverse("pages:help_page", args=["counterparties"])).status_code == 404
    assert ours.get(reverse("pages:help_page", args=["running"])).status_code == 404


def test_pages_link_to_what_is_about_them(page: Client, alice: Actor) -> None:
    contract = draft_contract(alice)
    for url, slug, label in (
        (reverse("draft", args=[contract.pk]), "drafting", "How drafting works"),
        (reverse("changes", args=[contract.pk]), "drafting", "How drafting works"),
        (reverse("requests"), "requesting", "How contracts are asked for"),
        (reverse("templates"), "librarian", "How the library is kept"),
        (reverse("library-clauses"), "librarian", "How the library is kept"),
        (reverse("parties"), "records", "How records are kept"),
    ):
        shown = page.get(url).content.decode()
        assert f'href="/help/{slug}/"' in shown, url
        assert label in shown
    assert 'class="head-sub head-help"' not in page.get(reverse("inbox")).content.decode()
    assert f'href="{reverse("pages:help")}"' in page.get(reverse("inbox")).content.decode()


def test_a_cell_of_a_table_says_its_column() -> None:
    assert '<td data-label="What it means">somebody works on it</td>' in text_of("requesting").html
