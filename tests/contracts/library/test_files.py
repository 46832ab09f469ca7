"""The library as a file: what comes out goes in again, row by row, all or nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry
from clm.lib.actor import Actor
from clm.lib.errors import Forbidden, Invalid
from contracts.adapters.library_files import HEAD, MOST_CLAUSES, read_library
from contracts.models import LibraryClause
from contracts.operations.library.import_library import import_library
from contracts.operations.library.retire_library_clause import retire_library_clause
from tests.cast import Cast
from tests.contracts.library.shelf import BAD, FALLBACK, LADDER, NEXT, PREFERRED, approved, shelved
from tests.proof import left_behind

AT = "/api/v1/library-clauses/"
SUPPORT: dict[str, Any] = {
    "title": "Support", "category": "support", "risk": "low", "guidance": "-5 is no formula",
    "mandatory_for": ["hosting", "services"], "positions": [{"kind": "preferred", "text": "Somebody answers."}],
}  # fmt: skip


def outcomes(actor: Actor, *entries: dict[str, Any], is_trial: bool = False) -> list[tuple[str, str]]:
    found = import_library(actor=actor, entries=entries, is_trial=is_trial)
    return [(row.title, row.outcome) for row in found.rows]


def test_clauses_are_added_changed_and_left_alone(alice: Actor) -> None:
    version = approved(alice)
    same = {"title": "availability", "positions": NEXT}

    assert outcomes(alice, SUPPORT, same) == [("Support", "added"), ("availability", "changed")]

    support = LibraryClause.objects.get(title="Support")
    facts = (support.state, support.risk, support.owner_id, support.mandatory_for)
    assert facts == ("draft", "low", alice.person_id, ["hosting", "services"])
    assert [(each.number, each.state) for each in version.clause.versions.all()] == [(1, "approved"), (2, "draft")]
    version.refresh_from_db()
    assert version.positions == LADDER
    entry = LedgerEntry.objects.filter(event="library.imported").get()
    assert entry.after == {"added": 1, "changed": 1, "unchanged": 0}
    assert LibraryClause.objects.get(title="availability").category == "service_level"


def test_the_same_file_again_changes_nothing(alice: Actor) -> None:
    import_library(actor=alice, entries=[SUPPORT])
    before = LedgerEntry.objects.filter(event__startswith="library_clause").count()

    assert outcomes(alice, SUPPORT) == [("Support", "unchanged")]
    assert LedgerEntry.objects.filter(event__startswith="library_clause").count() == before


def test_one_wrong_clause_keeps_all_out_and_each_says_why(alice: Actor) -> None:
    gone = shelved(alice, title="Gone")
    retire_library_clause(actor=alice, clause_id=gone.pk, reason="Old")
    before = left_behind()
    entries: list[dict[str, Any]] = [
        SUPPORT,
        {"title": "Support", "positions": LADDER},
        {"title": "Weather", "category": "weather", "positions": LADDER},
        {"title": "Owned", "category": "support", "owner": "nobody@acme.example", "positions": LADDER},
        {"title": "Bare"},
        {"title": "Gone", "guidance": "New"},
        {"title": "Ladder", "category": "support", "positions": LADDER[1:]},
    ]

    found = import_library(actor=alice, entries=entries)

    assert (found.is_done, left_behind()) == (False, before)
    assert found.counts == {"added": 1, "changed": 0, "unchanged": 0, "wrong": 6}
    assert [(row.place, dict(row.errors)) for row in found.rows[1:]] == [
        (2, {"title": ["This title stands in the file twice."]}),
        (3, {"category": ["There is no such choice."]}),
        (4, {"owner": ["No member has this address."]}),
        (5, {"category": ["A new clause needs it."], "positions": ["A new clause needs it."]}),
        (6, {"title": ["This clause is retired."]}),
        (7, {"positions": ["A ladder has one preferred position."]}),
    ]


def test_a_trial_writes_nothing(alice: Actor) -> None:
    before = left_behind()

    assert outcomes(alice, SUPPORT, is_trial=True) == [("Support", "added")]
    assert left_behind() == before


def test_only_librarians_import(acme: Cast) -> None:
    with pytest.raises(Forbidden):
        import_library(actor=acme["procurement"], entries=[SUPPORT])


def test_another_library_has_its_own(acme: Cast, globex: Cast) -> None:
    import_library(actor=acme["legal"], entries=[SUPPORT])

    with organization_scope(globex.organization.pk):
        assert outcomes(globex["legal"], SUPPORT) == [("Support", "added")]


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_what_goes_out_comes_in_again_as_it_is(page: Client, alice: Actor, kind: str) -> None:
    approved(alice, guidance='=SUM(A1), say "no"\nand ask', attribution="Ours")
    import_library(actor=alice, entries=[SUPPORT])
    answer = page.get(reverse("library-export"), {"as": kind})
    content = b"".join(answer) if answer.streaming else answer.content
    assert f"covenant-clauses.{kind}" in answer["Content-Disposition"]
    entries = read_library(content, f"x.{kind}")

    assert entries[0] == {
        "title": "Availability", "category": "service_level", "risk": "medium", "owner": "alice@acme.example",
        "guidance": "=SUM(A1), say \"no\"\nand ask", "mandatory_for": ["hosting"], "attribution": "Ours",
        "positions": LADDER,
    }  # fmt: skip
    assert outcomes(alice, *entries) == [("Availability", "unchanged"), ("Support", "unchanged")]


def test_a_file_of_a_spreadsheet(alice: Actor) -> None:
    text = (
        "title,category,mandatory_for,kind,text,why\r\n"
        f'Availability,service_level,hosting; services,preferred,"{PREFERRED}",\r\n'
        f'Availability,,,fallback,"{FALLBACK}",Where the fee is low\r\n'
        f',,,unacceptable,"{BAD}",It promises nothing\r\n'
        "Support,support,,preferred,Somebody answers.,\r\n"
    )

    first, second = read_library(text.encode("utf-8-sig"), "clauses.csv")

    assert first == {
        "title": "Availability", "category": "service_level", "mandatory_for": ["hosting", "services"],
        "positions": LADDER,
    }  # fmt: skip
    assert second["positions"] == [{"kind": "preferred", "text": "Somebody answers.", "why": ""}]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", b"{", "The file is not JSON."),
        ("a.json", b"[" * 200_000, "The file is not JSON."),
        ("a.json", b"{}", "The file is no list of clauses, or an empty one."),
        ("a.json", b"[1]", "Clause 1 is not an object."),
        ("a.json", b'[{"title": 1}]', "Clause 1: title is not text."),
        ("a.json", b'[{"tilte": "x"}]', "Clause 1 has what no clause has: tilte."),
        ("a.json", b'[{"positions": [{"kind": 1}]}]', "Clause 1: a position is not made of the texts kind, text, why."),
        ("a.json", b'[{"mandatory_for": "x"}]', "Clause 1: mandatory_for is not a list of texts."),
        ("a.csv", b"\xff\xfe", "The file is not UTF-8 text."),
        ("a.csv", b"a,b\n1,2\n", f"There is no column a. Columns are {', '.join(HEAD)}."),
        ("a.csv", b"category\nx\n", f"The column title is missing. Columns are {', '.join(HEAD)}."),
        ("a.csv", b"title,kind\nx\n", "A line has another number of cells than the first one."),
        ("a.csv", b'title\n"x\n', "The file is not CSV: line 1."),
        ("a.json", json.dumps([{}] * (MOST_CLAUSES + 1)).encode(), "A file has at most 1000 clauses."),
    ],
)
def test_what_is_no_library(name: str, content: bytes, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_library(content, name)

    assert (refusal.value.code, refusal.value.message) == ("file_wrong", said)


def _file(*entries: dict[str, Any]) -> SimpleUploadedFile:
    return SimpleUploadedFile("clauses.json", json.dumps({"clauses": entries}).encode())


def test_a_librarian_looks_at_a_file_and_imports_it(page: Client, alice: Actor) -> None:
    url = reverse("library-import")
    assert url in page.get(reverse("library-clauses")).content.decode()
    nothing = page.post(url, {})
    assert (nothing.status_code, "Choose a file." in nothing.content.decode()) == (400, True)
    wrong = page.post(url, {"file": _file({"title": "Bare"}, SUPPORT)})
    text = wrong.content.decode()
    assert (wrong.status_code, "Nothing was imported" in text, "A new clause needs it." in text) == (400, True, True)

    looked = page.post(url, {"file": _file(SUPPORT)})
    assert (looked.status_code, LibraryClause.objects.count()) == (200, 0)
    assert "1 to add, 0 to change, 0 as they are, 0 wrong." in looked.content.decode()
    done = page.post(url, {"entries": looked.context["entries"]}, follow=True)
    assert "Imported: 1 added, 0 changed." in done.content.decode()
    assert LibraryClause.objects.get().title == "Support"
    assert page.post(url, {"entries": "{"}).status_code == 400


def test_by_the_api(api: APIClient, alice: Actor) -> None:
    url = f"{AT}import/"
    tried = api.post(url, {"clauses": [SUPPORT], "dry_run": True}, format="json")
    assert (tried.status_code, tried.data["is_done"], tried.data["counts"]["added"]) == (200, False, 1)
    wrong = api.post(url, {"clauses": [SUPPORT, {"title": "Bare"}]}, format="json")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "import_wrong")
    assert [row["outcome"] for row in wrong.json()["parameters"]["rows"]] == ["added", "wrong"]
    assert LibraryClause.objects.count() == 0

    done = api.post(url, {"file": _file(SUPPORT)}, format="multipart")
    assert (done.status_code, done.data["is_done"]) == (200, True)
    assert done.data["rows"] == [{"place": 1, "title": "Support", "outcome": "added", "faults": {}}]
    out = api.get(f"{AT}export/")
    assert [each["title"] for each in out.data["clauses"]] == ["Support"]
    lines = api.get(f"{AT}export/", {"as": "csv"}).content.decode("utf-8-sig").splitlines()
    assert lines[0] == ",".join(HEAD)
    assert lines[1].startswith("Support,support,low,alice@acme.example,'-5 is no formula,hosting; services,")


def test_an_export_asks_as_often_for_many(page: Client, alice: Actor) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            b"".join(page.get(reverse("library-export")))
        return len(counted)

    shelved(alice)
    few = queries()
    import_library(actor=alice, entries=[{**SUPPORT, "title": f"Support {number}"} for number in range(30)])

    assert queries() == few


UNKEPT: list[dict[str, Any]] = [
    {"title": "Sup\x00port"}, {"guidance": "a\x00b"}, {"title": "a\ud800b"}, {"mandatory_for": ["\ud800"]},
    {"positions": [{"kind": "preferred", "text": "a\x00b"}]}, {"positions": [{"kind": "preferred", "text": "\udc00"}]},
    {"\ud800": 1},
]  # fmt: skip


@pytest.mark.parametrize("bad", UNKEPT)
def test_characters_that_nothing_keeps_are_refused(api: APIClient, page: Client, bad: dict[str, Any]) -> None:
    content = json.dumps([SUPPORT, SUPPORT | bad])
    message = "Clause 2 has characters that no document can show."
    with pytest.raises(Invalid) as refused:
        read_library(content.encode(), "clauses.json")
    assert (refused.value.code, refused.value.fields) == ("file_wrong", {"file": [message]})

    sent = api.post(f"{AT}import/", f'{{"clauses": {content}}}', content_type="application/json")
    file = SimpleUploadedFile("clauses.json", content.encode())
    filed = api.post(f"{AT}import/", {"file": file}, format="multipart")
    shown = page.post(reverse("library-import"), {"entries": content})

    assert [each.status_code for each in (sent, filed, shown)] == [400, 400, 400]
    assert filed.json()["errors"] == {"file": [message]}
    assert message in shown.content.decode()
    assert not LibraryClause.objects.exists()


def test_a_line_with_nothing_in_it_is_refused(page: Client) -> None:
    with pytest.raises(Invalid, match="no document can show"):
        read_library(b"title,guidance\nSupport,a\x00b\n", "clauses.csv")


CSV = (
    "title,category,risk,owner,guidance,kind,text,why\r\n"
    'Availability,service_level,medium,,"Two\nlines",preferred,We keep it up.,\r\n'
    "Availability,,,,,fallback,We try.,Where the fee is low\r\n"
    "Support,weather,huge,nobody@acme.example,,fallback,Somebody answers.,\r\n"
)


def test_all_that_is_wrong_with_a_row_is_said_at_once_with_its_line(page: Client, alice: Actor) -> None:
    answer = page.post(reverse("library-import"), {"file": SimpleUploadedFile("clauses.csv", CSV.encode())})

    first, second = answer.context["lines"]
    assert (answer.status_code, first.line, second.line) == (400, 2, 5)
    assert second.faults == [
        ("owner", "No member has this address."),
        ("category", "There is no such choice."),
        ("risk", "There is no such choice."),
        ("kind, text, why", "A ladder has one preferred position."),
    ]
    assert "<code>kind, text, why</code> A ladder has one preferred position." in answer.content.decode()


def test_what_a_file_changes_is_said_in_words(page: Client, alice: Actor) -> None:
    approved(alice)
    entry = {"title": "Availability", "guidance": "Hold on to it", "positions": NEXT}

    answer = page.post(reverse("library-import"), {"file": _file(entry, SUPPORT)})

    assert [each.touched for each in answer.context["lines"]] == ["Guidance, Positions", ""]
    text = answer.content.decode()
    assert ("Changes: Guidance, Positions" in text, "A new clause, as a draft" in text) == (True, True)


def test_the_file_is_asked_for(page: Client, alice: Actor) -> None:
    assert "(optional)" not in page.get(reverse("library-import")).content.decode().split("<main")[1]
