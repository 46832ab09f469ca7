"""Whatever is uploaded, the answer is a document or a refusal, within bounds."""

from __future__ import annotations

import io
import time
import zipfile
import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clm.documents.extraction import DEFAULT, DOCX, PDF, ExtractedDocument, Limits, Refused, extract
from clm.documents.extraction.reading import read_document
from clm.documents.extraction.sandbox import refusal_for_exit, worker_environment
from tests.clm.documents.papers import (
    BONTERMS_SLA,
    CSA,
    W_NS,
    assembled,
    blank_pdf,
    body,
    content_types,
    docx_bytes,
    paragraph,
    zip_bytes,
)
from tests.shared_data import shared

XXE = f'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document xmlns:w="{W_NS}">&x;</w:document>'


def outcome(tmp_path: Path, data: bytes, limits: Limits = DEFAULT) -> str:
    """The code of the refusal, or the media type."""
    path = tmp_path / "upload.bin"
    path.write_bytes(data)
    try:
        return extract(path, limits=limits).media_type
    except Refused as refused:
        return refused.code


def test_a_document_comes_back_whole() -> None:
    assert extract(CSA) == read_document(CSA.read_bytes())
    assert extract(BONTERMS_SLA).media_type == PDF


def test_empty_and_too_large(tmp_path: Path) -> None:
    assert outcome(tmp_path, b"") == "empty_file"
    assert outcome(tmp_path, b"x" * 101, replace(DEFAULT, file_bytes=100)) == "too_large"
    assert outcome(tmp_path, b"word " * 100, replace(DEFAULT, text_chars=100)) == "too_large"


def test_a_bomb_of_one_part(tmp_path: Path) -> None:
    bomb = docx_bytes(body(paragraph("A" * 150_000_000)))
    assert outcome(tmp_path, bomb) == "zip_bomb"


def test_a_bomb_whose_directory_lies(tmp_path: Path) -> None:
    data = docx_bytes(body(paragraph("A" * 90_000_000)))
    size = len(body(paragraph("A" * 90_000_000)))
    lying = data.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lying != data
    assert outcome(tmp_path, lying) == "corrupt"


def test_a_bomb_of_many_entries(tmp_path: Path) -> None:
    parts = {f"word/media/{n}.png": b"" for n in range(3_000)}
    assert outcome(tmp_path, docx_bytes(body(""), parts)) == "zip_bomb"


def test_nested_archives(tmp_path: Path) -> None:
    inner = zip_bytes({"a.txt": b"0" * 1000})
    assert outcome(tmp_path, docx_bytes(body(""), {"word/media/inner.bin": inner})) == "zip_bomb"
    deep = zip_bytes({"xl/more.zip": inner})
    assert outcome(tmp_path, docx_bytes(body(""), {"word/embeddings/a.xlsx": deep})) == "zip_bomb"
    sheet = zip_bytes({"xl/workbook.xml": b"<workbook/>"})
    assert outcome(tmp_path, docx_bytes(body(paragraph("x")), {"word/embeddings/a.xlsx": sheet})) == DOCX


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_in_the_document(tmp_path: Path, encoding: str) -> None:
    assert outcome(tmp_path, docx_bytes("", {"word/document.xml": XXE.encode(encoding)})) == "xml_entities"


def test_entities_in_a_part_that_is_never_read(tmp_path: Path) -> None:
    parts = {"customXml/item1.xml": '<!DOCTYPE lolz [<!ENTITY lol "lol">]><a/>'}
    assert outcome(tmp_path, docx_bytes(body(paragraph("x")), parts)) == "xml_entities"


@pytest.mark.parametrize("name", ["../evil.xml", "word/../../evil.xml", "/etc/passwd", "C:evil.xml", "a\\..\\b.xml"])
def test_names_that_leave_the_package(tmp_path: Path, name: str) -> None:
    assert outcome(tmp_path, docx_bytes(body(""), {name: "<a/>"})) == "path_traversal"


def test_two_parts_of_one_name(tmp_path: Path) -> None:
    buffer = io.BytesIO(docx_bytes(body(paragraph("shown"))))
    with zipfile.ZipFile(buffer, "a") as package, pytest.warns(UserWarning, match="Duplicate name"):
        package.writestr("word/document.xml", body(paragraph("hidden")))
    assert outcome(tmp_path, buffer.getvalue()) == "corrupt"


def test_an_encrypted_entry(tmp_path: Path) -> None:
    data = bytearray(docx_bytes(body("")))
    at = data.rfind(b"PK\x01\x02")
    data[at + 8] |= 1
    assert outcome(tmp_path, bytes(data)) == "encrypted"


@pytest.mark.parametrize("cut", [30, 200, 5000, 50_000])
def test_truncated_files_are_corrupt(tmp_path: Path, cut: int) -> None:
    assert outcome(tmp_path, CSA.read_bytes()[:cut]) == "corrupt"


def test_a_docx_without_body_or_with_broken_xml(tmp_path: Path) -> None:
    assert outcome(tmp_path, docx_bytes(f'<w:document xmlns:w="{W_NS}"/>')) == "corrupt"
    assert outcome(tmp_path, docx_bytes("<w:document")) == "corrupt"
    assert outcome(tmp_path, zip_bytes({"[Content_Types].xml": content_types().encode()})) == "corrupt"


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    deep = "<w:sdt><w:sdtContent>" * 5_000 + "</w:sdtContent></w:sdt>" * 5_000
    assert outcome(tmp_path, docx_bytes(body(deep))) == "corrupt"


def test_a_pdf_of_ten_thousand_pages_is_refused_fast(tmp_path: Path) -> None:
    data = blank_pdf(10_000)
    started = time.monotonic()
    assert outcome(tmp_path, data) == "too_many_pages"
    assert time.monotonic() - started < 5


def test_more_paragraphs_than_any_agreement_has_are_refused(tmp_path: Path) -> None:
    few = replace(DEFAULT, blocks=100)
    docx = docx_bytes(body("".join(paragraph(f"Paragraph {n}") for n in range(101))))
    assert outcome(tmp_path, docx, few) == "too_many_paragraphs"
    assert outcome(tmp_path, b"a\n\n" * 101, few) == "too_many_paragraphs"
    assert outcome(tmp_path, b"a\n" * 1_000_000) == "too_many_paragraphs"


def test_a_workbook_named_as_a_document(tmp_path: Path) -> None:
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    assert outcome(tmp_path, docx_bytes("", {"[Content_Types].xml": content_types(sheet)})) == "wrong_type"


def test_entries_that_are_links_are_never_followed(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("word/document.xml")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("[Content_Types].xml", content_types())
        package.writestr(link, "/etc/passwd")
    assert outcome(tmp_path, buffer.getvalue()) == "corrupt"


def test_a_file_that_is_two_kinds_is_read_as_the_first(tmp_path: Path) -> None:
    assert outcome(tmp_path, blank_pdf(1) + docx_bytes(body(paragraph("hidden")))) == PDF
    assert outcome(tmp_path, b"junk" + docx_bytes(body(paragraph("hidden")))) == "wrong_type"


@pytest.mark.parametrize(
    ("data", "result"),
    [
        (b"PK is the name of our company. It signs.", "text/plain"),
        (b"Agreement\x00 between A and B\n", "wrong_type"),
        (b"Agreement between A and B. " * 50_000 + b"\x00", "text/plain"),
        ("1. Term\n\nIt runs.".encode("utf-16"), "text/plain"),
        ("1. Term\n\nIt runs.".encode("utf-16-le"), "wrong_type"),
        ("1. Term\n\nIt runs.".encode("utf-32"), "wrong_type"),
        ("\u202e1. Term\u202c \u05d0\u05d1".encode(), "text/plain"),
        (b"\xef\xbb\xbf", "text/plain"),
        (b" " * 100_000, "text/plain"),
    ],
    ids=["PK", "a NUL", "a late NUL", "UTF-16", "UTF-16 without a mark", "UTF-32", "right to left", "a mark", "spaces"],
)
def test_odd_texts(tmp_path: Path, data: bytes, result: str) -> None:
    assert outcome(tmp_path, data) == result


def test_pdf_with_a_password_and_broken_pdf(tmp_path: Path) -> None:
    assert outcome(tmp_path, blank_pdf(1, password="secret")) == "encrypted"
    assert outcome(tmp_path, b"%PDF-1.7\nnothing else") == "corrupt"
    assert outcome(tmp_path, b"%PDF-1.7\n" + b"\x00" * 5_000) == "corrupt"


def test_a_pdf_stream_that_unpacks_to_gigabytes_stays_within_bounds(tmp_path: Path) -> None:
    packed = zlib.compress(b"BT (x) Tj ET " * 20_000_000, 9)
    stream = packed.decode("latin-1")
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n{stream}\nendstream",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 3 0 R >>",
    ]
    tight = replace(DEFAULT, memory_bytes=512 * 1024 * 1024, wall_seconds=20.0, cpu_seconds=15)
    started = time.monotonic()
    result = outcome(tmp_path, assembled(objects, encoding="latin-1"), tight)
    assert result in {"too_much_memory", "too_slow", "too_large", "corrupt", PDF}
    assert time.monotonic() - started < 25


def test_time_is_bounded(tmp_path: Path) -> None:
    assert outcome(tmp_path, CSA.read_bytes(), replace(DEFAULT, wall_seconds=0.01)) == "too_slow"


def test_memory_is_bounded(tmp_path: Path) -> None:
    many = body("".join(paragraph(f"Paragraph {n}") for n in range(400_000)))
    tight = replace(DEFAULT, memory_bytes=220 * 1024 * 1024, zip_ratio=100_000, blocks=1_000_000)
    assert outcome(tmp_path, docx_bytes(many), tight) == "too_much_memory"


@pytest.mark.parametrize(("returncode", "code"), [(-24, "too_slow"), (-6, "too_much_memory"), (-9, "too_much_memory"),
                                                  (-11, "corrupt"), (1, "corrupt")])  # fmt: skip
def test_how_the_worker_ended(returncode: int, code: str) -> None:
    assert refusal_for_exit(returncode).code == code


def test_no_secret_reaches_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    assert "DATABASE_URL" not in worker_environment()


def test_every_bad_input_is_answered() -> None:
    """Read in this process, so that an error nobody foresaw shows instead of becoming `corrupt`."""
    paths = sorted(path for path in shared("bad_inputs").rglob("*") if path.is_file())
    assert len([answer_to(path) for path in paths]) == len(paths) > 0


def answer_to(path: Path) -> ExtractedDocument | Refused:
    try:
        return read_document(path.read_bytes())
    except Refused as refused:
        return refused
    except Exception as unforeseen:
        raise AssertionError(f"{path.name} is not answered") from unforeseen


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("defusedxml/xmltestdata/xmlbomb.xml", "wrong_type"),
        ("defusedxml/xmltestdata/external_file.xml", "wrong_type"),
        ("pypdf-samples/005-libreoffice-writer-password/libreoffice-writer-password.pdf", "encrypted"),
    ],
)
def test_named_bad_inputs(name: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        extract(shared("bad_inputs") / name)
    assert refused.value.code == code


@settings(max_examples=60, deadline=None)
@given(
    st.binary(min_size=1, max_size=400),
    st.sampled_from([b"", b"%PDF-1.4\n", b"PK\x03\x04", b"\xff\xfe", b"# A\n"]),
)
def test_any_bytes_are_answered(data: bytes, start: bytes) -> None:
    try:
        document = read_document(start + data)
    except Refused:
        return
    assert [document.text[a:b] for a, b in document.spans()] == [block.text for block in document.blocks]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 137_000), st.binary(min_size=1, max_size=30))
def test_a_damaged_docx_is_answered(at: int, noise: bytes) -> None:
    data = bytearray(CSA.read_bytes())
    data[at : at + len(noise)] = noise
    with suppress(Refused):
        assert read_document(bytes(data)).media_type == DOCX
