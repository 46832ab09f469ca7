"""Pictures go out as they look, pixel by pixel, and say nothing else; one that cannot be read stops no document."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from django.template.loader import render_to_string
from docx import Document
from PIL import Image, ImageSequence, TiffImagePlugin

from contracts.adapters.outgoing import clean_upload
from contracts.adapters.parts import put_together, take_apart
from contracts.adapters.pictures import JPEG, UnreadableError, drawing_without_traces, without_traces
from contracts.papers import read_paper
from tests.contracts.other_side.test_files import BASE, IMAGE, LINKS, SECRET, TYPES, whole
from tests.contracts.redlines.made import text_of
from tests.contracts.word.edits import MAIN

SAID = SECRET.encode()
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'
PATH = '<path d="M0 0"/>'
DOCTYPE = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"{}>'
DRAWN = "http://schemas.openxmlformats.org/drawingml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHOWN = (
    f'<w:p><w:r><a:blip xmlns:a="{DRAWN}" xmlns:r="{REL}" r:embed="rIdOther"><a:extLst><a:ext uri="x">'
    '<svgBlip r:embed="rIdP"/></a:ext></a:extLst></a:blip></w:r></w:p>'
)


def with_picture(name: str, data: bytes, kind: str = "") -> bytes:
    """BASE with a picture that its text shows in an extension, as Word shows drawings."""
    parts = take_apart(BASE)
    parts[f"word/media/{name}"] = data
    link = f'<Relationship Id="rIdP" Type="{IMAGE}" Target="media/{name}"/></Relationships>'
    parts[LINKS] = parts[LINKS].replace(b"</Relationships>", link.encode())
    said = f'<Override PartName="/word/media/{name}" ContentType="image/{kind or name.rpartition(".")[2]}"/></Types>'
    parts[TYPES] = parts[TYPES].replace(b"</Types>", said.encode())
    parts[MAIN] = parts[MAIN].replace(b"<w:body>", f"<w:body>{SHOWN}".encode())
    return put_together(parts)


def saved(form: str, frames: int = 1, mode: str = "RGB", **more: Any) -> bytes:
    first, *rest = [Image.effect_noise((24, 16), 60 + at).convert(mode) for at in range(frames)]
    made = io.BytesIO()
    first.save(made, form, **({"save_all": True, "append_images": rest} if rest else {}), **more)
    return made.getvalue()


def exif() -> bytes:
    data = Image.Exif()
    data[0x013B] = SECRET  # artist
    return data.tobytes()


def tiff_words(tag: int = 315) -> TiffImagePlugin.ImageFileDirectory_v2:
    info = TiffImagePlugin.ImageFileDirectory_v2()
    info[tag] = SECRET
    return info


def pixels(data: bytes) -> list[tuple[tuple[int, int], bytes]]:
    """Size and colours of each frame."""
    image = Image.open(io.BytesIO(data))
    return [(frame.size, frame.convert("RGBA").tobytes()) for frame in ImageSequence.Iterator(image)]


def in_jpeg(marker: int, said: bytes = SAID, **more: Any) -> bytes:
    made = saved("JPEG", **more)
    return made[:2] + bytes((0xFF, marker)) + struct.pack(">H", len(said) + 2) + said + made[2:]


def in_png(kind: bytes) -> bytes:
    made, chunk = saved("PNG"), kind + b"Comment\0\0\0\0\0" + SAID
    return made[:33] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + made[33:]


def in_gif(extension: bytes) -> bytes:
    made = saved("GIF", frames=2, loop=0)
    at = 13 + (3 << (made[10] & 7) + 1)  # behind the colours
    return made[:at] + b"!" + extension + bytes((len(SAID),)) + SAID + b"\0" + made[at:]


def between_scans(said: bytes = SAID) -> bytes:
    made = saved("JPEG", progressive=True)
    at = made.rindex(b"\xff\xda")
    return made[:at] + b"\xff\xfe" + struct.pack(">H", len(said) + 2) + said + made[at:]


PICTURES: dict[str, Callable[[], bytes]] = {
    **{f"jpeg {marker:x}": lambda marker=marker: in_jpeg(marker) for marker in (0xE0, 0xE2, 0xE3, 0xEB, 0xEC, 0xFE)},
    "jpeg exif": lambda: saved("JPEG", exif=exif()),
    "jpeg cmyk": lambda: in_jpeg(0xED, mode="CMYK"),
    "jpeg restarts": lambda: in_jpeg(0xFE, restart_marker_blocks=1),
    "jpeg scans": between_scans,
    "jpeg end": lambda: saved("JPEG") + saved("JPEG", exif=exif()),
    "png exif": lambda: saved("PNG", exif=exif()),
    **{f"png {kind!r}": lambda kind=kind: in_png(kind) for kind in (b"tEXt", b"iTXt", b"caBX", b"prVW")},
    "png end": lambda: saved("PNG") + SAID,
    "apng": lambda: saved("PNG", frames=3, exif=exif()),
    "gif": lambda: saved("GIF", comment=SECRET),
    "gif moving": lambda: saved("GIF", frames=3, loop=0, comment=SECRET),
    "gif xmp": lambda: in_gif(b"\xff\x0bXMP DataXMP"),
    "gif words": lambda: in_gif(b"\x01"),
    "gif end": lambda: saved("GIF") + SAID,
    "webp": lambda: saved("WEBP", exif=exif(), xmp=SAID),
    "webp exact": lambda: saved("WEBP", lossless=True, mode="RGBA", exif=exif()),
    "webp moving": lambda: saved("WEBP", frames=3, exif=exif()),
    "webp end": lambda: saved("WEBP") + SAID,
    **{f"tiff {tag}": lambda tag=tag: saved("TIFF", tiffinfo=tiff_words(tag)) for tag in (270, 305, 315, 33432, 40000)},
    "tiff packed": lambda: saved("TIFF", compression="tiff_lzw", tiffinfo=tiff_words()),
    "tiff fax": lambda: saved("TIFF", mode="1", compression="group4", tiffinfo=tiff_words()),
    "tiff jpeg": lambda: saved("TIFF", compression="jpeg", tiffinfo=tiff_words()),
    "tiff pages": lambda: saved("TIFF", frames=3, tiffinfo=tiff_words()),
    "tiff end": lambda: saved("TIFF") + SAID,
}


@pytest.mark.parametrize("form", PICTURES)
def test_the_same_pixels_and_no_words(form: str) -> None:
    made = PICTURES[form]()
    assert SAID in made

    cleaned = without_traces(made)

    assert SAID not in cleaned
    assert pixels(cleaned) == pixels(made)
    assert without_traces(cleaned) == cleaned


def test_what_shows_the_colours_stays() -> None:
    profile = b"\0" * 128 + b"a profile of colours"
    for form in ("JPEG", "PNG", "WEBP", "TIFF"):
        cleaned = Image.open(io.BytesIO(without_traces(saved(form, icc_profile=profile, dpi=(300, 300)))))
        assert cleaned.info["icc_profile"] == profile
    assert Image.open(io.BytesIO(without_traces(saved("JPEG", dpi=(300, 300))))).info["dpi"] == (300, 300)
    assert Image.open(io.BytesIO(without_traces(saved("GIF", frames=2, loop=7)))).info["loop"] == 7


def test_the_names_in_a_drawing_of_windows() -> None:
    name = SECRET.encode("utf-16le")
    head = struct.pack("<II", 1, 100 + len(name)) + b"\0" * 32 + b" EMF" + b"\0" * 16
    made = head + struct.pack("<II", len(name) // 2, 100) + b"\0" * 32 + name + b"records"

    assert without_traces(made) == made.replace(name, b"\0" * len(name))


@pytest.mark.parametrize("plain", [b"BM....", b"\xd7\xcd\xc6\x9a...", b"\x1f\x8b..."])
def test_forms_without_words_stay(plain: bytes) -> None:
    assert without_traces(plain) == plain


@pytest.mark.parametrize(
    "drawn",
    [
        f"<metadata>{SECRET}</metadata>",
        f"<!-- {SECRET} -->",
        f"<?xpacket {SECRET}?>",
        f'<i:x xmlns:i="urn:inkscape">{SECRET}</i:x>',
        f'<g xmlns:i="urn:inkscape" i:export-filename="C:\\Users\\{SECRET}\\a.png"/>',
        f'<g data-name="{SECRET}"/>',
        f'<image xlink:href="file:///C:/Users/{SECRET}/a.png"/>',
        f'<image href="data:image/jpeg;base64,{base64.b64encode(SAID).decode()}"/>',
    ],
)
def test_a_drawing_says_only_what_it_shows(drawn: str) -> None:
    made = drawing_without_traces(SVG.format(drawn + PATH).encode())

    assert SAID not in made
    assert base64.b64encode(SAID) not in made
    assert PATH.encode() in made


def test_a_photograph_in_a_drawing() -> None:
    photograph = saved("JPEG", exif=exif())
    inline = f"data:image/jpeg;base64,{base64.b64encode(photograph).decode()}"

    made = drawing_without_traces(SVG.format(f'<image href="{inline}"/><use href="#a"/>').encode()).decode()

    inside = base64.b64decode(made.partition("base64,")[2].partition('"')[0])
    assert (SAID in inside, pixels(inside)) == (False, pixels(photograph))
    assert '<use href="#a"/>' in made


@pytest.mark.parametrize(("name", "kind"), [("a.svg", "svg+xml"), ("a.svg", "x"), ("a.bin", "svg+xml")])
@pytest.mark.parametrize("before", [f"<!-- {'x' * 2100} {SECRET} -->", DOCTYPE.format(""), DOCTYPE.format(" [ ]")])
def test_drawings_however_they_begin(name: str, kind: str, before: str) -> None:
    docx = with_picture(name, ('<?xml version="1.0"?>' + before + SVG.format(PATH)).encode(), kind)
    assert read_paper(docx, "a.docx").warnings == ()

    parts = take_apart(clean_upload(docx))

    assert PATH.encode() in parts[f"word/media/{name}"]
    assert b"DOCTYPE" not in parts[f"word/media/{name}"]
    assert SECRET not in whole(put_together(parts))


UNREADABLE = {
    "a.svg": (DOCTYPE.format(f' [<!ENTITY a "{SECRET}">]') + SVG.format("&a;")).encode(),
    "b.svg": b"<svg",
    "c.svg": SAID,
    "a.png": SAID,
    "b.jpeg": b"\xff\xd8\xff\xe1\xff" + SAID,
    "c.jpeg": b"\xff\xd8\xff\xe1\0\0" + SAID,
    "d.jpeg": b"\xff\xd8\xff\xfe\0\x04ab" + SAID,
    "a.gif": b"GIF89a" + SAID,
    "a.tiff": b"II*\0\x08\0\0\0" + SAID,
    "b.tiff": b"MM\0*\0\0\0\x08\0\0\0\0\0\0" + SAID,
    "a.webp": b"RIFF\x40\0\0\0WEBPVP8X" + SAID[:2],
    "a.heic": b"\0\0\0\x18ftypheic" + SAID,
    "b.png": b"",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_picture_that_cannot_be_read_is_left_out(name: str) -> None:
    docx = with_picture(name, UNREADABLE[name])
    assert read_paper(docx, "a.docx").warnings == ("pictures_left_out",)

    cleaned = clean_upload(docx)

    parts = take_apart(cleaned)
    assert f"word/media/{name}" not in parts
    assert "rIdP" not in whole(cleaned)
    assert b"svgBlip" not in parts[MAIN]
    assert b'r:embed="rIdOther"><a:extLst/>' in parts[MAIN]
    assert name not in whole(cleaned)
    assert text_of(cleaned) == text_of(docx)
    assert read_paper(cleaned, "a.docx").warnings == ()
    Document(io.BytesIO(cleaned))


def test_a_file_of_the_same_place_over_and_over_is_no_picture() -> None:
    strips = 4000
    entries = b"".join(
        struct.pack("<HHII", *entry) for entry in ((273, 4, strips, 8), (279, 4, strips, 8 + 4 * strips))
    )
    at = 8 + 8 * strips
    sizes = struct.pack("<I", at) * strips
    made = b"II*\0" + struct.pack("<I", at) + b"\0\0\0\0" * strips + sizes + struct.pack("<H", 2) + entries + b"\0" * 4

    with pytest.raises(UnreadableError):
        without_traces(made)


@pytest.mark.parametrize("made", [JPEG[:2] + b"\xff" * 3_000_000, JPEG + b"\xff\xda\0\x02" * 20_000])
def test_a_picture_of_nothing_but_marks_is_soon_refused(made: bytes) -> None:
    with pytest.raises(UnreadableError):
        without_traces(made)


def test_the_version_says_that_a_picture_is_left_out() -> None:
    version = {"warnings": ["pictures_left_out"]}

    shown = render_to_string("contracts/warnings.html", {"version": version})

    assert "it is left out of what goes to the other side." in shown
