"""A Word package as its parts: taken apart within the bounds of every upload, and put together again."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lxml import etree

from clm.documents.extraction.extracted import DOCX, Refused
from clm.documents.extraction.limits import DEFAULT, Limits
from clm.documents.extraction.package import CONTENT_TYPES, XML_SUFFIXES, check_package, is_word_package, parse_xml
from clm.documents.extraction.package import read_part as read_part_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# The zip format knows no earlier instant; one and the same for all, so that the same parts give the same bytes.
NO_DATE = (1980, 1, 1, 0, 0, 0)


def take_apart(docx: bytes, limits: Limits = DEFAULT) -> dict[str, bytes]:
    """Name -> bytes of each part. Raises Refused for what no upload may be: bombs, entities, macros, other files."""
    if len(docx) > limits.file_bytes:
        raise Refused("too_large")
    with check_package(docx, limits) as package:
        if not is_word_package(package):
            raise Refused("wrong_type")
        names = [entry.filename for entry in package.infolist() if not entry.is_dir()]
        return {name: read_part_of(package, name, limits) for name in names}


def put_together(parts: dict[str, bytes]) -> bytes:
    """The package; the same parts give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name in sorted(parts, key=lambda name: (name != CONTENT_TYPES, name)):
            entry = zipfile.ZipInfo(name, NO_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, parts[name])
    return buffer.getvalue()


def word_roots(parts: dict[str, bytes]) -> Iterator[tuple[str, Element]]:
    """The parts that speak WordprocessingML: text, headers, notes, comments, styles, settings."""
    for name, data in parts.items():
        if name.lower().endswith(XML_SUFFIXES) and not name.startswith(("docProps/", "customXml/", "_rels/")):
            root = parse_xml(data)
            if str(root.tag).startswith(W):
                yield name, root


def as_bytes(root: Element) -> bytes:
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return data


def without_parts(parts: dict[str, bytes], dropped: set[str]) -> dict[str, bytes]:
    """The parts but these, with nothing that leads to them: no relationship, no content type."""
    kept = {name: data for name, data in parts.items() if name not in dropped}
    for name in [name for name in kept if name.endswith(".rels")]:
        root = parse_xml(kept[name])
        for link in list(root):
            if target_of(name, link) in dropped:
                root.remove(link)
        kept[name] = as_bytes(root)
    types = parse_xml(kept[CONTENT_TYPES])
    for entry in list(types):
        if str(entry.get("PartName", "")).lstrip("/") in dropped:
            types.remove(entry)
    return kept | {CONTENT_TYPES: as_bytes(types)}


def target_of(rels: str, link: Element) -> str:
    """The part that a relationship of this .rels part leads to; "" for an address outside."""
    if str(link.get("TargetMode", "")).lower() == "external":
        return ""
    target = str(link.get("Target", ""))
    folder = posixpath.dirname(posixpath.dirname(rels))
    return posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")


__all__ = ["DOCX", "W", "as_bytes", "put_together", "take_apart", "target_of", "without_parts", "word_roots"]
