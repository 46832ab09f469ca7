"""A PDF that only shows: what could act, change or hide in it is taken out, and what forms show becomes the page.

ISO 32000-2: 12.6 (actions), 12.7 (forms), 7.11.4 (files in files), 13 (sound, films, 3D).
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, StreamObject

from clm.documents.extraction.extracted import Refused
from contracts.adapters.outgoing import is_signed

KINDS = ("javascript", "launch", "forms", "files", "media", "actions")
# By the subtype of an action; every other one that is no place in this file and no address is just an action.
ACTIONS = {
    "/JavaScript": "javascript", "/Launch": "launch", "/GoToR": "launch", "/GoToE": "files",
    "/SubmitForm": "forms", "/ImportData": "forms", "/ResetForm": "forms",
    "/Rendition": "media", "/Movie": "media", "/Sound": "media", "/RichMediaExecute": "media", "/GoTo3DView": "media",
}  # fmt: skip
NOTES = {
    "/FileAttachment": "files", "/RichMedia": "media", "/Movie": "media", "/Screen": "media", "/Sound": "media",
    "/3D": "media", "/Widget": "forms",
}  # fmt: skip
LEADS = ("/A", "/PA", "/Next", "/OpenAction")
WEB = ("http:", "https:", "mailto:")
DATA = (".json", ".jsonl")
MOST_OBJECTS = 400_000
NOT_SHOWN = 0b100010  # 12.5.3: hidden, or not to be viewed
XFA = "This form makes its pages by a program (XFA). Print it to a plain PDF, and upload that."
ACTS = (
    "This file bears signatures and could act by itself (%s): it can be neither cleaned nor sent. Ask for a plain one."
)


@dataclass(frozen=True)
class Quiet:
    """The PDF, the kinds of what was taken out, in the order of KINDS, and whether it bears signatures."""

    content: bytes
    removed: tuple[str, ...]
    is_signed: bool


def quiet(content: bytes) -> Quiet:
    """The PDF upright and quiet; one that bears signatures as it is. Raises Refused."""
    try:
        reader = PdfReader(io.BytesIO(content))
        if is_signed(reader.root_object):
            return as_signed(content)
        _check_form(reader.root_object)
        return _cleaned(reader)
    except (PyPdfError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as failure:
        raise Refused("corrupt") from failure


def as_signed(content: bytes) -> Quiet:
    """The PDF as it is. Raises Refused where it could act."""
    try:
        root = PdfReader(io.BytesIO(content)).root_object
        _check_form(root)
        found = _Walk(keeps=True).through(root) - {"forms"}
        signed = is_signed(root)
    except (PyPdfError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as failure:
        raise Refused("corrupt") from failure
    if found:
        raise Refused("active_signed", ACTS % ", ".join(_ordered(found)))
    return Quiet(content, (), signed)


def _check_form(root: Any) -> None:
    form = _resolved(root.get("/AcroForm"))
    if isinstance(form, dict) and "/XFA" in form:
        raise Refused("active_form", XFA)


def _cleaned(reader: PdfReader) -> Quiet:
    writer = PdfWriter(clone_from=reader)
    walk = _Walk()
    found = walk.through(writer.root_object)
    for page in writer.pages:
        _flatten(page)
        page.transfer_rotation_to_content()
    root = writer.root_object
    for name in ("/AcroForm", "/OpenAction", "/AA", "/Collection"):
        root.pop(NameObject(name), None)
    first, made = io.BytesIO(), io.BytesIO()
    writer.write(first)
    # What nothing leads to any more is not written again.
    PdfWriter(clone_from=PdfReader(first)).write(made)
    return Quiet(made.getvalue(), _ordered(found), is_signed=False)


def _ordered(found: set[str]) -> tuple[str, ...]:
    return tuple(kind for kind in KINDS if kind in found)


def _resolved(found: Any) -> Any:
    return None if found is None else found.get_object() if hasattr(found, "get_object") else found


class _Walk:
    """Through everything that a root leads to: `found` are the kinds of what acts, which is taken out unless the file
    `keeps` it."""

    def __init__(self, *, keeps: bool = False) -> None:
        self.keeps = keeps
        self.found: set[str] = set()

    def through(self, root: Any) -> set[str]:
        waiting, seen = [root], {id(root)}
        while waiting:
            here = waiting.pop()
            if isinstance(here, dict):
                self._look(here)
            for each in list(here.values() if isinstance(here, dict) else here):
                inside = _resolved(each)
                if isinstance(inside, dict | list) and id(inside) not in seen:
                    seen.add(id(inside))
                    waiting.append(inside)
            if len(seen) > MOST_OBJECTS:
                raise Refused("too_large")
        return self.found

    def _look(self, here: Any) -> None:
        for name in LEADS:
            self._lead(here, name)
        if "/AA" in here:
            self._take(here, "/AA", "actions")
        if "/JS" in here:
            self._take(here, "/JS", "javascript")
        names = _resolved(here.get("/Names"))
        if isinstance(names, dict) and "/JavaScript" in names:
            self._take(names, "/JavaScript", "javascript")
        self._files(here, names if isinstance(names, dict) else {})
        self._notes(here)

    def _files(self, here: Any, names: Any) -> None:
        """Where nothing is taken out, data is let be: an executed text carries what its certificate's hashes are of.
        The walk comes to each file by its own `/EF`."""
        if self.keeps:
            if "/EF" in here and not _is_data(here):
                self.found.add("files")
            return
        if "/EmbeddedFiles" in names:
            self._take(names, "/EmbeddedFiles", "files")
        for name in ("/AF", "/EF"):
            if name in here:
                self._take(here, name, "files")

    def _lead(self, here: Any, name: str) -> None:
        """An action, or a list of them; an open action may be a place in this file, which only says where to begin."""
        given = _resolved(here.get(name))
        for action in given if isinstance(given, list) else [given]:
            kind = _kind_of(_resolved(action))
            if kind:
                self._take(here, name, kind)

    def _notes(self, page: Any) -> None:
        notes = _resolved(page.get("/Annots"))
        if not isinstance(notes, list):
            return
        kept = []
        for note in notes:
            kind = NOTES.get(str((_resolved(note) or {}).get("/Subtype")), "")
            if kind:
                self.found.add(kind)
            if not kind or kind == "forms":
                kept.append(note)
        if not self.keeps and len(kept) < len(notes):
            page[NameObject("/Annots")] = ArrayObject(kept)

    def _take(self, here: Any, name: str, kind: str) -> None:
        self.found.add(kind)
        if not self.keeps:
            here.pop(NameObject(name), None)


def _is_data(file: Any) -> bool:
    """Whether a file in the file is JSON by its name and by its bytes, which nothing runs."""
    names = [str(_resolved(file[name])).lower() for name in ("/F", "/UF") if name in file]
    streams = [_resolved(each) for each in _resolved(file["/EF"]).values()]
    is_named = bool(names) and all(name.endswith(DATA) for name in names) and "/RF" not in file
    return is_named and all(isinstance(each, StreamObject) and _is_json(each.get_data()) for each in streams)


def _is_json(content: bytes) -> bool:
    try:
        return all(isinstance(json.loads(line), dict) for line in content.decode().splitlines())
    except ValueError:
        return False


def _kind_of(action: Any) -> str:
    """Empty for what is no action, leads to a place of this file, or to an address of the web or mail."""
    if not isinstance(action, dict) or "/S" not in action:
        return ""
    does = str(action.get("/S"))
    if does == "/URI":
        return "" if str(_resolved(action.get("/URI"))).lower().startswith(WEB) else "launch"
    if does == "/GoTo" or action.get("/Type", "/Action") != "/Action":
        return ""
    return ACTIONS.get(does, "actions")


def _flatten(page: Any) -> None:
    """What the fields of a form show is drawn on the page; of the notes only links stay."""
    notes = _resolved(page.get("/Annots"))
    if not isinstance(notes, list):
        return
    links = []
    for each in notes:
        note = _resolved(each)
        if isinstance(note, dict) and note.get("/Subtype") == "/Link":
            links.append(each)
        elif isinstance(note, dict):
            _draw(page, note, len(links))
    page[NameObject("/Annots")] = ArrayObject(links)


def _draw(page: Any, note: Any, number: int) -> None:
    """ISO 32000-2, 12.5.5: the appearance's box, as its matrix turns it, fits the note's rectangle."""
    shown = _appearance(note)
    if shown is None or int(note.get("/F", 0)) & NOT_SHOWN:
        return
    left, bottom, right, top = _sorted(note["/Rect"])
    box = _moved(_sorted(shown.get("/BBox", note["/Rect"])), [float(each) for each in shown.get("/Matrix", ())])
    wide, high = box[2] - box[0], box[3] - box[1]
    if wide <= 0 or high <= 0:
        return
    x, y = (right - left) / wide, (top - bottom) / high
    matrix = f"{x:.6f} 0 0 {y:.6f} {left - box[0] * x:.6f} {bottom - box[1] * y:.6f}"
    name = _named(page, shown, number)
    _append(page, f"q {matrix} cm {name} Do Q")


def _appearance(note: Any) -> Any:
    """The stream that is shown now; None where there is none."""
    found = _resolved((_resolved(note.get("/AP")) or {}).get("/N"))
    if isinstance(found, DictionaryObject) and not isinstance(found, StreamObject):
        found = _resolved(found.get(note.get("/AS", "/Off")))
    return found if isinstance(found, StreamObject) else None


def _sorted(given: Any) -> tuple[float, float, float, float]:
    a, b, c, d = (float(each) for each in _resolved(given))
    return min(a, c), min(b, d), max(a, c), max(b, d)


def _moved(box: tuple[float, float, float, float], matrix: list[float]) -> tuple[float, float, float, float]:
    if len(matrix) != 6:
        return box
    a, b, c, d, e, f = matrix
    corners = [(x * a + y * c + e, x * b + y * d + f) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _named(page: Any, shown: Any, number: int) -> str:
    """The appearance among what the page draws with, under a name of its own."""
    resources = _resolved(page.get("/Resources"))
    if resources is None:
        resources = page[NameObject("/Resources")] = DictionaryObject()
    drawn = _resolved(resources.get("/XObject"))
    if drawn is None:
        drawn = resources[NameObject("/XObject")] = DictionaryObject()
    while f"/Filled{number}" in drawn:
        number += 1
    shown[NameObject("/Type")], shown[NameObject("/Subtype")] = NameObject("/XObject"), NameObject("/Form")
    if "/BBox" not in shown:
        shown[NameObject("/BBox")] = ArrayObject(FloatObject(each) for each in (0, 0, 1, 1))
    drawn[NameObject(f"/Filled{number}")] = shown.indirect_reference or shown
    return f"/Filled{number}"


def _append(page: Any, operators: str) -> None:
    """Behind the page's own drawing, which is kept apart from it."""
    found = _resolved(page.get("/Contents"))
    before = list(found) if isinstance(found, ArrayObject) else [] if found is None else [page.raw_get("/Contents")]
    own = [_stream(page, each) for each in ("q", f"Q {operators}")]
    page[NameObject("/Contents")] = ArrayObject([own[0], *before, own[1]])


def _stream(page: Any, operators: str) -> Any:
    made = StreamObject()
    made.set_data(f"\n{operators}\n".encode())
    return page.indirect_reference.pdf._add_object(made)
