"""A file is what its bytes say, whatever it is called."""

from __future__ import annotations

import pytest

from clm.documents.extraction.detect import detect_media_type
from clm.documents.extraction.extracted import DOCX, PDF, TEXT, Refused
from clm.documents.extraction.limits import DEFAULT
from tests.clm.documents.papers import (
    BONTERMS_SLA,
    CSA,
    MAIN,
    blank_pdf,
    body,
    content_types,
    docx_bytes,
    paragraph,
    zip_bytes,
)

PLAIN = docx_bytes(body(paragraph("Text")))
DOCM = "application/vnd.ms-word.document.macroEnabled.main+xml"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (CSA.read_bytes(), DOCX),
        (PLAIN, DOCX),
        (BONTERMS_SLA.read_bytes(), PDF),
        (b"junk before\n" + blank_pdf(1), PDF),
        (b"1. Plain text.", TEXT),
        ("§ 1 Überschrift".encode(), TEXT),
        ("§ 1 Überschrift".encode("cp1252"), TEXT),
        ("1. Wide".encode("utf-16"), TEXT),
        ("1. Wide".encode("utf-16-be").join([b"\xfe\xff", b""]), TEXT),
        (b"# Heading\n\n<br> and a tag", TEXT),
        (EICAR, TEXT),
    ],
)
def test_accepted(data: bytes, media_type: str) -> None:
    assert detect_media_type(data, DEFAULT) == media_type


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"MZ\x90\x00" + b"\x00" * 60, "a program"),
        (b"\x7fELF\x02\x01", "a program"),
        (b"{\\rtf1 hello}", "a Rich Text file"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (b"  <html><body>x</body></html>", "a web page"),
        (b"<?xml version='1.0'?><a/>", "a web page or an XML file"),
        (b"<root><a>1</a></root>", "a web page or an XML file"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\x1f\x8b\x08\x00", "an archive"),
        (bytes(range(256)) * 8, "a binary file"),
        (zip_bytes({"a.txt": b"hello"}), "another kind of office file"),
        (zip_bytes({"mimetype": b"application/vnd.oasis.opendocument.text"}), "another kind of office file"),
        (docx_bytes("", types=content_types(MAIN.replace("word", "spread"))), "another kind of office file"),
        (docx_bytes(body(""), types=content_types(DOCM)), "macros"),
        (docx_bytes(body(""), {"word/vbaProject.bin": b"x"}), "macros"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old kind (.doc)"),
    ],
)
def test_wrong_type(data: bytes, words: str) -> None:
    with pytest.raises(Refused) as refused:
        detect_media_type(data, DEFAULT)
    assert refused.value.code == "wrong_type"
    assert words in refused.value.message


def test_a_protected_docx_is_encrypted() -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(Refused) as refused:
        detect_media_type(data, DEFAULT)
    assert refused.value.code == "encrypted"
