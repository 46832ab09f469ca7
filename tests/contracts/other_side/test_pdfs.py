"""A PDF goes out as it looks: without authors, attachments, notes and what programs say in it, however it is made."""

from __future__ import annotations

import io
import random
import zlib

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

from contracts.adapters.outgoing import clean_pdf
from contracts.adapters.pictures import without_traces
from tests.contracts.other_side.test_files import SECRET
from tests.contracts.other_side.test_pictures import exif, saved


def pdf_with(**said: str) -> PdfWriter:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_metadata({f"/{name}": value for name, value in said.items()})
    return writer


def written(writer: PdfWriter) -> bytes:
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def test_attachments_of_a_pdf() -> None:
    writer = pdf_with(Author=SECRET)
    noise = random.Random(1).randbytes(200)
    writer.add_attachment("plan.txt", noise)
    names = writer.root_object["/Names"]["/EmbeddedFiles"]["/Names"]
    writer.root_object[NameObject("/AF")] = ArrayObject([names[1]])
    assert noise in written(writer)

    cleaned = clean_pdf(written(writer))

    assert noise not in cleaned
    assert not PdfReader(io.BytesIO(cleaned)).attachments
    assert b"plan.txt" not in cleaned
    assert SECRET.encode() not in cleaned


@pytest.mark.parametrize(
    ("action", "stays"),
    [
        ({"/S": "/URI", "/URI": f"file:///C:/Users/{SECRET}/plan.docx"}, False),
        ({"/S": "/URI", "/URI": f"plans/{SECRET}.docx"}, False),
        ({"/S": "/Launch", "/F": f"{SECRET}.exe"}, False),
        ({"/S": "/GoToR", "/F": f"{SECRET}.pdf"}, False),
        ({"/S": "/URI", "/URI": f"https://example.com/{SECRET}"}, True),
        ({"/S": "/URI", "/URI": f"mailto:{SECRET}@example.com"}, True),
    ],
)
def test_links_to_the_files_of_a_computer(action: dict[str, str], stays: bool) -> None:
    said = {
        NameObject(key): NameObject(value) if key == "/S" else TextStringObject(value) for key, value in action.items()
    }
    link = DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): DictionaryObject(said)})
    writer = pdf_with()
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(link)])
    assert SECRET.encode() in written(writer)

    assert (SECRET.encode() in clean_pdf(written(writer))) == stays


def test_a_pdf_that_speaks_of_signatures_is_not_signed() -> None:
    made = written(pdf_with(Author=SECRET, Title="/ByteRange")) + b"\n% /ByteRange [0 1 2 3]\n"

    assert SECRET.encode() not in clean_pdf(made)


@pytest.mark.parametrize(("is_signed", "kept"), [(True, True), (False, False)])
def test_only_a_filled_field_of_a_signature_is_one(is_signed: bool, kept: bool) -> None:
    writer = pdf_with(Author=SECRET)
    value = DictionaryObject({NameObject("/ByteRange"): ArrayObject([NumberObject(each) for each in (0, 1, 2, 3)])})
    kid = DictionaryObject({NameObject("/V"): writer._add_object(value)} if is_signed else {})
    field = DictionaryObject({NameObject("/FT"): NameObject("/Sig"), NameObject("/Kids"): ArrayObject([kid])})
    form = DictionaryObject({NameObject("/Fields"): ArrayObject([writer._add_object(field)])})
    writer.root_object[NameObject("/AcroForm")] = form
    made = written(writer)

    assert (clean_pdf(made) == made) is kept
    assert (SECRET.encode() in clean_pdf(made)) is kept


def with_object(name: str, value: PdfObject) -> bytes:
    """A PDF whose first page leads to this."""
    writer = pdf_with()
    writer.pages[0][NameObject("/Resources")] = DictionaryObject({NameObject(name): value})
    return written(writer)


def stream(data: bytes, **said: str) -> DecodedStreamObject:
    made = DecodedStreamObject()
    made.set_data(data)
    made.update({NameObject(f"/{name}"): NameObject(f"/{value}") for name, value in said.items()})
    return made


@pytest.mark.parametrize("name", ["/Metadata", "/PieceInfo", "/AF", "/LastModified"])
def test_what_programs_say_of_anything_in_a_pdf(name: str) -> None:
    picture = stream(b"\0\0\0", Type="XObject", Subtype="Image")
    picture[NameObject(name)] = TextStringObject(SECRET)
    inline = DictionaryObject({NameObject(name): TextStringObject(SECRET)})
    made = with_object("/XObject", DictionaryObject({NameObject("/Im0"): picture, NameObject("/Im1"): inline}))
    assert made.count(SECRET.encode()) == 2

    cleaned = clean_pdf(made)

    assert SECRET.encode() not in cleaned
    assert b"/Subtype /Image" in cleaned


@pytest.mark.parametrize("packed", [False, True])
def test_what_cameras_say_in_a_pdf(packed: bool) -> None:
    photograph = saved("JPEG", exif=exif())
    picture = stream(zlib.compress(photograph) if packed else photograph, Type="XObject", Subtype="Image")
    filters = ArrayObject([NameObject("/FlateDecode"), NameObject("/DCTDecode")]) if packed else NameObject("/DCT")
    picture[NameObject("/Filter")] = filters
    made = with_object("/XObject", DictionaryObject({NameObject("/Im0"): picture}))

    reader = PdfReader(io.BytesIO(clean_pdf(made)))

    [shown] = [found.get_object() for found in reader.pages[0]["/Resources"]["/XObject"].values()]
    assert shown._data == without_traces(photograph)


def test_a_broken_photograph_stops_no_pdf() -> None:
    made = with_object("/XObject", stream(SECRET.encode(), Subtype="Image", Filter="DCTDecode"))

    assert SECRET.encode() not in clean_pdf(made)


ODD = (NumberObject(3), ArrayObject([NumberObject(1)]), TextStringObject("x"), DictionaryObject())


@pytest.mark.parametrize("odd", ODD, ids=str)
@pytest.mark.parametrize("place", ["/AcroForm", "/Fields", "/Kids", "/Names", "/Annots"])
def test_a_pdf_of_odd_parts_goes_out(place: str, odd: PdfObject) -> None:
    writer = pdf_with(Author=SECRET)
    field = DictionaryObject({NameObject("/Kids"): odd})
    fields = {"/AcroForm": None, "/Kids": ArrayObject([field])}.get(place, odd)
    form = DictionaryObject({NameObject("/Fields"): fields}) if fields is not None else odd
    if place == "/Annots":
        writer.pages[0][NameObject(place)] = odd
    elif place == "/Names":
        writer.root_object[NameObject(place)] = odd
    else:
        writer.root_object[NameObject("/AcroForm")] = form

    assert SECRET.encode() not in clean_pdf(written(writer))
