"""Accepting and rejecting, kind by kind, and what leaves no trace of people."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from clm.documents.extraction import Refused
from contracts.adapters.metadata import without_metadata
from contracts.adapters.parts import put_together, take_apart
from contracts.adapters.revisions import accept_all, reject_all
from tests.clm.documents.papers import CSA, body, content_types, docx_bytes, paragraph
from tests.contracts.redlines.made import main_part, text_of

WHO = 'w:id="1" w:author="A" w:date="2026-01-01T00:00:00Z"'
INS, DEL = f"<w:ins {WHO}>{{}}</w:ins>", f"<w:del {WHO}>{{}}</w:del>"
RUN, GONE = "<w:r><w:t>{}</w:t></w:r>", "<w:r><w:delText>{}</w:delText></w:r>"


def p(*runs: str, mark: str = "") -> str:
    return f"<w:p><w:pPr><w:rPr>{mark}</w:rPr></w:pPr>{''.join(runs)}</w:p>"


def cell(text: str, mark: str = "") -> str:
    return f"<w:tc><w:tcPr>{mark}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def row(*cells: str, mark: str = "") -> str:
    return f"<w:tr><w:trPr>{mark}</w:trPr>{''.join(cells)}</w:tr>"


WORDS = p(RUN.format("stays "), INS.format(RUN.format("new")), DEL.format(GONE.format("old")))
SPLIT = p(RUN.format("first "), mark=f"<w:ins {WHO}/>") + p(RUN.format("second"))
JOINED = p(RUN.format("first "), mark=f"<w:del {WHO}/>") + p(RUN.format("second"))
MOVED = (
    p(f'<w:moveFromRangeStart {WHO} w:name="m"/><w:moveFrom {WHO}>{RUN.format("moved")}</w:moveFrom>'
      '<w:moveFromRangeEnd w:id="1"/>', mark=f"<w:moveFrom {WHO}/>")
    + p(RUN.format("between"))
    + p(f"<w:moveTo {WHO}>{RUN.format('moved')}</w:moveTo>", mark=f"<w:moveTo {WHO}/>")
    + p(RUN.format("end"))
)  # fmt: skip
ROWS = (
    "<w:tbl>" + row(cell("a"), cell("b")) + row(cell("new"), cell("n"), mark=f"<w:ins {WHO}/>")
    + row(cell("old"), cell("o"), mark=f"<w:del {WHO}/>") + "</w:tbl>" + paragraph("after")
)  # fmt: skip
TABLE = "<w:tbl>" + row(cell("n"), cell("m"), mark=f"<w:ins {WHO}/>") + "</w:tbl>" + paragraph("after")
CELLS = "<w:tbl>" + row(cell("a"), cell("new", f"<w:cellIns {WHO}/>"), cell("old", f"<w:cellDel {WHO}/>")) + "</w:tbl>"
BOTH = p(INS.format(DEL.format(GONE.format("never"))), RUN.format("kept"))


@pytest.mark.parametrize(
    ("inner", "accepted", "rejected"),
    [
        (WORDS, "stays new", "stays old"),
        (SPLIT, "first\n\nsecond", "first second"),
        (JOINED, "first second", "first\n\nsecond"),
        (MOVED, "between\n\nmoved\n\nend", "moved\n\nbetween\n\nend"),
        (ROWS, "a | b\n\nnew | n\n\nafter", "a | b\n\nold | o\n\nafter"),
        (TABLE, "n | m\n\nafter", "after"),
        (CELLS, "a | new", "a | old"),
        (BOTH, "kept", "kept"),
    ],
    ids=["words", "split", "joined", "moved", "rows", "table", "cells", "inserted-and-deleted"],
)
def test_each_kind_of_change(inner: str, accepted: str, rejected: str) -> None:
    document = docx_bytes(body(inner))

    for settled, expected in ((accept_all(document), accepted), (reject_all(document), rejected)):
        assert text_of(settled) == expected
        assert not re.search(
            r"<w:(ins|del|moveFrom|moveTo|cellIns|cellDel|delText|moveFromRange\w+)\b", main_part(settled)
        )


FORMAT = (
    f'<w:p><w:pPr><w:jc w:val="center"/><w:rPr><w:b/></w:rPr><w:pPrChange {WHO}><w:pPr><w:jc w:val="left"/></w:pPr>'
    f'</w:pPrChange></w:pPr><w:r><w:rPr><w:b/><w:rPrChange {WHO}><w:rPr><w:i/></w:rPr></w:rPrChange></w:rPr>'
    f'<w:t>x</w:t></w:r></w:p><w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/>'
    f'<w:numberingChange {WHO} w:original="1."/></w:numPr></w:pPr><w:r><w:t>y</w:t></w:r></w:p>'
)  # fmt: skip


def test_former_properties_come_back_and_the_mark_keeps_its_own() -> None:
    document = docx_bytes(body(FORMAT))

    accepted, rejected = main_part(accept_all(document)), main_part(reject_all(document))

    assert '<w:jc w:val="center"/><w:rPr><w:b/></w:rPr></w:pPr><w:r><w:rPr><w:b/></w:rPr>' in accepted
    assert '<w:jc w:val="left"/><w:rPr><w:b/></w:rPr></w:pPr><w:r><w:rPr><w:i/></w:rPr>' in rejected
    for settled in (accepted, rejected):
        assert "Change" not in settled
        assert '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>' in settled


def test_a_deleted_paragraph_before_a_table_goes_and_a_cell_keeps_a_paragraph() -> None:
    gone = p(DEL.format(GONE.format("gone")), mark=f"<w:del {WHO}/>")
    table = f"<w:tbl><w:tr><w:tc>{gone}</w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>"

    settled = main_part(accept_all(docx_bytes(body(gone + table + paragraph("after")))))

    assert "<w:body><w:tbl><w:tr><w:tc><w:p/></w:tc>" in settled


def test_without_changes_nothing_is_changed() -> None:
    document = CSA.read_bytes()

    assert text_of(accept_all(document)) == text_of(reject_all(document)) == text_of(document)
    assert accept_all(accept_all(document)) == accept_all(document)


def test_a_hostile_package_is_refused() -> None:
    with pytest.raises(Refused, match="zip_bomb"):
        accept_all(docx_bytes(body(paragraph("A" * 150_000_000))))


def with_traces() -> bytes:
    parts = take_apart(CSA.read_bytes())
    secret = "Sam Secret"
    parts["docProps/core.xml"] = f'<a xmlns="x"><creator>{secret}</creator></a>'.encode()
    parts["docProps/app.xml"] = (
        f'<Properties xmlns="x"><Pages>7</Pages><Company>{secret}</Company></Properties>'.encode()
    )
    parts["docProps/custom.xml"] = f"<a>{secret}</a>".encode()
    parts["customXml/item1.xml"] = f"<a>{secret}</a>".encode()
    return put_together(parts)


def test_nothing_says_who_made_it() -> None:
    assert " w:rsidR=" in main_part(with_traces())

    clean = without_metadata(with_traces())

    with zipfile.ZipFile(io.BytesIO(clean)) as package:
        everything = b"".join(package.read(name) for name in package.namelist())
        assert not [name for name in package.namelist() if name.startswith(("customXml/", "docProps/custom"))]
    assert b"Sam Secret" not in everything
    assert b"rsid" not in everything
    assert b"customXml" not in everything
    assert b"<Pages>7</Pages>" in everything
    assert text_of(clean) == text_of(CSA.read_bytes())


W_NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
COMMENTS = (
    f'<w:comments xmlns:w="{W_NS}"><w:comment w:id="1" w:author="Sam" w:initials="S"><w:p/></w:comment></w:comments>'
)


@pytest.mark.parametrize(
    ("author", "expected"), [(None, 'w:author="Sam" w:initials="S"'), ("Acme", 'w:author="Acme">')]
)
def test_who_commented_is_replaced_where_asked(author: str | None, expected: str) -> None:
    document = docx_bytes(body(paragraph("x")), {"word/comments.xml": COMMENTS}, content_types())

    assert expected in take_apart(without_metadata(document, comment_author=author))["word/comments.xml"].decode()
