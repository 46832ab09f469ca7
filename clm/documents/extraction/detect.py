"""What a file is, by its content and never by its name."""

from __future__ import annotations

import re

from clm.documents.extraction.extracted import DOCX, PDF, TEXT, Refused
from clm.documents.extraction.limits import Limits
from clm.documents.extraction.package import PACKAGE_MAGIC, check_package, is_word_package

PDF_MAGIC_WITHIN = 1024  # ISO 32000-1, implementation note 13: readers look for %PDF- in the first 1024 bytes
COMMENTS = re.compile(rb"<!--[^>]{0,2000}-->\s*")
CONTROL_SHARE = 0.02
HIGH_BYTE_SHARE = 0.35
UTF8_BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
UTF32_LE_BOM = b"\xff\xfe\x00\x00"
COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB] 2.2: the signature of an OLE compound file

# First bytes of what people upload by mistake, with the words for it.
REFUSED_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"#!", "a script"),
    (b"{\\rtf", "a Rich Text file"),
    (b"%!PS", "a PostScript file"),
    (b"\x1f\x8b", "an archive"),
    (b"7z\xbc\xaf\x27\x1c", "an archive"),
    (b"Rar!", "an archive"),
    (b"BZh", "an archive"),
    (b"\xfd7zXZ", "an archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"),
)
MARKUP_STARTS = (b"<?", b"<!doctype", b"<!entity", b"<html", b"<head", b"<body", b"<svg", b"<script")


def detect_media_type(data: bytes, limits: Limits) -> str:
    """DOCX, PDF or TEXT; Refused otherwise: wrong_type, encrypted, or what is wrong with the package."""
    if data.startswith(PACKAGE_MAGIC):
        return detect_package(data, limits)
    if data.startswith(COMPOUND_FILE):
        raise refusal_for_compound_file(data)
    for start, what in REFUSED_STARTS:
        if data.startswith(start):
            raise wrong_type(what)
    if b"%PDF-" in data[:PDF_MAGIC_WITHIN]:
        return PDF
    refuse_markup(data)
    refuse_binary(data)
    return TEXT


def wrong_type(what: str) -> Refused:
    sentence = f"This is {what}. Only Word documents (.docx), PDF and plain text are accepted."
    return Refused("wrong_type", sentence)


def detect_package(data: bytes, limits: Limits) -> str:
    package = check_package(data, limits)
    with package:
        if not is_word_package(package):
            raise wrong_type("an archive or another kind of office file")
    return DOCX


def refusal_for_compound_file(data: bytes) -> Refused:
    """Word writes a password-protected DOCX as a compound file that holds an EncryptedPackage stream."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Refused("encrypted")
    sentence = "This is a Word file of the old kind (.doc). Save it as .docx and upload it again."
    return Refused("wrong_type", sentence)


def refuse_markup(data: bytes) -> None:
    start = COMMENTS.sub(b"", data[:4096]).replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if start.startswith(MARKUP_STARTS) or b"<html" in start[:1024]:
        raise wrong_type("a web page or an XML file")
    if start.startswith(b"<") and start.rstrip().endswith(b">") and b"</" in start and b" " not in start[:2]:
        refuse_bare_element(start)


def refuse_bare_element(start: bytes) -> None:
    """XML without a declaration closes at its end the element that it opened at its start."""
    found = re.match(rb"<([\w:.-]+)", start)
    if found and start.rstrip().endswith(b"</" + found.group(1) + b">"):
        raise wrong_type("a web page or an XML file")


def refuse_binary(data: bytes) -> None:
    """Text has no NUL, few control characters, and is not mostly bytes above 127 unless it is UTF-8."""
    if data.startswith(UTF16_BOMS) and not data.startswith(UTF32_LE_BOM):
        return
    sample = data[:1_000_000]
    if b"\x00" in sample:
        raise wrong_type("a binary file")
    controls = len(sample) - len(sample.translate(None, CONTROLS))
    if controls > CONTROL_SHARE * len(sample):
        raise wrong_type("a binary file")
    if not is_utf8(data) and high_share(sample) > HIGH_BYTE_SHARE:
        raise wrong_type("a binary file")


CONTROLS = bytes(set(range(32)) - set(b"\t\n\x0b\x0c\r\x1a")) + b"\x7f"


def is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def high_share(sample: bytes) -> float:
    return sum(byte > 127 for byte in sample) / len(sample)
