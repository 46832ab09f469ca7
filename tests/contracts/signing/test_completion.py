"""After the last signature: one sealed PDF with its certificate, once, and tried again until it is there."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from clm.access.permissions import system_actor
from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry
from clm.documents.blobs import put_content, read_blob
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.notify.models import Letter, Notification
from clm.notify.tasks import send_letters
from contracts.access.signing import DESK
from contracts.adapters.active_content import as_signed
from contracts.models import Envelope, EnvelopeEvent
from contracts.operations.change_party import change_party
from contracts.operations.signing.attach_seal import SealedPapers, attach_seal, note_seal_failure, retry_seal
from contracts.operations.signing.remind_recipient import correct_recipient
from contracts.papers.executed import executed_bytes, seal_envelope
from contracts.papers.happened import instant_of
from contracts.queries.signing import envelope_rows
from contracts.queries.verification import Finding, verdict_on
from contracts.tasks import seal_envelopes
from tests.access.test_routes import organization_scope_left
from tests.cast import Cast
from tests.contracts.signing.authority import PASSWORD, Authority
from tests.contracts.signing.sent import BEATE, CARL, completed, field_on, person, ready_contract, sent, signed
from tests.contracts.signing.test_pages import Visitor
from tests.contracts.signing.test_sealing import altered, pdfsig
from tests.contracts.signing.test_sealing import paper as blank_pdf


@pytest.fixture(autouse=True)
def seal_key(settings: Any, trial_folder: Path) -> Iterator[None]:
    settings.SEAL_FOLDER = trial_folder
    return


def sealed(alice: Actor) -> Envelope:
    envelope = completed(alice, replace(BEATE, fields=[field_on()]), CARL)
    assert seal_envelope(envelope.pk)
    return envelope_rows().get(pk=envelope.pk)


def texts_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def test_the_executed_paper_has_the_signatures_and_everything_that_happened(alice: Actor, tmp_path: Path) -> None:
    envelope = sealed(alice)
    assert envelope.executed is not None
    content = read_blob(envelope.executed)
    text, *certificate = texts_of(content)
    assert "Beate Baum" in text  # in its place on the page
    said = " ".join(" ".join(certificate).split())
    for words in (
        "Certificate of signature", "Beate Baum", "carl@cirrus.example", "203.0.113.7", "Browser of the tests",
        "without a time stamp: the instants are this installation's own", "Sealed with a key for trying out",
    ):  # fmt: skip
        assert words in said, words
    together = "".join(" ".join(certificate).split())
    events = EnvelopeEvent.objects.filter(envelope=envelope).exclude(kind="sealed")
    for hashed in (envelope.version_hash, envelope.paper.sha256, *(event.digest for event in events)):
        assert hashed in together
    assert "Signature is Valid." in pdfsig(content, tmp_path)
    assert (envelope.seal_state, envelope.seal_level, envelope.seal_due_at) == ("sealed", "B-B", None)
    entry = LedgerEntry.objects.get(event="envelope.sealed")
    assert (entry.after["sha256"], entry.after["level"]) == (envelope.executed.sha256, "B-B")
    assert Notification.objects.filter(kind="envelope.sealed").count() == 1


def test_anybody_computes_the_hashes_again_without_covenant(alice: Actor, tmp_path: Path) -> None:
    """By the programs that docs/seal.md names: the certificate says what events say, and carries what is hashed."""
    envelope = sent(alice, replace(BEATE, fields=[field_on()]), CARL)
    party = envelope.contract.parties.get(role="counterparty").party
    change_party(actor=alice, party_id=party.pk, name="Totally Different LLC")
    carl = person(envelope, "Carl")
    correct_recipient(actor=alice, recipient_id=carl.pk, name="Carl Client", email="carl.other@elsewhere.example")
    for name in ("Beate", "Carl"):
        signed(alice, envelope, name)
    assert seal_envelope(envelope.pk)
    executed = envelope_rows().get(pk=envelope.pk).executed
    assert executed is not None
    (tmp_path / "executed.pdf").write_bytes(read_blob(executed))
    said = " ".join(" ".join(texts_of(read_blob(executed))).split())
    together = said.replace(" ", "")
    assert "dict_values" not in said
    assert "TotallyDifferent" not in together  # a party stays named as it was when the text went out
    assert party.name.replace(" ", "") in together
    for words in (
        "to:carl.other@elsewhere.example",
        "before:carl@cirrus.example",
        "codeby:mail",
        "signedas:CarlClient",
    ):
        assert words in together, words

    check = (
        "pdfdetach -saveall executed.pdf && "
        """while IFS= read -r line; do printf %s "$line" | sha256sum; done < events.jsonl"""
    )
    run = subprocess.run(["bash", "-c", check], cwd=tmp_path, capture_output=True, text=True, check=True)
    hashes = [line.split()[0] for line in run.stdout.splitlines()]
    events = list(EnvelopeEvent.objects.filter(envelope=envelope).exclude(kind="sealed").order_by("number"))
    assert hashes == [each.digest for each in events]
    lines = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [each["before"] for each in lines] == ["", *hashes[:-1]]
    assert all(each in together for each in hashes)
    assert all(instant_of(each.at).replace(" ", "") in together for each in events)
    filled = (tmp_path / "filled-in.json").read_bytes()
    assert hashlib.sha256(filled).hexdigest() == events[-1].detail["values"]
    assert as_signed(read_blob(executed)).is_signed  # it is filed elsewhere as a copy of what was signed


def test_everybody_gets_a_link_to_it(alice: Actor) -> None:
    envelope = completed(alice, BEATE, replace(CARL, role="in_copy"))
    seal_envelope(envelope.pk)
    send_letters()
    wrote = set(Letter.objects.filter(kind="signing.copy").values_list("to_address", flat=True))
    assert wrote == {"beate@acme.example", "carl@cirrus.example"}
    carl = Visitor()
    token = carl.come_in("carl@cirrus.example")
    shown = carl.get("signing", token).content.decode()
    executed = envelope_rows().get(pk=envelope.pk).executed
    assert executed is not None
    assert executed.sha256 in shown
    fetched = carl.get("signing-executed", token)
    assert hashlib.sha256(fetched.content).hexdigest() == executed.sha256
    assert EnvelopeEvent.objects.get(kind="fetched").by == "Carl Client"
    assert executed.sha256 in str(mail.outbox[-2].body) + str(mail.outbox[-1].body) + str(mail.outbox[-3].body)


def test_a_failed_time_stamp_is_told_and_tried_again_until_there_is_one(
    alice: Actor, authority: Authority, settings: Any
) -> None:
    settings.TSA_URL, settings.TSA_ROOTS = authority.url.replace("tsa/tsa", "tsa/nobody"), str(authority.roots)
    settings.SEAL_PKCS12, settings.SEAL_PKCS12_PASSWORD = str(authority.pkcs12), PASSWORD
    envelope = completed(alice)
    begun = clock.now()
    for attempt in (1, 2):
        with clock.set_to(begun):
            assert not seal_envelope(envelope.pk)
        envelope.refresh_from_db()
        assert (envelope.seal_state, envelope.seal_attempts, envelope.executed) == ("waiting", attempt, None)
        assert envelope.seal_due_at == begun + timedelta(minutes=attempt)
        assert envelope.seal_error.startswith("Not sealed: ")
    assert Notification.objects.filter(kind="envelope.seal_failed").count() == 1
    retry_seal(actor=alice, envelope_id=envelope.pk)

    settings.TSA_URL = authority.url
    assert seal_envelope(envelope.pk)
    envelope.refresh_from_db()
    assert (envelope.seal_state, envelope.seal_level, envelope.seal_error) == ("sealed", "B-LTA", "")
    with pytest.raises(DomainError):
        retry_seal(actor=alice, envelope_id=envelope.pk)


def test_the_first_paper_that_is_attached_is_the_one(alice: Actor) -> None:
    envelope = sealed(alice)
    stored = put_content(alice.organization_id, b"%PDF another", "application/pdf")
    desk = system_actor(DESK, alice.organization_id)
    attach_seal(actor=desk, envelope_id=envelope.pk, made=SealedPapers(stored, "B-B", "x"))
    envelope.refresh_from_db()
    assert envelope.executed is not None
    assert envelope.executed.sha256 != stored.sha256


def test_nothing_is_certified_where_an_event_was_altered(alice: Actor) -> None:
    envelope = completed(alice)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE contracts_envelopeevent SET at = at - interval '1 day' WHERE number = 2")
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert not seal_envelope(envelope.pk)
    envelope.refresh_from_db()
    assert envelope.seal_error == "Event 2 of this envelope was altered."


def test_the_task_seals_what_is_due_once(acme: Cast, alice: Actor) -> None:
    envelope = completed(alice)
    assert seal_envelopes() == 1
    assert seal_envelopes() == 0
    envelope.refresh_from_db()
    assert envelope.seal_state == "sealed"


def test_a_paper_whose_pages_lie_elsewhere_has_its_signatures_on_what_is_seen(alice: Actor) -> None:
    """Boxes that begin beside the origin, and a page that is turned."""
    from pypdf import PdfWriter
    from pypdf.generic import RectangleObject

    from contracts.operations.add_version import add_version
    from contracts.operations.set_terms import set_terms
    from contracts.papers import read_paper
    from tests.contracts.other_side.planted import pdf_file
    from tests.contracts.papers import TERMS, newest

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_file())))
    page = writer.pages[0]
    page.mediabox = page.cropbox = RectangleObject((-50, -50, float(page.mediabox.right), float(page.mediabox.top)))
    page.rotate(90)
    made = io.BytesIO()
    writer.write(made)
    contract = ready_contract(alice)
    add_version(actor=alice, contract_id=contract.pk, paper=read_paper(made.getvalue(), "turned.pdf"))
    set_terms(actor=alice, version_id=newest(contract).pk, terms=TERMS)
    envelope = completed(alice, replace(BEATE, fields=[field_on(x=10, y=10)]), CARL, contract=contract)
    assert envelope.pages[0]["width"] > envelope.pages[0]["height"]

    found: list[tuple[float, float]] = []
    first = PdfReader(io.BytesIO(executed_bytes(envelope_rows().get(pk=envelope.pk)))).pages[0]
    box = first.cropbox

    def look(text: str, cm: Any, tm: Any, font: Any, size: Any) -> None:
        if "Beate" in text:
            x, y = tm[4] * cm[0] + tm[5] * cm[2] + cm[4], tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            found.append((x - float(box.left), float(box.top) - y))

    first.extract_text(visitor_text=look)
    ((x, y),) = found
    assert 8 < x < 20
    assert 30 < y < 55


def test_anybody_verifies_by_file_and_by_hash(alice: Actor, tmp_path: Path) -> None:
    envelope = sealed(alice)
    assert envelope.executed is not None
    content = read_blob(envelope.executed)
    verdict = verdict_on(content)
    assert verdict.is_whole
    assert verdict.finding == Finding.UNPROVED  # nobody vouches for a key for trying out
    assert verdict.known is not None
    assert verdict.known.reference == envelope.contract.reference
    assert not verdict_on(altered(content)).is_whole

    nobody = Client()
    with organization_scope_left():
        by_hash = nobody.post(reverse("verify"), {"sha256": envelope.executed.sha256}).content.decode()
        assert "Byte for byte the executed text" in by_hash
        by_file = nobody.post(reverse("verify"), {"file": io.BytesIO(content)}).content.decode()
        assert "Not changed, but nobody vouches for who sealed it" in by_file
        assert "sealed with a key for trying out, which anybody can make" in by_file
        assert "no authority confirms that" in by_file
        changed = nobody.post(reverse("verify"), {"file": io.BytesIO(altered(content))}).content.decode()
        assert "This file was changed after it was signed" in changed
        assert "Broken: what it covers is not what was signed." in changed
        unknown = nobody.post(reverse("verify"), {"sha256": "0" * 64}).content.decode()
        assert "Nothing is known of this" in unknown
        assert nobody.post(reverse("verify"), {"sha256": "beef"}).status_code == 400
        assert nobody.post(reverse("verify"), {}).status_code == 400
    for private in ("beate@acme.example", "Carl", "Cirrus"):
        assert private not in by_hash + by_file


def test_the_command_says_the_same(alice: Actor, tmp_path: Path, capsys: Any) -> None:
    envelope = sealed(alice)
    assert envelope.executed is not None
    content = read_blob(envelope.executed)
    (tmp_path / "executed.pdf").write_bytes(content)
    (tmp_path / "changed.pdf").write_bytes(altered(content))
    with pytest.raises(CommandError, match="sealed with a key for trying out") as unproved:
        call_command("verify_document", str(tmp_path / "executed.pdf"))
    assert unproved.value.returncode == 4
    said = capsys.readouterr().out
    assert f"sha256: {envelope.executed.sha256}" in said
    assert f"executed text of this installation: {envelope.contract.reference} Hosting, sealed" in said
    assert "signature 1: whole" in said
    assert "level:       B-B" in said
    assert "(for trying out: it proves nobody)" in said
    with pytest.raises(CommandError, match="CHANGED after it was signed") as failure:
        call_command("verify_document", str(tmp_path / "changed.pdf"))
    assert failure.value.returncode == 1
    for name, content, code in (("no.pdf", b"no PDF", 2), ("unsigned.pdf", blank_pdf(), 3)):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(CommandError) as refused:
            call_command("verify_document", str(tmp_path / name))
        assert refused.value.returncode == code
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_document", str(tmp_path / "none.pdf"))


def test_one_changed_byte_is_found_by_all_three_checks(
    alice: Actor, authority: Authority, tmp_path: Path, settings: Any
) -> None:
    """Of a page, of the record that is attached, and in the very middle, by `pdfsig`, by the command and on the public
    page; the file as it is passes all of them."""
    settings.SEAL_PKCS12, settings.SEAL_PKCS12_PASSWORD = str(authority.pkcs12), PASSWORD
    settings.TSA_URL, settings.TSA_ROOTS = authority.url, str(authority.roots)
    settings.SEAL_TRUST = str(authority.roots)
    executed = sealed(alice).executed
    assert executed is not None
    content = read_blob(executed)
    places = [*streams_in(content), len(content) // 2]
    assert len(set(places)) == 3

    assert findings(content, tmp_path) == ("Signature is Valid.", 0, "Whole, and who sealed it is proved")
    for place in places:
        changed = bytearray(content)
        changed[place] ^= 1
        found = ("Digest Mismatch.", 1, "This file was changed after it was signed")
        assert findings(bytes(changed), tmp_path) == found, place


def streams_in(content: bytes) -> tuple[int, int]:
    """Where the words of the first page and those of the first attached file lie."""
    reader = PdfReader(io.BytesIO(content))
    names = reader.trailer["/Root"]["/Names"]["/EmbeddedFiles"]["/Names"]  # type: ignore[index]
    raw = [reader.pages[0].raw_get("/Contents"), names[1].get_object()["/EF"].raw_get("/F")]
    begins = [reader.xref[each.generation][each.idnum] for each in raw]
    page, attached = (content.index(b"stream", begin) + len(b"stream") + 8 for begin in begins)
    return page, attached


def findings(content: bytes, folder: Path) -> tuple[str, int, str]:
    """What `pdfsig` says of the seal, how the command ends, and what the public page says."""
    said = re.findall(r"Signature Validation: (.+)", pdfsig(content, folder))[0]
    (folder / "executed.pdf").write_bytes(content)
    code = 0
    try:
        call_command("verify_document", str(folder / "executed.pdf"))
    except CommandError as failure:
        code = failure.returncode
    with organization_scope_left():
        page = Client().post(reverse("verify"), {"file": io.BytesIO(content)}).content.decode()
    (heading,) = re.findall("<h2>(.*?)</h2>", page, re.DOTALL)
    return said, code, re.sub("<[^>]+>", "", heading).strip()


def test_another_organization_does_not_fetch_it(alice: Actor, charlie: Actor, globex: Cast) -> None:
    envelope = sealed(alice)
    stranger = Client()
    stranger.force_login(globex.users["charlie"], backend="django.contrib.auth.backends.ModelBackend")
    with organization_scope(globex.organization.pk):
        for name in ("envelope", "envelope-executed", "envelope-paper"):
            assert stranger.get(reverse(name, args=[envelope.pk])).status_code == 404


def test_no_secret_is_written_anywhere(alice: Actor, caplog: Any) -> None:
    """Neither into the ledger, nor the letters' rows, nor the logs."""
    envelope = sent(alice)
    beate = Visitor()
    token = beate.come_in("beate@acme.example")
    code = str(mail.outbox[-1].body).split("Your code is ")[1][:6]
    kept = repr([list(model.objects.values()) for model in (LedgerEntry, Letter, EnvelopeEvent, Notification)])
    logged = "\n".join(f"{record.msg} {record.__dict__}" for record in caplog.records)
    assert token not in kept + logged
    assert f"'{code}'" not in kept + logged
    assert str(envelope.pk) in kept


def test_however_often_it_failed_it_is_tried_again(alice: Actor) -> None:
    envelope = completed(alice)
    Envelope.objects.filter(pk=envelope.pk).update(seal_attempts=60)
    desk = system_actor(DESK, alice.organization_id)
    failed = note_seal_failure(actor=desk, envelope_id=envelope.pk, error="No answer")
    assert failed.seal_attempts == 61
    assert failed.seal_due_at is not None
    assert failed.seal_due_at > clock.now()


def test_what_waits_is_counted_for_whoever_runs_it(alice: Actor, settings: Any) -> None:
    from clm.api.metrics import OwnGauges

    settings.SEAL_PKCS12 = "/nowhere/seal.p12"
    envelope = completed(alice)
    assert not seal_envelope(envelope.pk)
    Letter.objects.update(due_at=clock.now())
    values = {family.name: family.samples[0].value for family in OwnGauges().collect()}
    assert values["covenant_seals_failed"] == 1
    assert values["covenant_letters_waiting"] == Letter.objects.count()
    envelope.refresh_from_db()
    assert envelope.seal_error == "The key of the seal cannot be read: No such file or directory."
