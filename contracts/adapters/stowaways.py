"""What travels in a Word package beside the document: whole parts that nobody reads, such as embedded files, building
blocks, other systems' data and settings of printers. They are found by the package's relationships.

Beside this, pictures.py cleans each picture, metadata.py the parts that stay, of what they say of people and machines,
and outgoing.py makes of a document of ours what the other side may have: it begins with tracked changes, comments and
hidden words, and calls the others.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from clm.documents.extraction.extracted import Refused
from clm.documents.extraction.package import CONTENT_TYPES, MAIN_TYPES, XML_SUFFIXES, parse_xml
from contracts.adapters.parts import as_bytes, take_apart, target_of, without_parts
from contracts.adapters.pictures import UnreadableError, drawing_without_traces, is_picture, without_traces

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
DRAWINGML_EXTENSION = "{http://schemas.openxmlformats.org/drawingml/2006/main}ext"


def without_stowaways(parts: dict[str, bytes]) -> dict[str, bytes]:
    """The parts that the document needs to be shown, with pictures that say nothing but what they show. A picture of an
    embedded file stays in its place; one that cannot be read is left out, for nobody can say what it tells."""
    for name in [name for name in parts if name.endswith(".rels")]:
        parts = _without_links(parts, name, lambda _, link: kind_of(link) in DROPPED)
    reached = _reached(parts)
    # A package whose relationships do not lead to its text is read by its content types: then nothing is known.
    if _main(parts) in reached:
        parts = without_parts(parts, parts.keys() - reached)
    pictures = shown_pictures(parts)
    unreadable = {name for name, data in pictures.items() if data is None}
    parts = parts | {name: data for name, data in pictures.items() if data is not None}
    return _without_pictures(parts, unreadable) if unreadable else parts


def leaves_pictures_out(docx: bytes) -> bool:
    """Whether the Word document has a picture that does not go out with it; of what cannot be read at all, not."""
    try:
        parts = take_apart(docx)
        reached = _reached(parts)
        return any(data is None and name in reached for name, data in shown_pictures(parts).items())
    except Refused:
        return False


def shown_pictures(parts: dict[str, bytes]) -> dict[str, bytes | None]:
    """Each picture as it may go out; None where it cannot be read."""
    kinds = _kinds(parts)
    found: dict[str, bytes | None] = {}
    for name, data in parts.items():
        kind = kinds(name)
        cleaning = _cleaning(name, kind, data)
        if cleaning is not None:
            try:
                found[name] = cleaning(data)
            except UnreadableError:
                found[name] = None
    return found


def _cleaning(name: str, kind: str, data: bytes) -> Callable[[bytes], bytes] | None:
    """By what the package says of the part, and what the part begins with; None for what is no picture."""
    if name.lower().endswith(".svg") or kind.startswith("image/svg"):
        return drawing_without_traces
    if name.lower().endswith(XML_SUFFIXES):
        return None
    return without_traces if kind.startswith("image/") or is_picture(data) else None


def _kinds(parts: dict[str, bytes]) -> Callable[[str], str]:
    """Part -> its content type, in lower case."""
    entries = list(parse_xml(parts[CONTENT_TYPES]))
    said = {
        str(each.get("PartName") or "." + str(each.get("Extension"))).lower(): str(each.get("ContentType", "")).lower()
        for each in entries
    }
    return lambda name: said.get(f"/{name}".lower(), said.get(posixpath.splitext(name)[1].lower(), ""))


def _without_pictures(parts: dict[str, bytes], names: set[str]) -> dict[str, bytes]:
    lower = {name.lower() for name in names}
    for rels in [name for name in parts if name.endswith(".rels")]:
        parts = _without_links(parts, rels, lambda rels, link: target_of(rels, link).lower() in lower)
    return without_parts(parts, names)


def _without_links(parts: dict[str, bytes], rels: str, is_dropped: Callable[[str, Element], bool]) -> dict[str, bytes]:
    """None of these relationships, and nothing in its part that refers to one."""
    root = parse_xml(parts[rels])
    links = [link for link in root if is_dropped(rels, link)]
    if not links:
        return parts
    for link in links:
        root.remove(link)
    changed = {rels: as_bytes(root)}
    source = _source(rels)
    if source.lower().endswith(XML_SUFFIXES) and source in parts:
        changed[source] = _without_references(parts[source], {str(link.get("Id")) for link in links})
    return parts | changed


def kind_of(link: Element) -> str:
    return re.split(r"[/#]", str(link.get("Type", "")).lower())[-1]


def _source(rels: str) -> str:
    folder = posixpath.dirname(posixpath.dirname(rels))
    return posixpath.join(folder, posixpath.basename(rels).removesuffix(".rels"))


def _without_references(data: bytes, identifiers: set[str]) -> bytes:
    root = parse_xml(data)
    for element in [element for element in root.iter() if _refers(element, identifiers)]:
        # An extension of a drawing is whole or not there.
        dropped = next(element.iterancestors(DRAWINGML_EXTENSION), element)
        parent = dropped.getparent()
        if parent is not None:
            parent.remove(dropped)
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
