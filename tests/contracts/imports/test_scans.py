"""Scans: read where the machine can, said where it cannot, and read later."""

from __future__ import annotations

import io
import shutil
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfWriter

from clm.documents import ocr
from clm.jobs.models import Job
from clm.jobs.runner import Progress, run
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.pdf import render_pdf
from contracts.models import Contract, Version
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.imports.recognize_import import recognize_import
from contracts.papers import import_reading, read_paper
from contracts.papers.scans import request_recognition
from tests.contracts.imports.packed import done, packed, read, started, text_of, tried, work
from tests.shared_data import installed

WORDS = "This agreement is governed by the law of Germany"


def picture_of_words() -> bytes:
    """A PDF whose only page is a picture of WORDS: what a scanner gives."""
    image = Image.new("L", (1650, 600), 255)
    pen = ImageDraw.Draw(image)
    pen.text((80, 200), WORDS, fill=0, font=ImageFont.load_default(52))
    buffer = io.BytesIO()
    image.save(buffer, "PDF", resolution=150)
    return buffer.getvalue()


def blank_scan() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@pytest.fixture
def without_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr.shutil, "which", lambda _name: None)


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Programs of the names that are looked for: whatever `ocrmypdf` is given, it answers with the paper it has."""
    made = read_words(tmp_path)
    for name in ocr.PROGRAMS:
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\nfor last; do :; done\ncp "{made}" "$last"\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def read_words(folder: Path) -> Path:
    found = folder / "words.pdf"
    found.write_bytes(render_pdf(f"<p>{WORDS}</p>"))
    return found


def test_a_scan_is_filed_with_a_note_and_read_once_the_machine_can(
    alice: Actor, monkeypatch: pytest.MonkeyPatch, stand_in: Path
) -> None:
    monkeypatch.setattr(ocr, "PROGRAMS", ("ocrmypdf", "not-installed"))
    batch = read(alice, packed({"scan.pdf": blank_scan(), "a.txt": text_of(1)}))
    rows = tried(alice, batch)
    assert [row.outcome for row in rows.values()] == ["ready", "ready"]
    assert any("install ocrmypdf and tesseract" in each["message"] for each in rows[1].notes)
    with pytest.raises(DomainError, match="not-installed is not installed"):
        recognize_import(actor=alice, import_id=batch.pk)
    monkeypatch.setattr(ocr, "PROGRAMS", ("ocrmypdf", "tesseract"))
    recognize_import(actor=alice, import_id=batch.pk)
    work(batch)
    assert batch.state == "mapping"
    tried(alice, batch)
    contract = done(alice, batch)[1].contract

    assert contract is not None
    version = contract.versions.get()
    assert WORDS in version.text
    assert "text_recognized" in version.warnings
    # What was scanned is what is filed.
    assert version.blob.sha256 == batch.files.get(path="scan.pdf").blob.sha256


def test_a_filed_scan_gets_its_words_as_the_next_version(
    alice: Actor, page: Client, stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = create_contract(actor=alice, title="Old lease")
    scan = add_version(actor=alice, contract_id=contract.pk, paper=read_paper(blank_scan(), "lease.pdf"))
    assert f"/contracts/versions/{scan.pk}/recognize/" in page.get(f"/contracts/versions/{scan.pk}/").content.decode()

    job = request_recognition(alice, version_id=scan.pk)
    run(job.pk, job.organization_id)

    assert Job.objects.get(pk=job.pk).state == "succeeded"
    first, second = Version.objects.filter(contract=contract).order_by("number")
    assert (first.text, WORDS in second.text, second.note) == (
        "", True, "The words of version 1, recognized on its pictures.",
    )  # fmt: skip
    assert Contract.objects.filter(search="germany").count() == 1
    with pytest.raises(DomainError, match="There is a newer version"):
        request_recognition(alice, version_id=scan.pk)


def test_the_page_of_a_scan_says_what_to_install(alice: Actor, page: Client, without_programs: None) -> None:
    contract = create_contract(actor=alice, title="Old lease")
    scan = add_version(actor=alice, contract_id=contract.pk, paper=read_paper(blank_scan(), "lease.pdf"))

    shown = page.get(f"/contracts/versions/{scan.pk}/").content.decode()

    assert "install ocrmypdf tesseract" in shown
    assert "recognize" not in shown


def test_a_program_that_fails_or_hangs_harms_nothing(stand_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (stand_in / "ocrmypdf").write_text("#!/bin/sh\nexit 7\n")
    with pytest.raises(ocr.Refused, match="could not be read"):
        ocr.recognized(blank_scan(), lambda: None)
    (stand_in / "ocrmypdf").write_text("#!/bin/sh\nsleep 60\n")
    monkeypatch.setattr(ocr, "WALL_SECONDS", 0.7)
    with pytest.raises(ocr.Refused, match="too long"):
        ocr.recognized(blank_scan(), lambda: None)


def test_a_long_scan_keeps_its_job_alive_and_ends_with_it(
    alice: Actor, stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (stand_in / "ocrmypdf").write_text("#!/bin/sh\nsleep 60\n")
    for module in (ocr, import_reading):
        monkeypatch.setattr(module, "BEAT_SECONDS", 0.2)
    real, beats = Progress.report, []

    def report(self: Progress, *given: Any) -> None:
        beats.append(given)
        if len(beats) == 6:
            Job.objects.update(cancel_requested_at=clock.now())
        real(self, *given)

    monkeypatch.setattr(Progress, "report", report)
    batch = started(alice, packed({f"{n}.pdf": blank_scan() for n in range(4)}))
    begun = time.monotonic()
    job = Job.objects.get(subject_id=batch.pk)
    run(job.pk, job.organization_id)
    assert (Job.objects.get(pk=job.pk).state, batch.files.filter(is_read=True).count()) == ("cancelled", 0)

    beats.clear()
    contract = create_contract(actor=alice, title="Old lease")
    scan = add_version(actor=alice, contract_id=contract.pk, paper=read_paper(blank_scan(), "lease.pdf"))
    job = request_recognition(alice, version_id=scan.pk)
    run(job.pk, job.organization_id)

    assert (Job.objects.get(pk=job.pk).state, len(beats)) == ("cancelled", 6)
    assert time.monotonic() - begun < 30


def test_words_of_a_real_scan_are_read(alice: Actor) -> None:
    for name in ocr.PROGRAMS:
        installed(shutil.which(name), name)
    batch = read(alice, packed({"scan.pdf": picture_of_words()}))
    tried(alice, batch)

    contract: Any = done(alice, batch)[1].contract

    assert WORDS in " ".join(contract.versions.get().text.split())
