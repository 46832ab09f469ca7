"""A document of ours as the other side may have it: what it reads, and nothing of who wrote it."""

from __future__ import annotations

import io
import posixpath
import re
from typing import TYPE_CHECKING, Any

from clm.documents.extraction.docx import is_hidden, part_names
from clm.documents.extraction.extracted import Refused
from clm.documents.extraction.limits import DEFAULT
from clm.documents.extraction.package import CONTENT_TYPES, XML_SUFFIXES, check_package, parse_xml
from clm.documents.extraction.styles import read_styles
from contracts.adapters.metadata import without_metadata
from contracts.adapters.parts import W, as_bytes, put_together, take_apart, target_of, without_parts, word_roots
from contracts.adapters.revisions import accept_all

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

COMMENT_MARKS = tuple(W + name for name in ("commentRangeStart", "commentRangeEnd", "commentReference"))
# Kinds of content and of relationships, and roots: a part may have any name.
COMMENTS = re.compile(r"(?i)(comments(ex|extended|ids|extensible)?|people|documenttasks|tasks)")
MAX_FIELDS = 10_000
MICROSOFT = "{http://schemas.microsoft.com/office/"
NOTES = ((W + "footnoteReference", W + "footnote"), (W + "endnoteReference", W + "endnote"))


def clean_upload(docx: bytes) -> bytes:
    """The Word document with its tracked changes accepted, without comments, hidden text and metadata."""
    return without_metadata(without_comments(without_hidden(accept_all(docx))))


def without_comments(docx: bytes) -> bytes:
    """The document without comments, those who wrote them, and the marks where they stood."""
    parts = take_apart(docx)
    parts = without_parts(parts, _comment_parts(parts))
    changed = {}
    for name in [name for name in parts if name.endswith(".rels")]:
        root = parse_xml(parts[name])
        for link in [link for link in root if _says_comments(str(link.get("Type", "")))]:
            root.remove(link)
        changed[name] = as_bytes(root)
    for name, root in word_roots(parts):
        for mark in list(root.iter(*COMMENT_MARKS)):
            parent = mark.getparent()
            if parent is not None:
                parent.remove(mark)
        changed[name] = as_bytes(root)
    return put_together(parts | changed)


def _comment_parts(parts: dict[str, bytes]) -> set[str]:
    """By what the content types, the relationships or their own roots say of them; with their relationships."""
    said = {
        str(entry.get("PartName", "")).lstrip("/").lower()
        for entry in parse_xml(parts[CONTENT_TYPES])
        if _says_comments(str(entry.get("ContentType", "")).removesuffix("+xml"))
    }
    found = set()
    for name, data in parts.items():
        if name.endswith(".rels"):
            links = [link for link in parse_xml(data) if _says_comments(str(link.get("Type", "")))]
            said |= {target_of(name, link).lower() for link in links}
        elif name != CONTENT_TYPES and name.lower().endswith(XML_SUFFIXES):
            tag = str(parse_xml(data).tag)
            if COMMENTS.fullmatch(tag.rsplit("}", 1)[-1]) and tag.startswith((W, MICROSOFT)):
                found.add(name)
    found |= {name for name in parts if name.lower() in said}
    beside = {posixpath.join(posixpath.dirname(name), "_rels", f"{posixpath.basename(name)}.rels") for name in found}
    return found | (beside & parts.keys())


def _says_comments(kind: str) -> bool:
    return COMMENTS.fullmatch(re.split(r"[/.]", kind)[-1]) is not None


def without_hidden(docx: bytes) -> bytes:
    """The document without the words that reading leaves out because they are hidden, and their notes."""
    parts = take_apart(docx)
    with check_package(docx, DEFAULT) as package:
        name_of_styles = part_names(package).get("styles", "")
    styles = read_styles(parse_xml(parts[name_of_styles]) if name_of_styles in parts else None)
    roots = dict(word_roots(parts))
    dropped: dict[str, set[str]] = {note: set() for _, note in NOTES}
    for root in roots.values():
        for run in [run for run in root.iter(W + "r") if is_hidden(run, styles)]:
            for reference, note in NOTES:
                dropped[note] |= {str(found.get(W + "id")) for found in run.iter(reference)}
            _emptied(run)
    for reference, note in NOTES:
        dropped[note] -= {str(left.get(W + "id")) for root in roots.values() for left in root.iter(reference)}
        for found in [found for root in roots.values() for found in root.iter(note)]:
            parent = found.getparent()
            if parent is not None and found.get(W + "id") in dropped[note]:
                parent.remove(found)
    return put_together(parts | {name: as_bytes(root) for name, root in roots.items()})


def _emptied(run: Element) -> None:
    """Only the marks of a field stay, for its other half may be in words that are shown."""
    for child in [child for child in run if child.tag not in (W + "rPr", W + "fldChar")]:
        run.remove(child)
    parent = run.getparent()
    if parent is not None and run.find(W + "fldChar") is None:
        parent.remove(run)


def clean_pdf(pdf: bytes) -> bytes:
    """The PDF without document information, XMP, attachments and notes.

    A signed one stays as it is: both sides have it, and a changed byte breaks the signature. Raises Refused `corrupt`
    where it cannot be read.
    """
    from pypdf import PdfReader, PdfWriter
    from pypdf.errors import PyPdfError
    from pypdf.generic import NameObject

    try:
        reader = PdfReader(io.BytesIO(pdf))
        if _is_signed(reader.root_object):
            return pdf
        writer = PdfWriter(clone_from=reader)
        writer.metadata = None
        names = writer.root_object.get("/Names")
        if names is not None:
            names.get_object().pop(NameObject("/EmbeddedFiles"), None)
        for place in (writer.root_object, *writer.pages):
            for name in ("/Metadata", "/PieceInfo", "/LastModified", "/AF", "/Collection"):
                place.pop(NameObject(name), None)
        for page in writer.pages:
            _anonymous_notes(page)
        # What nothing leads to any more is not written again.
        first, made = io.BytesIO(), io.BytesIO()
        writer.write(first)
        again = PdfWriter(clone_from=PdfReader(first))
        again.metadata = None
        again.write(made)
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError) as failure:
        raise Refused("corrupt") from failure
    return made.getvalue()


def _is_signed(root: Any) -> bool:
    """Whether a field of the form holds a signature over bytes of the file."""
    form = root.get("/AcroForm")
    waiting = [(field, None) for field in (form.get_object().get("/Fields", ()) if form is not None else ())]
    for _ in range(MAX_FIELDS):
        if not waiting:
            break
        found, above = waiting.pop()
        field = found.get_object()
        kind, value = field.get("/FT", above), field.get("/V")
        signature = value.get_object() if value is not None else None
        if kind == "/Sig" and isinstance(signature, dict) and "/ByteRange" in signature:
            return True
        waiting += [(kid, kind) for kid in field.get("/Kids", ())]
    return False


def _anonymous_notes(page: object) -> None:
    """Sticky notes and marks of reviewers are gone; links and form fields stay."""
    from pypdf.generic import ArrayObject, NameObject

    notes = page.get("/Annots")  # type: ignore[attr-defined]
    if notes is None:
        return
    kept = [note for note in notes.get_object() if note.get_object().get("/Subtype") in ("/Link", "/Widget")]
    page[NameObject("/Annots")] = ArrayObject(kept)  # type: ignore[index]
