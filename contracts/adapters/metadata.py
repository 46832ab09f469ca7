"""What a Word document says of the people and machines that made it, taken out before it leaves the house."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from clm.documents.extraction.package import parse_xml
from contracts.adapters.parts import W, as_bytes, put_together, take_apart, without_parts, word_roots

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

CORE = "docProps/core.xml"
APP = "docProps/app.xml"
# Nothing but the counts that a reader asks for; no names, company, template or times.
APP_KEPT = ("Pages", "Words", "Characters", "CharactersWithSpaces", "Lines", "Paragraphs")
EMPTY_CORE = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
)
# Custom properties, the picture of the first page, and data that other systems keep beside the text.
DROPPED = re.compile(r"docProps/(custom\.xml|thumbnail\.\w+)|customXml/.*|word/people\.xml|docProps/_rels/.*")
SETTINGS = ("rsids", "attachedTemplate", "docVars", "mailMerge", "saveThroughXslt")
SETTINGS_LINKS = ("attachedTemplate", "mailMergeSource", "mailMergeHeaderSource")
RSID = re.compile(r"\}rsid\w*$")
DOC_ID = re.compile(r"\}docId$")


def without_metadata(docx: bytes, *, comment_author: str | None = None) -> bytes:
    """The document without properties, save identifiers, templates' paths and other systems' data.

    `comment_author` takes the place of everyone who commented; None leaves their names. Authors of
    tracked changes stay.
    """
    parts = take_apart(docx)
    parts = without_parts(parts, {name for name in parts if DROPPED.fullmatch(name)})
    changed: dict[str, bytes] = {}
    for name, root in word_roots(parts):
        _clean(root, comment_author)
        changed[name] = as_bytes(root)
    parts |= changed
    if CORE in parts:
        parts[CORE] = EMPTY_CORE
    if APP in parts:
        parts[APP] = _counts_only(parts[APP])
    return put_together(parts | _links_of_settings(parts))


def _clean(root: Element, comment_author: str | None) -> None:
    for element in list(root.iter()):
        for name in [str(name) for name in element.attrib if RSID.search(str(name))]:
            del element.attrib[name]
        if element.tag in (W + "dataBinding", W + "rsid"):
            _remove(element)
        elif element.tag == W + "comment" and comment_author is not None:
            element.set(W + "author", comment_author)
            element.attrib.pop(W + "initials", "")
    if root.tag == W + "settings":
        for child in list(root):
            if child.tag in {W + name for name in SETTINGS} or DOC_ID.search(str(child.tag)):
                root.remove(child)


def _remove(element: Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _counts_only(app: bytes) -> bytes:
    root = parse_xml(app)
    for child in list(root):
        if str(child.tag).rsplit("}", 1)[-1] not in APP_KEPT:
            root.remove(child)
    return as_bytes(root)


def _links_of_settings(parts: dict[str, bytes]) -> dict[str, bytes]:
    """The settings' relationships without the addresses of templates and data sources."""
    changed = {}
    for name in parts:
        if name.endswith("/_rels/settings.xml.rels"):
            root = parse_xml(parts[name])
            for link in list(root):
                if str(link.get("Type", "")).rsplit("/", 1)[-1] in SETTINGS_LINKS:
                    root.remove(link)
            changed[name] = as_bytes(root)
    return changed
