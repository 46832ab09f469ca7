"""A document of ours as the other side may have it: what it reads, and nothing of who wrote it.

Of a Word file first goes what was said and done while it was written: tracked changes, comments, hidden words. What the
file says besides its words is metadata.py's work, for which theirs are cleaned, too: metadata.py cleans the parts that
stay, stowaways.py leaves out whole parts, pictures.py cleans what is shown.
"""

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
from contracts.adapters.pictures import JPEG, UnreadableError, without_traces
from contracts.adapters.revisions import accept_all

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

COMMENT_MARKS = tuple(W + name for name in ("commentRangeStart", "commentRangeEnd", "commentReference"))
# Kinds of content and of relationships, and roots: a part may have any name.
COMMENTS = re.compile(r"(?i)(comments(ex|extended|ids|extensible)?|people|documenttasks|tasks)")
MAX_FIELDS = 10_000
# ISO 32000-2: 14.3.2 (XMP, of any object), 14.5 (other programs' data), 14.13 (files that belong to an object).
SAID = ("/Metadata", "/PieceInfo", "/LastModified", "/AF")
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
    """The PDF without document information, XMP, attachments and notes, and without what programs write into pictures.

    A signed one stays as it is: both sides have it, and a changed byte breaks the signature. Raises Refused `corrupt`
    where it cannot be read.
    """
    from pypdf import PdfReader, PdfWriter
    from pypdf.errors import PyPdfError
    from pypdf.generic import DictionaryObject, NameObject

    try:
        reader = PdfReader(io.BytesIO(pdf))
        if is_signed(reader.root_object):
            return pdf
        writer = PdfWriter(clone_from=reader)
        writer.metadata = None
        names = _resolved(writer.root_object.get("/Names"))
        if isinstance(names, DictionaryObject):
            names.pop(NameObject("/EmbeddedFiles"), None)
        writer.root_object.pop(NameObject("/Collection"), None)
        for page in writer.pages:
            _anonymous_notes(page)
        _without_said(writer.root_object)
        # What nothing leads to any more is not written again.
        first, made = io.BytesIO(), io.BytesIO()
        writer.write(first)
        again = PdfWriter(clone_from=PdfReader(first))
        again.metadata = None
        again.write(made)
    except (PyPdfError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as failure:
        raise Refused("corrupt") from failure
    return made.getvalue()


def _resolved(found: Any) -> Any:
    return None if found is None else found.get_object()


def _listed(found: Any) -> list[Any]:
    """The members of a list; none of anything else, for files say what they like."""
    listed = _resolved(found)
    return list(listed) if isinstance(listed, list) else []


def _without_said(root: Any) -> None:
    """Nothing that this leads to has XMP, other programs' data or files, and photographs say only what they show."""
    from pypdf.generic import StreamObject

    waiting, seen = [root], {id(root)}
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            for name in [name for name in SAID if name in found]:
                del found[name]
        if isinstance(found, StreamObject):
            _clean_photograph(found)
        for inside in _inside(found):
            if isinstance(inside, dict | list) and id(inside) not in seen:
                seen.add(id(inside))
                waiting.append(inside)


def _inside(found: Any) -> list[Any]:
    values = found.values() if isinstance(found, dict) else found
    return [_resolved(value) for value in values]


def _clean_photograph(stream: Any) -> None:
    """A JPEG in its place, whatever else it is packed in; one that cannot be read shows nothing."""
    from pypdf.filters import decode_stream_data
    from pypdf.generic import ArrayObject, NameObject

    filters = _resolved(stream.get("/Filter"))
    filters = list(filters) if isinstance(filters, list) else [filters]
    if filters[-1:] not in (["/DCTDecode"], ["/DCT"]):
        return
    data = stream._data
    if len(filters) > 1:
        data = bytes(decode_stream_data(stream))
        settings = _listed(stream.pop("/DecodeParms", None))[len(filters) - 1 :]
        stream[NameObject("/Filter")] = NameObject("/DCTDecode")
        if settings:
            stream[NameObject("/DecodeParms")] = ArrayObject(settings)
    try:
        stream._data = without_traces(data[max(data.find(JPEG), 0) :])
    except UnreadableError:
        stream._data = b""


def is_signed(root: Any) -> bool:
    """Whether a field of the form holds a signature over bytes of the file."""
    form = _resolved(root.get("/AcroForm"))
    waiting = [(field, None) for field in _listed(form.get("/Fields"))] if isinstance(form, dict) else []
    for _ in range(MAX_FIELDS):
        if not waiting:
            break
        found, above = waiting.pop()
        field = _resolved(found)
        if not isinstance(field, dict):
            continue
        kind, signature = field.get("/FT", above), _resolved(field.get("/V"))
        if kind == "/Sig" and isinstance(signature, dict) and "/ByteRange" in signature:
            return True
        waiting += [(kid, kind) for kid in _listed(field.get("/Kids"))]
    return False


def _anonymous_notes(page: object) -> None:
    """Sticky notes, marks of reviewers and links to files of a computer are gone; other links and form fields stay."""
    from pypdf.generic import ArrayObject, NameObject

    notes = page.get("/Annots")  # type: ignore[attr-defined]
    if notes is None:
        return
    kept = [note for note in _listed(notes) if _kind_of_note(note) in ("/Link", "/Widget") and not _names_a_file(note)]
    page[NameObject("/Annots")] = ArrayObject(kept)  # type: ignore[index]


def _kind_of_note(note: Any) -> Any:
    found = _resolved(note)
    return found.get("/Subtype") if isinstance(found, dict) else None


def _names_a_file(note: Any) -> bool:
    """Whether a click opens something else than a place of this document or an address of the web or mail."""
    action = _resolved(_resolved(note).get("/A"))
    if not isinstance(action, dict):
        return False
    if action.get("/S") == "/URI":
        return not str(_resolved(action.get("/URI"))).lower().startswith(("http:", "https:", "mailto:"))
    return action.get("/S") in ("/Launch", "/GoToR", "/GoToE", "/ImportData", "/SubmitForm")
