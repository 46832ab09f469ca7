"""PDFs as they come: with what could act, with forms, and with signatures of others that must not be broken."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, FloatObject, NameObject, TextStringObject

from clm.access.permissions import system_actor
from clm.documents.blobs import read_blob
from clm.documents.extraction.extracted import Refused
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.access.signing import SIGNER
from contracts.adapters.active_content import as_signed, quiet
from contracts.adapters.seal_data import KeyPlace
from contracts.adapters.sealing import seal
from contracts.adapters.signing_paper import signing_paper
from contracts.models import Envelope, EnvelopeEvent, SigningLink
from contracts.operations.add_version import add_version
from contracts.operations.set_terms import set_terms
from contracts.operations.signing.ask_signing_code import MOST_WRONG, ask_signing_code, give_signing_code
from contracts.operations.signing.change_envelope import change_envelope
from contracts.operations.signing.create_envelope import create_envelope
from contracts.operations.signing.guards import Pass
from contracts.operations.signing.open_signing_link import refuse_signing_link
from contracts.operations.signing.send_envelope import send_envelope
from contracts.papers import read_paper
from contracts.papers.envelopes import make_envelope_paper, put_scan
from contracts.papers.executed import seal_envelope
from contracts.papers.sealing import read_paper_signatures, seal_behind
from contracts.queries.signing import envelope_rows
from contracts.queries.verification import verdict_on
from tests.contracts.other_side.planted import pdf_file
from tests.contracts.papers import TERMS, newest
from tests.contracts.signing.sent import BEATE, CARL, ORIGIN, field_on, ready_contract, sent, signed, token_of
from tests.contracts.signing.test_sealing import paper as blank_pdf
from tests.contracts.signing.test_sealing import pdfsig


def built(*changes: Callable[[PdfWriter], None], of: bytes = b"") -> bytes:
    writer, made = PdfWriter(clone_from=PdfReader(io.BytesIO(of or blank_pdf()))), io.BytesIO()
    for change in changes:
        change(writer)
    writer.write(made)
    return made.getvalue()


def action(kind: str, **more: Any) -> DictionaryObject:
    return DictionaryObject({NameObject("/S"): NameObject(kind), **{NameObject(f"/{k}"): v for k, v in more.items()}})


def with_script(writer: PdfWriter) -> None:
    script = writer._add_object(action("/JavaScript", JS=TextStringObject("app.alert(1)")))
    tree = DictionaryObject({NameObject("/Names"): ArrayObject([TextStringObject("begin"), script])})
    writer.root_object[NameObject("/Names")] = DictionaryObject({NameObject("/JavaScript"): tree})


def opens_with(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/OpenAction")] = action("/Launch", F=TextStringObject("cmd.exe"))


def with_file(writer: PdfWriter) -> None:
    writer.add_attachment("plan.exe", b"MZ")


def with_note(kind: str, **more: Any) -> Callable[[PdfWriter], None]:
    def change(writer: PdfWriter) -> None:
        box = ArrayObject(FloatObject(each) for each in (100, 700, 300, 740))
        note = {"/Type": NameObject("/Annot"), "/Subtype": NameObject(kind), "/Rect": box, **more}
        row = DictionaryObject({NameObject(name): value for name, value in note.items()})
        page = writer.pages[0]
        kept = list(page.get("/Annots") or [])
        page[NameObject("/Annots")] = ArrayObject([*kept, writer._add_object(row)])

    return change


def filled_form(writer: PdfWriter) -> None:
    """A field whose value only its own appearance shows."""
    shown = DecodedStreamObject()
    font = DictionaryObject({NameObject(k): NameObject(v) for k, v in
                             (("/Type", "/Font"), ("/Subtype", "/Type1"), ("/BaseFont", "/Helvetica"))})  # fmt: skip
    fonts = DictionaryObject({NameObject("/F1"): font})
    shown.set_data(b"BT /F1 12 Tf 2 6 Td (Seven percent) Tj ET")
    shown[NameObject("/Type")], shown[NameObject("/Subtype")] = NameObject("/XObject"), NameObject("/Form")
    shown[NameObject("/BBox")] = ArrayObject(FloatObject(each) for each in (0, 0, 200, 40))
    shown[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    looks = DictionaryObject({NameObject("/N"): writer._add_object(shown)})
    facts = {"/AP": looks, "/FT": NameObject("/Tx"), "/T": TextStringObject("discount")}
    with_note("/Widget", **facts)(writer)
    fields = ArrayObject([writer.pages[0]["/Annots"][-1].indirect_reference])
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): fields})


def with_xfa(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/XFA"): TextStringObject("<xdp/>")})


BAD_LINK = with_note("/Link", **{"/A": action("/URI", URI=TextStringObject("javascript:alert(1)"))})
GOOD_LINK = with_note("/Link", **{"/A": action("/URI", URI=TextStringObject("https://acme.example/"))})
ACTIVE = {
    "javascript": with_script, "launch": opens_with, "files": with_file, "media": with_note("/RichMedia"),
}  # fmt: skip


def test_what_could_act_is_taken_out_and_named() -> None:
    everything = built(*ACTIVE.values(), BAD_LINK, GOOD_LINK, filled_form)
    found = quiet(everything)
    assert found.removed == ("javascript", "launch", "forms", "files", "media")
    for trace in (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/AcroForm", b"/Widget"):
        assert trace in everything
        assert trace not in found.content, trace
    links = [note.get_object().get("/A") for note in PdfReader(io.BytesIO(found.content)).pages[0]["/Annots"]]
    assert [each["/URI"] for each in links if each] == ["https://acme.example/"]
    # What the form showed is part of the page.
    assert "Seven percent" in PdfReader(io.BytesIO(found.content)).pages[0].extract_text()
    assert quiet(blank_pdf()).removed == ()


@pytest.mark.parametrize("kind", list(ACTIVE))
def test_a_copy_of_what_was_signed_may_not_act_for_it_cannot_be_cleaned(alice: Actor, kind: str) -> None:
    with pytest.raises(Refused) as refusal:
        as_signed(built(ACTIVE[kind]))
    assert (refusal.value.code, kind in refusal.value.message) == ("active_signed", True)


def test_data_in_a_copy_of_what_was_signed_is_let_be() -> None:
    """What an executed text carries; nothing else by its name."""

    def carrying(name: str, content: bytes) -> bytes:
        return built(lambda writer: writer.add_attachment(name, content) and None)

    data = carrying("events.jsonl", b'{"number":1}\n{"number":2}\n')
    assert as_signed(data).content == data
    for name, content in (("events.jsonl", b"MZ\x90"), ("events.exe", b"{}"), ("events.json", b"alert(1)")):
        with pytest.raises(Refused):
            as_signed(carrying(name, content))
    assert quiet(data).removed == ("files",)


def test_pages_made_by_a_program_are_refused(alice: Actor) -> None:
    with pytest.raises(Refused) as refusal:
        signing_paper(built(with_xfa))
    assert refusal.value.code == "active_form"
    with pytest.raises(Invalid):
        put_scan(alice, built(with_script))


def contract_with(alice: Actor, content: bytes) -> Any:
    contract = ready_contract(alice)
    add_version(actor=alice, contract_id=contract.pk, paper=read_paper(content, "theirs.pdf"))
    set_terms(actor=alice, version_id=newest(contract).pk, terms=TERMS)
    return contract


def test_the_page_says_what_was_taken_out(alice: Actor, page: Client) -> None:
    contract = contract_with(alice, built(with_script, of=pdf_file()))
    paper = make_envelope_paper(alice, newest(contract).pk)
    envelope = _prepare(alice, paper, BEATE, CARL)
    assert envelope.paper_removed == ["javascript"]
    shown = page.get(envelope.get_absolute_url()).content.decode()
    assert "Taken out of the PDF before it is signed" in shown
    answer = page.get(reverse("envelope-paper", args=[envelope.pk]))
    assert b"/JavaScript" not in answer.content
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_file_that_takes_nothing_more_is_left_as_it_is(trial_folder: Path, settings: Any) -> None:
    """Its first signature said that nothing may come later: a seal behind it would break it."""
    settings.SEAL_FOLDER = trial_folder
    certified = seal(blank_pdf(), KeyPlace(trial_folder), None, reason="Whole").content
    assert seal_behind(certified, reason="Executed") is None


def test_a_paper_that_bears_signatures_keeps_them(
    alice: Actor, trial_folder: Path, tmp_path: Path, settings: Any
) -> None:
    """Our seal comes behind them, and the certificate is its own file."""
    settings.SEAL_FOLDER = trial_folder
    theirs = seal(pdf_file(), KeyPlace(trial_folder), None, reason="We signed", certifies=False).content
    contract = contract_with(alice, theirs)
    paper = make_envelope_paper(alice, newest(contract).pk)
    assert (paper.is_signed, paper.stored.sha256) == (True, newest(contract).blob.sha256)
    with pytest.raises(Invalid) as placed:
        _prepare(alice, paper, replace(BEATE, fields=[field_on()]), CARL)
    assert placed.value.code == "paper_signed"
    envelope = _complete(alice, _prepare(alice, paper, BEATE, CARL))
    assert seal_envelope(envelope.pk)
    found = envelope_rows().get(pk=envelope.pk)
    executed, proof = read_blob(found.executed), read_blob(found.certificate)
    assert executed.startswith(theirs)
    reading = read_paper_signatures(executed)
    assert [each.holds for each in reading.signatures] == [True, True]
    assert pdfsig(executed, tmp_path).count("Signature is Valid.") == 2
    assert found.executed.sha256 in "".join(PdfReader(io.BytesIO(proof)).pages[0].extract_text().split())
    verdict = verdict_on(proof)
    assert verdict.known is not None
    assert verdict.is_whole


def _prepare(alice: Actor, paper: Any, *people: Any) -> Envelope:
    envelope = create_envelope(actor=alice, paper=paper)
    return change_envelope(actor=alice, envelope_id=envelope.pk, recipients=people)


def _complete(alice: Actor, envelope: Envelope) -> Envelope:
    send_envelope(actor=alice, envelope_id=envelope.pk)
    for name in ("Beate", "Carl"):
        signed(alice, envelope, name)
    return Envelope.objects.get(pk=envelope.pk)


def test_who_holds_a_link_cannot_swell_the_record(alice: Actor) -> None:
    """Refusals are noted one by one at first, then as often as their number doubles; guessing closes the link."""
    envelope = sent(alice)
    token = token_of(BEATE.email)
    link, robot = SigningLink.objects.get(), system_actor(SIGNER, alice.organization_id)
    for _time in range(33):
        refuse_signing_link(actor=robot, link_id=link.pk, code="not_yours", given=Pass(token), origin=ORIGIN)
    noted = EnvelopeEvent.objects.filter(kind="refused").order_by("number")
    assert [each.detail.get("times", 1) for each in noted] == [1, 2, 3, 4, 5, 6, 7, 8, 16, 32]

    begun = clock.now()
    for turn in range(MOST_WRONG):
        with clock.set_to(begun + timedelta(minutes=13 * (turn // 5))):
            if turn % 5 == 0:
                ask_signing_code(actor=robot, given=Pass(token), origin=ORIGIN)
            assert give_signing_code(actor=robot, given=Pass(token), code="x", origin=ORIGIN) == ""
    link.refresh_from_db()
    assert link.ended_at is not None
    assert EnvelopeEvent.objects.filter(kind="refused").latest("number").detail["code"] == "codes_guessed"
    assert EnvelopeEvent.objects.filter(kind="code_wrong").count() <= 10
    assert envelope.state == "sent"
