"""What travels in a Word package beside the document: embedded files, building blocks, other systems' data, settings of
printers, and what cameras and programs write into pictures."""

from __future__ import annotations

import posixpath
import re
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

from clm.documents.extraction.package import CONTENT_TYPES, MAIN_TYPES, XML_SUFFIXES, parse_xml
from contracts.adapters.parts import as_bytes, target_of, without_parts

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

# The last words of a relationship's type (ECMA-376 part 1, 15.2; MS-OE376), in lower case.
DROPPED = frozenset(
    {
        *("oleobject", "package", "control", "activexcontrolbinary", "afchunk", "glossarydocument", "printersettings"),
        *("customxml", "customxmlprops", "custom-properties", "thumbnail", "people", "recipientdata", "ctrlprop"),
        *("attachedtoolbars", "keymapcustomizations", "mailmergesource", "mailmergeheadersource", "attachedtemplate"),
    }
)
REFERENCE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
ROOT = "_rels/.rels"
PNG = b"\x89PNG\r\n\x1a\n"
# Chunks and segments that say how a picture looks stay; these say who took it, where, when and with what.
PNG_DROPPED = frozenset({b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"tIME"})
EXIF_AND_XMP, PHOTOSHOP, COMMENT = 0xE1, 0xED, 0xFE
JPEG_DROPPED = frozenset({EXIF_AND_XMP, PHOTOSHOP, COMMENT})
START_OF_SCAN = 0xDA
SVG = re.compile(rb"<(?:\w+:)?svg[\s>]")
SVG_NAMES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace")


def without_stowaways(parts: dict[str, bytes]) -> dict[str, bytes]:
    """The parts that the document needs to be shown, with pictures that say nothing but what they show. A picture of an
    embedded file stays in its place."""
    for name in [name for name in parts if name.endswith(".rels")]:
        parts = _without_links(parts, name)
    reached = _reached(parts)
    # A package whose relationships do not lead to its text is read by its content types: then nothing is known.
    if _main(parts) in reached:
        parts = without_parts(parts, parts.keys() - reached)
    return {name: without_traces(data) for name, data in parts.items()}


def _without_links(parts: dict[str, bytes], rels: str) -> dict[str, bytes]:
    """No relationship of the kinds above, and nothing in its part that refers to one."""
    root = parse_xml(parts[rels])
    links = [link for link in root if _kind(link) in DROPPED]
    if not links:
        return parts
    for link in links:
        root.remove(link)
    changed = {rels: as_bytes(root)}
    source = _source(rels)
    if source.lower().endswith(XML_SUFFIXES) and source in parts:
        changed[source] = _without_references(parts[source], {str(link.get("Id")) for link in links})
    return parts | changed


def _kind(link: Element) -> str:
    return re.split(r"[/#]", str(link.get("Type", "")).lower())[-1]


def _source(rels: str) -> str:
    folder = posixpath.dirname(posixpath.dirname(rels))
    return posixpath.join(folder, posixpath.basename(rels).removesuffix(".rels"))


def _without_references(data: bytes, identifiers: set[str]) -> bytes:
    root = parse_xml(data)
    for element in list(root.iter()):
        parent = element.getparent()
        if parent is not None and _refers(element, identifiers):
            parent.remove(element)
    return as_bytes(root)


def _refers(element: Element, identifiers: set[str]) -> bool:
    return any(str(name).startswith(REFERENCE) and str(value) in identifiers for name, value in element.attrib.items())


def _main(parts: dict[str, bytes]) -> str:
    entries = parse_xml(parts[CONTENT_TYPES])
    names = (str(each.get("PartName", "")) for each in entries if str(each.get("ContentType")).lower() in MAIN_TYPES)
    return next(names, "").lstrip("/")


def _reached(parts: dict[str, bytes]) -> set[str]:
    """The parts to which relationships lead from the package, with those relationships."""
    found, waiting = {CONTENT_TYPES}, [ROOT]
    names = {name.lower(): name for name in parts}
    while waiting:
        rels = waiting.pop()
        if rels not in parts or rels in found:
            continue
        found.add(rels)
        for link in parse_xml(parts[rels]):
            target = names.get(target_of(rels, link).lower())
            if target is not None:
                found.add(target)
                beside = posixpath.join(posixpath.dirname(target), "_rels", f"{posixpath.basename(target)}.rels")
                waiting.append(names.get(beside.lower(), beside))
    return found


def without_traces(data: bytes) -> bytes:
    """A PNG, JPEG or SVG without what is written beside the picture; anything else, and what is broken, as it is."""
    try:
        if data.startswith(PNG):
            return PNG + b"".join(_png_chunks(data))
        if data.startswith(b"\xff\xd8\xff"):
            return b"\xff\xd8" + b"".join(_jpeg_segments(data))
        if SVG.search(data[:2000]):
            return _svg(data)
    except (struct.error, IndexError):
        pass
    return data


def _png_chunks(data: bytes) -> Iterator[bytes]:
    at = len(PNG)
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        kind, end = data[at + 4 : at + 8], at + 12 + size
        if kind not in PNG_DROPPED:
            yield data[at:end]
        if kind == b"IEND":
            return
        at = end


def _jpeg_segments(data: bytes) -> Iterator[bytes]:
    at = 2
    while at < len(data):
        marker = data[at + 1]
        if data[at] != 0xFF or marker == START_OF_SCAN:
            yield data[at:]
            return
        (size,) = struct.unpack_from(">H", data, at + 2)
        if marker not in JPEG_DROPPED:
            yield data[at : at + 2 + size]
        at += 2 + size


def _svg(data: bytes) -> bytes:
    root = parse_xml(data)
    for element in list(root.iter()):
        parent = element.getparent()
        space = str(element.tag).rpartition("}")[0].lstrip("{")
        if parent is not None and (space not in SVG_NAMES or str(element.tag).endswith("}metadata")):
            parent.remove(element)
            continue
        for name in [str(name) for name in element.attrib if str(name).startswith("{")]:
            if name.rpartition("}")[0].lstrip("{") not in SVG_NAMES:
                del element.attrib[name]
    return as_bytes(root)
