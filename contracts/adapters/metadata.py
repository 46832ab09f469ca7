"""What a Word document says of the people and machines that made it, taken out before it leaves the house.

`without_metadata` is for every Word file that goes out, ours or theirs, and for every redline. This module cleans the
parts that stay: properties, settings, fields, folders. Whole parts are left out by stowaways.py; outgoing.py takes out
of ours, before, what was said while it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from clm.documents.extraction.package import parse_xml
from contracts.adapters.parts import W, as_bytes, put_together, take_apart, without_parts, word_roots
from contracts.adapters.stowaways import without_stowaways

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
# A folder on somebody's computer or in their network, up to the name of the file.
FOLDER = re.compile(
    r"(?:file:|(?<![A-Za-z])[A-Za-z]:[\\/]|\\\\|/(?:Users|home)/)(?:[^\"<>|*?\r\n]{0,1000}[\\/])?", re.IGNORECASE
)
PICTURES = ("docPr", "cNvPr", "imagedata", "shape")
QUOTED = re.compile(r'"[^"]*"')
# Fields that show who wrote the document, and where it is kept.
TELLING = re.compile(
    r"""(?i)\s*((INFO|DOCPROPERTY)\s+"?)?"""
    r"(AUTHOR|LASTSAVEDBY|LASTAUTHOR|MANAGER|FILENAME|USERNAME|USERINITIALS|USERADDRESS|TEMPLATE)\b"
)


def without_metadata(docx: bytes, *, comment_author: str | None = None) -> bytes:
    """The document without properties, save identifiers, templates' paths and other systems' data.

    `comment_author` takes the place of everyone who commented; None leaves their names. Authors of
    tracked changes stay.
    """
    parts = without_stowaways(take_apart(docx))
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
    parts |= _links_of_settings(parts)
    return put_together(parts | _links_of_files(parts))


def _clean(root: Element, comment_author: str | None) -> None:
    for element in list(root.iter()):
        for name in [str(name) for name in element.attrib if RSID.search(str(name))]:
            del element.attrib[name]
        if element.tag in (W + "dataBinding", W + "rsid"):
            _remove(element)
        elif element.tag == W + "comment" and comment_author is not None:
            element.set(W + "author", comment_author)
            element.attrib.pop(W + "initials", "")
        _forget_people(element)
    _clean_fields(root)
    if root.tag == W + "settings":
        for child in list(root):
            if child.tag in {W + name for name in SETTINGS} or DOC_ID.search(str(child.tag)):
                root.remove(child)


def _forget_people(element: Element) -> None:
    """Who alone may edit a passage, and the folder that a picture came from."""
    if element.tag == W + "permStart":
        element.attrib.pop(W + "ed", "")
    elif isinstance(element.tag, str) and element.tag.rsplit("}", 1)[-1] in PICTURES:
        for name, value in element.attrib.items():
            if not str(name).endswith("}id"):
                element.set(name, FOLDER.sub("", str(value)))


def _clean_fields(root: Element) -> None:
    """Fields keep what they are; what they last showed of people and folders is gone."""
    for simple in root.iter(W + "fldSimple"):
        said = str(simple.get(W + "instr", ""))
        simple.set(W + "instr", _without_folders(said))
        if TELLING.match(said):
            _blank(simple.iter(W + "t"))
    open_fields: list[_Field] = []
    texts: list[Element] = []
    for element in root.iter(W + "fldChar", W + "instrText", W + "t"):
        if element.tag == W + "fldChar":
            _mark(open_fields, texts, element.get(W + "fldCharType"))
        elif element.tag == W + "instrText":
            for each in open_fields[-1:]:
                each.said += element.text or ""
            element.text = _without_folders(element.text or "")
        else:
            texts.append(element)


def _mark(open_fields: list[_Field], texts: list[Element], kind: str | None) -> None:
    """A field begins, shows from here on, or ends; one that never ends shows nothing of its own."""
    if kind == "begin":
        open_fields.append(_Field())
    elif kind == "separate" and open_fields:
        open_fields[-1].shows_from = len(texts)
    elif kind == "end" and open_fields:
        ended = open_fields.pop()
        if ended.shows_from is not None and TELLING.match(ended.said):
            _blank(texts[ended.shows_from :])
            del texts[ended.shows_from :]


@dataclass(slots=True)
class _Field:
    said: str = ""
    shows_from: int | None = None


def _blank(texts: Iterable[Element]) -> None:
    for text in texts:
        text.text = ""


def _without_folders(said: str) -> str:
    return QUOTED.sub(lambda quoted: f'"{FOLDER.sub("", quoted[0][1:-1])}"', said)


def _links_of_files(parts: dict[str, bytes]) -> dict[str, bytes]:
    """Relationships to files on somebody's computer or network lead to the file's name alone."""
    changed = {}
    for name in [name for name in parts if name.endswith(".rels")]:
        root = parse_xml(parts[name])
        for link in root:
            target = unquote(str(link.get("Target", "")))
            if FOLDER.match(target) or (target.startswith("//") and link.get("TargetMode") == "External"):
                link.set("Target", quote(re.split(r"[\\/:]", target)[-1]) or "file")
        changed[name] = as_bytes(root)
    return changed


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
