"""A picture as it looks, without what cameras and programs write into its file: names, places, times, comments.

No picture is drawn anew, for that would change its pixels: what says how it looks stays, byte by byte, and everything
else of the file goes. Sources: JPEG ITU-T T.81 annex B; PNG 3rd edition, 11; GIF89a; WebP RFC 9649; TIFF 6.0; MS-EMF
2.3.4.2.
"""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Callable, Iterator

from clm.documents.extraction.extracted import Refused
from clm.documents.extraction.package import parse_xml
from contracts.adapters.parts import as_bytes

PNG = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = frozenset(
    {
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"bKGD"),
        *(b"pHYs", b"hIST", b"sPLT", b"mDCV", b"cLLI", b"acTL", b"fcTL", b"fdAT"),
    }
)
JPEG, JPEG_END, START_OF_SCAN = b"\xff\xd8\xff", 0xD9, 0xDA
# Not the restarts within a scan, which have no length. Bytes that fill the place before a marker are passed over.
JPEG_MARKER = re.compile(rb"\xff([\xc0-\xcf\xd9-\xfe])")
MOST_SEGMENTS = 10_000
APPLICATION = range(0xE0, 0xF0)
# What programs need to show the colours: 0xE0 sizes, 0xE2 a colour profile, 0xEE how the colours are coded.
JPEG_KEPT = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
JPEG_UNSHOWN = range(0xF0, 0xFF)  # extensions and comments
GIF_APPLICATION, GIF_LOOKS, GIF_LOOP = 0xFF, 0xF9, b"NETSCAPE2.0"
WEBP_PIXELS = frozenset({b"VP8 ", b"VP8L", b"ALPH"})
WEBP_KEPT = WEBP_PIXELS | {b"VP8X", b"ANIM", b"ANMF", b"ICCP"}
WEBP_EXIF_AND_XMP = 0x08 | 0x04
WEBP_FRAME = 16  # bytes of a frame before its chunks
TIFF_KEPT = frozenset(
    {
        *(254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284),
        *(290, 291, 292, 293, 296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 332, 334, 336, 338, 339),
        *(340, 341, 342, 347, 529, 530, 531, 532, 34675),
    }
)
TIFF_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
TIFF_PIXELS = ((273, 279), (324, 325))  # where the strips or tiles stand, and their sizes
EMF, EMF_SIGN = b"\x01\0\0\0", slice(40, 44)
# Bitmaps, drawings of Windows (compressed, too): they have no place for words of their own.
PLAIN = (b"BM", b"\xd7\xcd\xc6\x9a", b"\x01\0\x09\0", b"\x02\0\x09\0", b"\x1f\x8b")
SVG_NAMES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace")
# SVG 1.1 recommends one that says nothing of the drawing.
DOCTYPE = re.compile(rb"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
INLINE = re.compile(r"data:(image/[\w.+-]+);base64,(.*)", re.DOTALL)


class UnreadableError(Exception):
    """Nobody can say what of this picture is shown."""


def without_traces(data: bytes) -> bytes:
    """The same pixels, and no words. Raises UnreadableError for a broken picture and for forms not known here."""
    try:
        return _cleaning(data)(data)
    except (struct.error, IndexError, ValueError, OverflowError) as failure:
        raise UnreadableError from failure


def is_picture(data: bytes) -> bool:
    """Whether it begins as the pictures begin that words can be taken out of."""
    return _cleaning(data) not in (_unknown, bytes)


def drawing_without_traces(svg: bytes) -> bytes:
    """An SVG without comments, descriptions of its making, other programs' data and links, and without the words of the
    pictures in it. Raises UnreadableError."""
    try:
        root = parse_xml(_without_doctype(svg))
    except Refused as refusal:
        raise UnreadableError from refusal
    for element in list(root.iter()):
        parent = element.getparent()
        space = str(element.tag).rpartition("}")[0].lstrip("{")
        if parent is not None and (space not in SVG_NAMES or str(element.tag).endswith("}metadata")):
            parent.remove(element)
            continue
        for name, value in [(str(name), str(value)) for name, value in element.attrib.items()]:
            shown = _attribute(name, value)
            if shown is None:
                del element.attrib[name]
            else:
                element.set(name, shown)
    return as_bytes(root)


def _cleaning(data: bytes) -> Callable[[bytes], bytes]:
    by_start: tuple[tuple[bytes | tuple[bytes, ...], Callable[[bytes], bytes]], ...] = (
        (PNG, _png),
        (JPEG, _jpeg),
        ((b"GIF87a", b"GIF89a"), _gif),
        ((b"II*\0", b"MM\0*"), _tiff),
        (PLAIN, bytes),
    )
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _webp
    if data.startswith(EMF) and data[EMF_SIGN] == b" EMF":
        return _emf
    return next((cleaning for start, cleaning in by_start if data.startswith(start)), _unknown)


def _unknown(data: bytes) -> bytes:
    raise UnreadableError


def _png(data: bytes) -> bytes:
    return PNG + b"".join(_png_chunks(data))


def _png_chunks(data: bytes) -> Iterator[bytes]:
    at = len(PNG)
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        kind, end = data[at + 4 : at + 8], at + 12 + size
        if kind in PNG_KEPT:
            yield data[at:end]
        if kind == b"IEND":
            return
        at = end


def _jpeg(data: bytes) -> bytes:
    return JPEG[:2] + b"".join(_jpeg_segments(data)) + bytes((0xFF, JPEG_END))


def _jpeg_segments(data: bytes) -> Iterator[bytes]:
    at, is_shown, scans, segments = 2, False, 0, 0
    while found := JPEG_MARKER.search(data, at):
        if is_shown:
            yield data[at : found.start()]
        marker = found[1][0]
        if marker == JPEG_END:
            break
        (size,) = struct.unpack_from(">H", data, found.end())
        at, is_shown = found.end() + size, marker == START_OF_SCAN
        scans, segments = scans + is_shown, segments + 1
        segment = data[found.end() : at]
        if size < 2 or len(segment) < size or segments > MOST_SEGMENTS:
            raise UnreadableError
        if _is_kept(marker, segment[2:]):
            yield b"\xff" + found[1] + segment
    else:
        yield data[at:] if is_shown else b""
    if not scans:
        raise UnreadableError


def _is_kept(marker: int, said: bytes) -> bool:
    if marker in APPLICATION:
        return marker in JPEG_KEPT and said.startswith(JPEG_KEPT[marker])
    return marker not in JPEG_UNSHOWN


def _gif(data: bytes) -> bytes:
    end = 13 + _colours(data[10])
    return data[:end] + b"".join(_gif_blocks(data, end)) + b";"


def _colours(packed: int) -> int:
    """Bytes of the table of colours that follows."""
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def _gif_blocks(data: bytes, at: int) -> Iterator[bytes]:
    while at < len(data) and data[at : at + 1] != b";":
        if data[at : at + 1] == b",":
            end = _past_blocks(data, at + 11 + _colours(data[at + 9]))
            yield data[at:end]
        elif data[at : at + 1] == b"!":
            kind, first, end = data[at + 1], at + 3 + data[at + 2], _past_blocks(data, at + 2)
            if kind == GIF_LOOKS:
                yield data[at:end]
            elif kind == GIF_APPLICATION and data[at + 3 : first] == GIF_LOOP:
                yield data[at : first + 1 + data[first]] + b"\0"
        else:
            raise UnreadableError
        at = end


def _past_blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += 1 + data[at]
    return at + 1


def _webp(data: bytes) -> bytes:
    (size,) = struct.unpack_from("<I", data, 4)
    chunks = b"WEBP" + b"".join(_webp_chunks(data[12 : 8 + size], WEBP_KEPT))
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def _webp_chunks(data: bytes, kept: frozenset[bytes]) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from("<4sI", data, at)
        said = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
        if kind not in kept:
            continue
        if kind == b"VP8X":
            said = bytes((said[0] & ~WEBP_EXIF_AND_XMP,)) + said[1:]
        elif kind == b"ANMF":
            said = said[:WEBP_FRAME] + b"".join(_webp_chunks(said[WEBP_FRAME:], WEBP_PIXELS))
        yield kind + struct.pack("<I", len(said)) + said + b"\0" * (len(said) % 2)


def _tiff(data: bytes) -> bytes:
    """Everything stays where it is, for a file of this form is full of addresses; what is not shown is zeros."""
    return _Tiff(data).cleaned()


class _Tiff:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.order = "<" if data.startswith(b"II") else ">"
        self.kept = bytearray(len(data))
        self.directories: dict[int, bytes] = {}
        self.work = 0

    def cleaned(self) -> bytes:
        self._keep(0, 8)
        (at,) = self._numbers("I", 4)
        while at and at not in self.directories:
            at = self._read(at)
        for at, directory in self.directories.items():
            self.kept[at : at + len(directory)] = directory
        return bytes(self.kept)

    def _read(self, at: int) -> int:
        """The directory at this place is kept with what it shows; where the next one is, 0 after the last."""
        (count,) = self._numbers("H", at)
        (following,) = self._numbers("I", at + 2 + 12 * count)
        entries = {self._numbers("H", place)[0]: place for place in range(at + 2, at + 2 + 12 * count, 12)}
        shown = {tag: place for tag, place in entries.items() if tag in TIFF_KEPT}
        values = {tag: self._place(place) for tag, place in shown.items()}
        for places, sizes in TIFF_PIXELS:
            if places in values:
                for start, size in zip(self._values(values, places), self._values(values, sizes), strict=True):
                    self._keep_pixels(start, size)
        if not any(places in values for places, _ in TIFF_PIXELS):
            raise UnreadableError
        listed = b"".join(self.data[place : place + 12] for place in shown.values())
        self.directories[at] = struct.pack(self.order + "H", len(shown)) + listed + self._packed(following)
        return int(following)

    def _place(self, entry: int) -> tuple[str, int, int]:
        """Form, number and place of an entry's values, which are kept."""
        kind, count = self._numbers("HI", entry + 2)
        size = TIFF_SIZES.get(kind, 1) * count
        place = entry + 8 if size <= 4 else self._numbers("I", entry + 8)[0]
        if size > 4:
            self._keep(place, size)
        return ("H" if kind == 3 else "I"), count, place

    def _values(self, values: dict[int, tuple[str, int, int]], tag: int) -> tuple[int, ...]:
        if tag not in values:
            raise UnreadableError
        form, count, place = values[tag]
        self._worked(count)
        return self._numbers(f"{count}{form}", place)

    def _numbers(self, form: str, at: int) -> tuple[int, ...]:
        return struct.unpack_from(self.order + form, self.data, at)

    def _packed(self, number: int) -> bytes:
        return struct.pack(self.order + "I", number)

    def _keep(self, start: int, size: int) -> None:
        self._worked(size)
        self.kept[start : start + size] = self.data[start : start + size]

    def _keep_pixels(self, start: int, size: int) -> None:
        self._keep(start, size)
        strip = self.data[start : start + size]
        if strip.startswith(JPEG):
            self.kept[start : start + size] = _jpeg(strip).ljust(len(strip), b"\0")[: len(strip)]

    def _worked(self, size: int) -> None:
        """No place is kept over and over."""
        self.work += size
        if self.work > 2 * len(self.data) + 8:
            raise UnreadableError


def _emf(data: bytes) -> bytes:
    """Without the names of the program and of the picture."""
    letters, start = struct.unpack_from("<II", data, 60)
    end = min(start + 2 * letters, len(data))
    return data[:start] + b"\0" * (end - start) + data[end:] if start and end > start else data


def _without_doctype(svg: bytes) -> bytes:
    found = DOCTYPE.match(svg, max(svg.lower().find(b"<!doctype"), 0))
    return svg[: found.start()] + svg[found.end() :] if found else svg


def _attribute(name: str, value: str) -> str | None:
    """As it may be said; None where it says nothing of how the drawing looks."""
    space, _, plain = name.rpartition("}")
    if (space and space.lstrip("{") not in SVG_NAMES) or plain.startswith("data-"):
        return None
    if plain != "href" or value.startswith("#"):
        return value
    found = INLINE.fullmatch(value.strip())
    if found is None:
        return None
    try:
        inside = without_traces(base64.b64decode(found[2]))
    except (UnreadableError, ValueError):
        return None
    return f"data:{found[1]};base64,{base64.b64encode(inside).decode()}"
