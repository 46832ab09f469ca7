"""What is planted in a Word file beside its words, and does not go out with it."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from docx import Document
from PIL import Image

from contracts.adapters.outgoing import clean_upload
from contracts.adapters.parts import put_together, take_apart
from tests.contracts.other_side.test_files import BASE, LINKS, SECRET, TYPES, whole, with_part
from tests.contracts.redlines.made import text_of
from tests.contracts.word.edits import MAIN

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
WHERE = "Somewhere 52.5200"


def planted(name: str, kind: str, *, rels: str = LINKS, words: str = "") -> bytes:
    """BASE with one more part, a relationship to it, and words of the text that refer to it."""
    parts = take_apart(BASE)
    parts[name] = f"<a>{SECRET}</a>".encode()
    link = f'<Relationship Id="rIdX" Type="{OFFICE}{kind}" Target="/{name}"/></Relationships>'
    parts[rels] = parts[rels].replace(b"</Relationships>", link.encode())
    override = f'<Override PartName="/{name}" ContentType="application/x-{kind}"/></Types>'
    parts[TYPES] = parts[TYPES].replace(b"</Types>", override.encode())
    parts[MAIN] = parts[MAIN].replace(b"<w:body>", f"<w:body>{words}".encode())
    return put_together(parts)


EMBEDDED = (
    '<w:p><w:r><w:object xmlns:o="urn:schemas-microsoft-com:office:office" '
    f'xmlns:r="{OFFICE[:-1]}"><o:OLEObject Type="Embed" r:id="rIdX"/></w:object></w:r></w:p>'
)


@pytest.mark.parametrize(
    ("name", "kind", "rels"),
    [
        ("word/embeddings/oleObject1.xml", "oleObject", LINKS),
        ("word/embeddings/book.xlsx", "package", LINKS),
        ("word/glossary/document.xml", "glossaryDocument", LINKS),
        ("word/printerSettings/printerSettings1.xml", "printerSettings", LINKS),
        ("word/afchunk.xml", "aFChunk", LINKS),
        ("word/recipients.xml", "recipientData", LINKS),
        ("word/someone.xml", "people", LINKS),
        ("data/bound.xml", "customXml", LINKS),
        ("facts.xml", "custom-properties", "_rels/.rels"),
        ("picture.xml", "metadata/thumbnail", "_rels/.rels"),
    ],
)
def test_parts_that_are_no_part_of_the_text(name: str, kind: str, rels: str) -> None:
    made = planted(name, kind, rels=rels)
    assert SECRET in whole(made)

    cleaned = clean_upload(made)

    assert name not in take_apart(cleaned)
    assert SECRET not in whole(cleaned)
    assert name not in whole(cleaned)
    assert text_of(cleaned) == text_of(BASE)


def test_nothing_refers_to_an_embedded_file_any_more() -> None:
    cleaned = clean_upload(planted("word/embeddings/oleObject1.xml", "oleObject", words=EMBEDDED))

    assert "rIdX" not in whole(cleaned)
    assert "OLEObject" not in whole(cleaned)
    Document(io.BytesIO(cleaned))


def test_a_part_that_nothing_leads_to() -> None:
    parts = take_apart(BASE)
    parts["word/forgotten.xml"] = f"<a>{SECRET}</a>".encode()

    assert "word/forgotten.xml" not in take_apart(clean_upload(put_together(parts)))


def test_building_blocks_go_with_all_that_is_theirs() -> None:
    parts = take_apart(planted("word/glossary/document.xml", "glossaryDocument"))
    link = f'<Relationships><Relationship Id="a" Type="{OFFICE}styles" Target="styles.xml"/></Relationships>'
    parts["word/glossary/_rels/document.xml.rels"] = link.encode()
    parts["word/glossary/styles.xml"] = f"<a>{SECRET}</a>".encode()

    assert [name for name in take_apart(clean_upload(put_together(parts))) if "glossary" in name] == []


def test_words_that_their_paragraph_s_style_hides() -> None:
    style = '<w:style w:type="paragraph" w:styleId="Quiet"><w:name w:val="Quiet"/><w:rPr><w:vanish/></w:rPr></w:style>'
    run = f"<w:r><w:t>{SECRET}</w:t></w:r><w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>Shown</w:t></w:r>"
    paragraph = f'<w:p><w:pPr><w:pStyle w:val="Quiet"/></w:pPr>{run}</w:p>'
    made = with_part(BASE, MAIN, "<w:body>", f"<w:body>{paragraph}")
    made = with_part(made, "word/styles.xml", "</w:styles>", f"{style}</w:styles>")

    cleaned = clean_upload(made)

    assert SECRET not in whole(cleaned)
    assert text_of(made) == text_of(cleaned) == "Shown\n\n" + text_of(BASE)


def exif() -> bytes:
    data = Image.Exif()
    data[0x010E], data[0x013B] = WHERE, SECRET  # description, artist
    return data.tobytes()


def picture(form: str) -> bytes:
    stream = io.BytesIO()
    image = Image.effect_noise((40, 30), 60).convert("RGB")
    image.save(stream, form, exif=exif())
    if form == "PNG":
        data = stream.getvalue()
        text = b"tEXtComment\0" + SECRET.encode()
        chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
        return data[:33] + chunk + data[33:]
    return stream.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_what_a_camera_writes_into_a_picture(form: str) -> None:
    document = Document()
    document.add_picture(io.BytesIO(picture(form)))
    made = io.BytesIO()
    document.save(made)
    assert WHERE in whole(made.getvalue())

    parts = take_apart(clean_upload(made.getvalue()))

    [media] = [data for name, data in parts.items() if "/media/" in name]
    assert (WHERE.encode() in media, SECRET.encode() in media) == (False, False)
    before, after = Image.open(io.BytesIO(picture_of(made.getvalue()))), Image.open(io.BytesIO(media))
    assert (after.size, after.tobytes()) == (before.size, before.tobytes())
    assert not after.getexif()


def picture_of(docx: bytes) -> bytes:
    return next(data for name, data in take_apart(docx).items() if "/media/" in name)
