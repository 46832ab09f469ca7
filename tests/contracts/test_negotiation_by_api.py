"""A contract is asked for, drafted, negotiated and compared through the API: the walk of the guide, with a token."""

from __future__ import annotations

import io
import re
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from clm.accounts.operations.issue_token import issue_token
from clm.jobs.models import Job
from clm.jobs.runner import run
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.adapters.revisions import accept_all, reject_all
from tests.cast import Cast, add_person
from tests.contracts.negotiated import (
    ANSWERS,
    EDITS,
    FALLBACK,
    INTERNAL,
    LADDER,
    LONGER,
    PARTS,
    REPLACED,
    SHARED,
    TEMPLATE,
    YEARLY,
)
from tests.contracts.redlines.made import text_of
from tests.contracts.word.counter_redline import THEM, answered

Row = dict[str, Any]


class Reader:
    """A reader of the guide, with a token."""

    def __init__(self, secret: str) -> None:
        self.client = APIClient()
        self.client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")

    def get(self, path: str, **query: str) -> Any:
        return self._read(self.client.get(f"/api/v1/{path}", query))

    def post(self, path: str, **sent: Any) -> Any:
        return self._read(self.client.post(f"/api/v1/{path}", sent, format="json"))

    def send(self, path: str, **sent: Any) -> Any:
        return self._read(self.client.post(f"/api/v1/{path}", sent, format="multipart"))

    def file(self, path: str) -> bytes:
        answer = self.client.get(f"/api/v1/{path}")
        assert answer.status_code == 200
        return b"".join(answer.streaming_content)  # type: ignore[attr-defined]

    def _read(self, answer: Any) -> Any:
        assert answer.status_code in (200, 201, 202), answer.json()
        return answer.json()


@pytest.fixture
def reader(alice: Actor) -> Reader:
    return reader_of(alice)


def reader_of(person: Actor) -> Reader:
    scopes = ["contracts.*", "jobs.*", "accounts.*"]
    expires_at = clock.now() + timedelta(days=1)
    _token, secret = issue_token(actor=person, name="Guide", scopes=scopes, expires_at=expires_at)
    return Reader(secret)


def test_the_negotiation_through_the_api(reader: Reader, acme: Cast, alice: Actor, tmp_path: Path) -> None:
    fallback = a_library(reader, reader_of(add_person(acme, "second", ["legal", "administrator"])))
    contract = asked_for_and_drafted(reader, a_template(reader), alice)
    [first] = reader.get(f"contracts/{contract}/versions/")["results"]
    draft = reader.post(f"contracts/{contract}/drafts/")
    replaced_by_the_fallback(reader, draft, fallback)
    commented(reader, contract, draft)
    sent = reader.post(f"drafts/{draft['id']}/handing-over/", note="Our first draft.")
    answer = took_back(reader, contract, sent, tmp_path)
    decided(reader, contract)
    draft = reader.post(f"contracts/{contract}/drafts/")
    last = reader.post(f"drafts/{draft['id']}/handing-over/", note="Our answer.")
    assert reader.get(f"contracts/{contract}/turns/")["results"][0]["side"] == "theirs"
    compared(reader, first, last, tmp_path)
    for pair in ((sent, answer), (answer, last)):
        redlined_exactly(reader, *pair)


def as_file(content: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def a_template(reader: Reader) -> Row:
    """Imported and approved; its version in use."""
    files = {field: as_file((TEMPLATE / name).read_bytes(), name) for field, name in PARTS.items()}
    template = reader.send("templates/", **files)
    found: Row = template["versions"][0]
    reader.post(f"templates/{template['id']}/approval/", version=found["id"])
    return found


def a_library(reader: Reader, approver: Reader) -> Row:
    """One clause with a fallback, approved; its version."""
    clause = reader.post("library-clauses/", title=REPLACED, category="service_level", positions=LADDER)
    clause = approver.post(f"library-clauses/{clause['id']}/approval/", seen=clause["last_change"])
    found: Row = clause["versions"][0]
    return found


def asked_for_and_drafted(reader: Reader, template: Row, alice: Actor) -> str:
    questions = reader.get(f"template-versions/{template['id']}/")["questions"]
    assert {field["name"] for field in questions} >= set(ANSWERS)
    asked = reader.post(
        "requests/", template_version=template["id"], title="Hosting", counterparty="Blue Harbour", answers=ANSWERS
    )
    reader.post(f"requests/{asked['id']}/assignment/", assignee=str(alice.person_id))
    drafted = reader.post(f"requests/{asked['id']}/draft/")
    assert drafted["state"] == "drafted"
    return str(drafted["contract"])


def clause_of(draft: Row, heading: str) -> Row:
    return next(row for row in draft["clauses"] if row["heading"] == heading)


def replaced_by_the_fallback(reader: Reader, draft: Row, version: Row) -> None:
    clause = clause_of(draft, REPLACED)
    sent = {"revision": clause["revision"], "library_version": version["id"], "position": "fallback-1"}
    answer = reader.post(f"draft-clauses/{clause['id']}/position/", **sent)
    assert (answer["clause"]["text"], answer["clause"]["library"]["position"]) == (FALLBACK, "fallback-1")


def commented(reader: Reader, contract: str, draft: Row) -> None:
    clause = clause_of(draft, REPLACED)["id"]
    reader.post(f"contracts/{contract}/threads/", draft_clause=clause, text=INTERNAL)
    reader.post(f"contracts/{contract}/threads/", draft_clause=clause, text=SHARED, audience="shared")
    threads = reader.get(f"contracts/{contract}/threads/")["results"]
    assert [thread["audience"] for thread in threads] == ["shared", "internal"]


def took_back(reader: Reader, contract: str, sent: Row, folder: Path) -> Row:
    """The document goes out, and comes back changed by LibreOffice; the version that it became."""
    outgoing = reader.file(f"versions/{sent['id']}/outgoing/")
    assert FALLBACK in text_of(outgoing)
    assert INTERNAL not in text_of(outgoing)
    answer = as_file(answered(folder, outgoing, EDITS), "answer.docx")
    receipt = reader.send(f"contracts/{contract}/answers/", file=answer)
    assert (receipt["sent"], receipt["is_tracked"], receipt["reads_back"]) == (sent["id"], True, True)
    found: Row = reader.get(f"versions/{receipt['version']}/")
    return found


def decided(reader: Reader, contract: str) -> None:
    """One accepted, one rejected, one countered."""
    changes = reader.get(f"contracts/{contract}/changes/")["results"]
    assert [(row["kind"], row["number"], row["heading"]) for row in changes] == [
        ("added", "1.6", ""),
        ("changed", "1.4", "Feedback and Usage Data"),
        ("changed", "1.3", "User Accounts"),
    ]
    assert {(row["author"], row["tracking"]) for row in changes} == {(THEM, "tracked")}
    assert all(row["changed_at"] for row in changes)
    reports, freely, notify = changes
    reader.post(f"changes/{notify['id']}/acceptance/")
    reader.post(f"changes/{freely['id']}/rejection/")
    reader.post(f"changes/{reports['id']}/counter/", text=YEARLY)
    assert reader.get(f"contracts/{contract}/changes/", state="open")["results"] == []


def compared(reader: Reader, first: Row, last: Row, folder: Path) -> None:
    """As data, as a Word redline and as a PDF."""
    shown = reader.get(f"versions/{last['id']}/comparison/", **{"with": first["id"]})
    changed = [(row["kind"], row["number"]) for row in shown["changes"] if row["kind"] != "same"]
    # Clauses (a) and 11.1 name the clause that the added one moved on: their references followed.
    moved_on = [("changed", "(a)"), ("changed", "11.1")]
    assert changed == [("changed", "1.3"), ("added", "1.6"), *moved_on, ("changed", "3.2")]
    assert last["attribution"] == first["attribution"] != ""
    redlined_exactly(reader, first, last)
    said = pdf_text(paper(reader, first, last, "pdf"), folder)
    for words in (LONGER, "within two days", YEARLY):
        assert words in said


def redlined_exactly(reader: Reader, first: Row, last: Row) -> None:
    """In the looks of the two Word files, whichever program wrote them."""
    old, new = (reader.get(f"versions/{row['id']}/") for row in (first, last))
    redline = paper(reader, first, last, "docx")
    assert (text_of(accept_all(redline)), text_of(reject_all(redline))) == (new["text"], old["text"])


def paper(reader: Reader, first: Row, last: Row, form: str) -> bytes:
    started = reader.post(f"versions/{last['id']}/comparison/papers/", **{"with": first["id"], "form": form})
    job = Job.objects.get(pk=UUID(started["id"]))
    run(job.pk, job.organization_id)
    made = reader.get(f"jobs/{job.pk}/")["result"]
    assert "note" not in made  # which says that it is made of the texts alone
    return reader.file(f"versions/{last['id']}/comparison/papers/{made['paper_id']}/")


def pdf_text(content: bytes, folder: Path) -> str:
    """The words of a PDF as Poppler reads them, with single blanks."""
    file = folder / "comparison.pdf"
    file.write_bytes(content)
    said = subprocess.run(["pdftotext", str(file), "-"], check=True, capture_output=True).stdout.decode()
    return re.sub(r"\s+", " ", said)
