"""Archives and sheets as people, programs and attackers make them."""

from __future__ import annotations

import io
import struct
import tempfile
import zipfile
import zlib
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from clm.lib.errors import Invalid
from contracts.adapters import archives
from contracts.adapters.archives import Packed, files_in, pack_folder
from contracts.adapters.sheets import read_sheet
from tests.contracts.imports.packed import packed


def unpacked(content: bytes, first: int = 0) -> list[Packed]:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        return list(files_in(file, first=first))


def entry(name: str, content: bytes = b"x", *, attributes: int = 0, flags: int = 0, extra: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr, info.extra, info.compress_type = attributes, extra, zipfile.ZIP_DEFLATED
        archive.writestr(info, content)
        archive.infolist()[0].flag_bits |= flags
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (entry("../../etc/passwd"), "path_traversal"),
        (entry("/etc/passwd"), "path_traversal"),
        (entry("..\\..\\boot.ini"), "path_traversal"),
        (entry("C:\\x.txt"), "path_traversal"),
        (entry("link.txt", b"/etc/passwd", attributes=0o120777 << 16), "wrong_type"),
        (entry("secret.txt", flags=1), "encrypted"),
        (entry("bomb.txt", b"\0" * 30_000_000), "zip_bomb"),
        (entry("empty.txt", b""), "empty_file"),
    ],
    ids=["up", "root", "backslash", "drive", "link", "encrypted", "bomb", "empty"],
)
def test_a_file_that_is_not_taken_says_why(content: bytes, code: str) -> None:
    [found] = unpacked(content)

    assert (found.content, found.problem and found.problem[0]) == (b"", code)


def test_an_archive_that_unpacks_to_too_much_is_refused_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LIMITS", replace(archives.LIMITS, zip_total_bytes=1_000_000, zip_entries=3))
    with pytest.raises(Invalid, match="split it"):
        unpacked(packed({"a.txt": b"a" * 600_000, "b.txt": b"b" * 600_000}))
    with pytest.raises(Invalid, match="at most 3 files"):
        unpacked(packed({f"{n}.txt": b"x" for n in range(4)}))
    for content in (b"", b"PK\x03\x04 no archive", packed({"a.txt": b"x" * 999})[:60]):
        with pytest.raises(Invalid, match="no ZIP archive"):
            unpacked(content)


def test_an_entry_that_holds_more_than_it_says_is_not_taken() -> None:
    content = bytearray(packed({"a.txt": b"a" * 5000}))
    for magic, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = content.index(magic) + place
        content[start : start + 4] = struct.pack("<I", 10)

    [found] = unpacked(bytes(content))

    assert found.content == b""
    assert found.problem is not None


def test_names_are_read_whatever_program_wrote_them() -> None:
    utf8_unsaid = packed({"Vertrag_Mxller.txt": b"1"}).replace(b"Vertrag_Mxller", "Vertrag_Müler".encode())
    cp437 = packed({"Vertrag_Mxller.txt": b"1"}).replace(b"Vertrag_Mxller", "Vertrag_Müller".encode("cp437"))
    decomposed = packed({"Mu\u0308ller.txt": b"1"})
    name = b"Vertr?g.txt"
    said = "Vertråg.txt".encode()
    extra = struct.pack("<HHBI", 0x7075, 5 + len(said), 1, zlib.crc32(name)) + said
    found = [unpacked(each)[0].path for each in (utf8_unsaid, cp437, decomposed, entry(name.decode(), extra=extra))]

    assert found == ["Vertrag_Müler.txt", "Vertrag_Müller.txt", "Müller.txt", "Vertråg.txt"]


def test_what_systems_put_beside_is_passed_over_and_reading_goes_on_where_it_ended() -> None:
    files = {"__MACOSX/._a.txt": b"1", "a/.DS_Store": b"1", "~$a.docx": b"1", "dir\\b.txt": b"B", "c.txt": b"C"}

    assert [(each.path, each.content, each.total) for each in unpacked(packed(files))] == [
        ("dir/b.txt", b"B", 2),
        ("c.txt", b"C", 2),
    ]
    assert [each.path for each in unpacked(packed(files), first=1)] == ["c.txt"]


def test_two_files_of_one_name_are_one_file_and_a_problem() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", b"1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.txt", b"2")

    first, second = unpacked(buffer.getvalue())

    assert (first.content, second.problem and second.problem[0]) == (b"1", "same_name")


def test_a_folder_is_packed_without_following_links(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("s")
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.txt").write_text("a")
    (folder / "link.txt").symlink_to(outside / "secret.txt")
    (folder / "linked").symlink_to(outside)
    with tempfile.TemporaryFile() as file:
        assert pack_folder(folder, file) == 1
        file.seek(0)
        assert [each.path for each in files_in(file)] == ["deep/a.txt"]


@pytest.mark.parametrize(
    "content",
    [
        "A;B\n1;ü, x\n\n;\n2;y\n".encode("utf-8-sig"),
        'A,B\r\n1,"ü, x"\r\n,\r\n,\r\n2,y\r\n'.encode("utf-16"),
        "A\tB\n1\tü, x\n\n\n2\ty\n".encode("cp1252"),
    ],
    ids=["semicolon-bom", "utf-16", "tab-cp1252"],
)
def test_sheets_of_text_are_read_with_their_lines(content: bytes) -> None:
    sheet = read_sheet(content)

    assert sheet.heads == ["A", "B"]
    assert sheet.rows == [(2, {"A": "1", "B": "ü, x"}), (5, {"A": "2", "B": "y"})]


def workbook(*rows: Any, first: tuple[Any, ...] = ()) -> bytes:
    book = Workbook()
    book.active.append(first)
    sheet = book.create_sheet("Contracts")
    for row in rows:
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_workbook_gives_dates_and_numbers_as_such() -> None:
    content = workbook(
        ("Title", "Signed", "Value", None, "Title"),
        ("A", datetime(2024, 2, 1), 1200.5, "more", "again"),  # noqa: DTZ001  (sheets know no zones)
        (None, None, None, None, None),
        ("=1+1", date(2024, 3, 1), 7),
    )

    sheet = read_sheet(content)

    assert sheet.heads == ["Title", "Signed", "Value", "Column D", "Title (2)"]
    assert sheet.rows == [
        (2, {"Title": "A", "Signed": "2024-02-01", "Value": 1200.5, "Column D": "more", "Title (2)": "again"}),
        (4, {"Signed": "2024-03-01", "Value": 7}),
    ]


def test_numbers_that_no_database_keeps_come_as_words() -> None:
    content = workbook(("Title", "Value"), ("A", 123456789))
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as made:
        for name in source.namelist():
            made.writestr(name, source.read(name).replace(b"<v>123456789</v>", b"<v>1e999</v>"))

    assert read_sheet(buffer.getvalue()).rows == [(2, {"Title": "A", "Value": "#NUM!"})]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The sheet is empty"),
        (b"\n\n;;\n", "The sheet is empty"),
        (packed({"a.txt": b"x"}), "no sheet"),
        (packed({"xl/workbook.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"}), "entity"),
        (b"A,B\n" + b"x,y\n" * 20_001, "at most 20,000 rows"),
        (",".join(f"c{n}" for n in range(300)).encode(), "at most 200 columns"),
    ],
    ids=["nothing", "blank", "zip", "entities", "rows", "columns"],
)
def test_what_is_no_sheet_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        read_sheet(content)


def test_ten_thousand_rows_are_read() -> None:
    content = "File,Title\n" + "".join(f"f{n}.pdf,Contract {n}\n" for n in range(10_000))

    assert len(read_sheet(content.encode()).rows) == 10_000
