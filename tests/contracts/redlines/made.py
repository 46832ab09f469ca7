"""Documents and redlines for tests."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from clm.documents.extraction.package import parse_xml
from clm.documents.extraction.reading import read_document
from contracts.adapters.parts import W, take_apart
from contracts.adapters.plain import docx_of_text
from contracts.adapters.redline import LIMITS, NEW, OLD, REDLINE, redline, unpacked_engine
from contracts.adapters.redline_worker import make
from contracts.papers.comparisons import programs
from tests.shared_data import shared

AUTHOR, AT = "Northwind & Co. <legal>", datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SIGNS = re.compile(r"[*_#`>|]+|<[^>]*>")


def text_of(docx: bytes) -> str:
    """As our own extraction reads it."""
    return read_document(docx).text


def redlined(old: bytes, new: bytes, author: str = AUTHOR) -> bytes:
    return redline(old, new, author=author, at=AT, programs=programs())


def redlined_here(old: bytes, new: bytes) -> bytes:
    """The same by the worker's own steps in this process: of many redlines, none has to wait for Python to start."""
    with TemporaryDirectory() as folder:
        for name, content in ((OLD, old), (NEW, new)):
            (Path(folder) / name).write_bytes(content)
        engine, at = unpacked_engine(programs()), AT.strftime("%Y-%m-%dT%H:%M:%SZ")
        make({"engine": str(engine), "folder": folder, "author": AUTHOR, "at": at}, LIMITS)
        return (Path(folder) / REDLINE).read_bytes()


def main_part(docx: bytes) -> str:
    return take_apart(docx)["word/document.xml"].decode()


def count(docx: bytes, *names: str) -> list[int]:
    root = parse_xml(take_apart(docx)["word/document.xml"])
    return [sum(1 for _ in root.iter(W + name)) for name in names]


def docx_of(path: Path) -> bytes:
    """The paper as a Word file: itself, or its text in paragraphs."""
    if path.suffix == ".docx":
        return path.read_bytes()
    if path.suffix == ".pdf":
        return docx_of_text(read_document(path.read_bytes()).text)
    lines = (SIGNS.sub("", line).strip() for line in path.read_text().splitlines())
    return docx_of_text("\n\n".join(line for line in lines if line))


def paper(place: str) -> bytes:
    return docx_of(shared("contracts") / place)


def word_file(*paragraphs: str) -> bytes:
    return docx_of_text("\n\n".join(paragraphs))


def as_file(content: bytes, name: str = "counter.docx") -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file
