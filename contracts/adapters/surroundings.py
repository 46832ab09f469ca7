"""What a Word file shows beside the words of its clauses: headers, footers, pictures, struck words, forms, objects.

A short form of each is kept with a version, so that what differs between two is found without opening their files.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from clm.documents.extraction.docx import DRAWINGS, INLINE, MC, is_hidden, part_names, sign_text
from clm.documents.extraction.extracted import Refused
from clm.documents.extraction.limits import DEFAULT
from clm.documents.extraction.lines import squeeze
from clm.documents.extraction.package import check_package, parse_xml
from clm.documents.extraction.revisions import settle
from clm.documents.extraction.signs import EQUATIONS, equation_text
from clm.documents.extraction.styles import Styles, is_on, read_styles
from contracts.adapters.metadata import TELLING
from contracts.adapters.parts import W, take_apart, target_of
from contracts.adapters.stowaways import REFERENCE, kind_of, shown_pictures

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

V = "{urn:schemas-microsoft-com:vml}"
WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
HEADER, FOOTER, FIELDS, PICTURES, STRUCK, OBJECTS = "header", "footer", "fields", "pictures", "struck", "objects"
KINDS = (HEADER, FOOTER, FIELDS, PICTURES, STRUCK, OBJECTS)
# What programs count anew whenever they print: shown by name.
COUNTED = frozenset(
    {"PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION", "DATE", "TIME", "SAVEDATE", "PRINTDATE", "FILESIZE"}
)
FIGURES = frozenset({"chart", "chartex", "diagramdata"})
EMBEDDED = frozenset({"oleobject", "package", "control", "activexcontrolbinary", "afchunk", "subdocument"})
VML_SHAPES = frozenset(V + name for name in ("shape", "rect", "roundrect", "line", "oval", "polyline", "arc", "curve"))
MOST, LONGEST = 2_000, 10_000

Surroundings = Mapping[str, Sequence[str]]


def surroundings_of(docx: bytes) -> dict[str, list[str]]:
    """By kind, in reading order, with every tracked change accepted. Raises Refused."""
    return Around.of(docx).read()


def differing(old: Surroundings, new: Surroundings) -> list[tuple[str, str, str]]:
    """(kind, old lines, new lines) of each that differs; none where either is not known, as of a PDF."""
    if not old or not new:
        return []
    pairs = [(kind, list(old.get(kind, ())), list(new.get(kind, ()))) for kind in KINDS]
    return [(kind, "\n".join(before), "\n".join(after)) for kind, before, after in pairs if before != after]


def as_sent(ours: Surroundings) -> Surroundings:
    """What the other side has of a document of ours: embedded files and unreadable pictures do not go out."""
    return {**ours, OBJECTS: []} if ours else ours


def _bounded(lines: Sequence[str]) -> list[str]:
    """Long texts and lists end in a digest of the rest."""
    kept = [line if len(line) <= LONGEST else f"{line[:LONGEST]} … {_short(line.encode())}" for line in lines[:MOST]]
    return [*kept, f"… {_short(chr(10).join(lines).encode())}"] if len(lines) > MOST else kept


def _short(data: bytes) -> str:
    return sha256(data).hexdigest()[:16]


@dataclass(slots=True)
class Around:
    parts: dict[str, bytes]
    names: dict[str, str]
    styles: Styles
    pictures: dict[str, bytes | None]
    found: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    @classmethod
    def of(cls, docx: bytes) -> Around:
        parts = take_apart(docx)
        with check_package(docx, DEFAULT) as package:
            names = part_names(package)
        styles = read_styles(parse_xml(parts[names["styles"]]) if "styles" in names else None)
        return cls(parts, names, styles, shown_pictures(parts))

    def read(self) -> dict[str, list[str]]:
        main = self._root(self.names["main"])
        for role in ("footnotes", "endnotes"):
            if role in self.names:
                self._words(self._root(self.names[role]))
        self._words(main)
        self._drawn(self.names["main"], main)
        for kind, name in self._shown(main):
            root = self._root(name)
            text = "\n".join(lines_of(root, self.styles))
            if text and text not in self.found[kind]:
                self.found[kind].append(text)
            self._drawn(name, root)
        return {kind: _bounded(lines) for kind, lines in self.found.items()}

    def _root(self, name: str) -> Element:
        root = parse_xml(self.parts[name])
        settle(root, is_accepted=True)
        for fallback in list(root.iter(MC + "Fallback")):
            parent = fallback.getparent()
            if parent is not None:
                parent.remove(fallback)
        return root

    def _links(self, name: str) -> dict[str, tuple[str, str, str]]:
        """Id -> kind, part, and what the relationship says."""
        rels = posixpath.join(posixpath.dirname(name), "_rels", f"{posixpath.basename(name)}.rels")
        links = parse_xml(self.parts[rels]) if rels in self.parts else ()
        return {str(each.get("Id")): (kind_of(each), target_of(rels, each), str(each.get("Target"))) for each in links}

    def _shown(self, main: Element) -> list[tuple[str, str]]:
        """Headers and footers that are printed, section by section; one without its own has those before it."""
        links, settings = self._links(self.names["main"]), self.names.get("settings")
        is_even = bool(settings and is_on(parse_xml(self.parts[settings]), W + "evenAndOddHeaders"))
        held: dict[tuple[str, str], str] = {}
        shown: dict[tuple[str, str], None] = {}
        for section in main.iter(W + "sectPr"):
            for kind in (HEADER, FOOTER):
                for reference in section.findall(f"{W}{kind}Reference"):
                    target = links.get(str(reference.get(REFERENCE + "id")), ("", "", ""))[1]
                    held[kind, str(reference.get(W + "type", "default"))] = target
            kept = {"default": True, "first": bool(is_on(section, W + "titlePg")), "even": is_even}
            shown |= {(kind, name): None for (kind, page), name in held.items() if kept.get(page)}
        return sorted((each for each in shown if each[1] in self.parts), key=lambda each: each[0] == FOOTER)

    def _words(self, root: Element) -> None:
        """Words that are struck through, the states of form fields, and words that stand where nobody reads them."""
        for paragraph in root.iter(W + "p"):
            struck = ""
            for run in _runs(paragraph):
                if is_hidden(run, self.styles):
                    continue
                said = "".join(sign_text(child) or "" for child in run)
                if is_struck(run, paragraph, self.styles):
                    struck += said
                elif said:
                    self._strike(struck)
                    struck = ""
            self._strike(struck)
        self.found[FIELDS] += [state for each in root.iter(W + "ffData") if (state := _state_of(each))]
        self.found[PICTURES] += [f"Ruby {_text_in(each)}" for each in root.iter(W + "ruby")]
        body = root.find(W + "body")
        for child in body if body is not None else ():
            if child.tag in EQUATIONS:
                self.found[PICTURES].append(equation_text(child))

    def _strike(self, words: str) -> None:
        if squeeze(words):
            self.found[STRUCK].append(squeeze(words))

    def _drawn(self, name: str, root: Element) -> None:
        """Pictures by what they show, charts by their words and numbers, shapes by their form, and embedded files."""
        links = self._links(name)
        for element in root.iter():
            linked = [
                links[str(value)]
                for at, value in element.attrib.items()
                if str(at).startswith(REFERENCE) and str(value) in links
            ]
            figures = _figure(element)
            if (linked or figures) and not self._is_hidden(element):
                self.found[PICTURES] += figures
                for each in linked:
                    self._linked(*each)

    def _is_hidden(self, element: Element) -> bool:
        return any(is_hidden(run, self.styles) for run in element.iterancestors(W + "r"))

    def _linked(self, kind: str, name: str, said: str) -> None:
        data = self.parts.get(name)
        if kind == "image" and data is None:
            self.found[PICTURES].append(f"Picture {posixpath.basename(said)}")
        elif kind == "image":
            shown = self.pictures.get(name)
            label, target = ("Picture", PICTURES) if shown is not None else ("Unreadable picture", OBJECTS)
            self.found[target].append(f"{label} {_short(shown if shown is not None else data or b'')}")
        elif kind in FIGURES and data is not None:
            words = " ".join(_text_in(each) for each in parse_xml(data).iter(A + "t"))
            numbers = " ".join(each.text or "" for each in parse_xml(data).iter() if str(each.tag).endswith("}v"))
            self.found[PICTURES].append(squeeze(f"Figure {words} {numbers}"))
        elif kind in EMBEDDED:
            self.found[OBJECTS].append(f"Embedded file {_short(data) if data is not None else said}")


def is_struck(run: Element, paragraph: Element, styles: Styles) -> bool:
    properties = run.find(W + "rPr")
    stated = [flag for name in ("strike", "dstrike") if (flag := is_on(properties, W + name)) is not None]
    if stated:
        return any(stated)
    for holder, path in ((properties, W + "rStyle"), (paragraph, f"{W}pPr/{W}pStyle")):
        found = holder.find(path) if holder is not None else None
        if found is not None and styles.of(found.get(W + "val")).struck:
            return True
    return False


def _text_in(element: Element) -> str:
    return "".join(str(text) for text in element.itertext())


def _runs(parent: Element) -> Iterator[Element]:
    for child in parent:
        if child.tag == W + "r":
            yield child
        elif child.tag in INLINE:
            yield from _runs(child)


def _state_of(form: Element) -> str:
    """A tick box of a form, or what is chosen of a list. What is written into a form stands in the text."""
    box, choices = form.find(W + "checkBox"), form.find(W + "ddList")
    if box is not None:
        stated = is_on(box, W + "checked")
        return "☒" if (is_on(box, W + "default") if stated is None else stated) else "☐"
    if choices is None:
        return ""
    entries = [str(each.get(W + "val")) for each in choices.findall(W + "listEntry")]
    chosen = choices.find(W + "result")
    chosen = choices.find(W + "default") if chosen is None else chosen
    at = str(chosen.get(W + "val", "0")) if chosen is not None else "0"
    return entries[int(at)] if at.isdigit() and int(at) < len(entries) else ""


def _figure(element: Element) -> list[str]:
    """A shape that holds neither words nor a picture, and words that are drawn."""
    if element.tag == V + "textpath" and element.get("string"):
        return [f"Drawn words {element.get('string')}"]
    if element.tag == WPS + "wsp" and element.find(f".//{W}txbxContent") is None:
        form = element.find(f".//{A}prstGeom")
        return [f"Shape {form.get('prst') if form is not None else ''}".strip()]
    inside = (V + "imagedata", V + "textpath", W + "txbxContent")
    if element.tag in VML_SHAPES and not any(element.find(f".//{name}") is not None for name in inside):
        return [f"Shape {str(element.tag).rsplit('}', 1)[-1]}"]
    return []


def lines_of(root: Element, styles: Styles) -> list[str]:
    """The lines of a header or footer; numbers of pages, dates and the like by the name of their field."""
    reading = FieldReading(styles)
    lines = (squeeze("".join(reading.texts(paragraph))) for paragraph in root.iter(W + "p"))
    return [line for line in lines if line]


@dataclass(slots=True)
class FieldReading:
    """Fields that are open, each with what it is and whether its result is being shown."""

    styles: Styles
    open: list[list[str]] = field(default_factory=list)

    def texts(self, parent: Element) -> Iterator[str]:
        for child in parent:
            if child.tag == W + "fldSimple" and (name := _named(str(child.get(W + "instr", "")))) is not None:
                yield name
            elif child.tag in INLINE or (child.tag == W + "r" and not is_hidden(child, self.styles)):
                yield from self.texts(child)
            elif child.tag in EQUATIONS:
                yield equation_text(child)
            elif child.tag == W + "fldChar":
                yield from self._mark(str(child.get(W + "fldCharType")))
            elif child.tag == W + "instrText" and self.open:
                self.open[-1][0] += child.text or ""
            elif child.tag not in DRAWINGS and not any(is_shown and _named(said) for said, is_shown in self.open):
                yield sign_text(child) or ""

    def _mark(self, kind: str) -> Iterator[str]:
        if kind == "begin":
            self.open.append(["", ""])
        elif kind == "separate" and self.open:
            self.open[-1][1] = "shown"
        elif kind == "end" and self.open:
            yield _named(self.open.pop()[0]) or ""


def _named(said: str) -> str | None:
    """What stands for a field whose result says nothing of the text; None where the result is text."""
    name = said.split()[0].upper() if said.split() else ""
    return f"{{{name}}}" if name in COUNTED or TELLING.match(said) else None


def known_surroundings(docx: bytes) -> dict[str, list[str]]:
    """The same; empty where the package cannot be taken apart."""
    try:
        return surroundings_of(docx)
    except Refused:
        return {}
