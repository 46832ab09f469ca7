"""Threads written into a Word file as its comments, at the words that they are about.

ECMA-376 part 1, 17.13.4 (comments); MS-DOCX 2.5.1 (`commentsExtended`: answers, and which are done).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lxml import etree

from clm.documents.extraction.docx import part_names
from clm.documents.extraction.limits import DEFAULT
from clm.documents.extraction.package import CONTENT_TYPES, check_package, parse_xml
from contracts.adapters.outgoing import without_comments
from contracts.adapters.parts import W, as_bytes, put_together, take_apart
from contracts.adapters.plain import UNWRITABLE
from contracts.adapters.word_blocks import Located, open_word
from contracts.adapters.word_remarks import W14, W15, starts_of
from contracts.adapters.word_words import letters_of, run_from, text_elements

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
KINDS = "application/vnd.openxmlformats-officedocument.wordprocessingml."
LINKS = {
    "comments": "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments",
    "commentsExtended": "http://schemas.microsoft.com/office/2011/relationships/commentsExtended",
}
RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
PLACE = "place"


@dataclass(frozen=True, slots=True)
class Said:
    """A comment; `key` (eight hexadecimal digits below 80000000) names it in this file and in what comes back."""

    key: str
    author: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Talk:
    """A thread on a clause: offsets of the clause in the text, its words, and those of them that it is about. The first
    comment began it, the others answer. `is_whole`: it is about the document, and stands at its first paragraph."""

    start: int
    end: int
    words: str
    quote: str
    said: tuple[Said, ...]
    is_done: bool = False
    is_whole: bool = False


@dataclass(slots=True)
class Stretch:
    """Where a thread stands: a paragraph, and the letters of it that it is about (none: all)."""

    paragraph: Element
    first: int = 0
    last: int = 0


def with_talks(docx: bytes, text: str, talks: Sequence[Talk]) -> bytes:
    """The file with no comments but each thread at its clause: at its words where they stand in one
    paragraph, else at the clause's first. `text` is what the file reads as; tracked changes in it stay. A thread whose
    clause is not found is left out. Raises Refused as an upload does."""
    if not talks:
        return docx
    docx = without_comments(docx)
    parts = take_apart(docx)
    with check_package(docx, DEFAULT) as package:
        names = part_names(package)
    root = parse_xml(parts[names["main"]])
    paragraphs = list(root.iter(W + "p"))
    stretches = Paper.of(parts, names["main"], root, paragraphs, text).stretches(talks)
    made = Comments()
    for talk, stretch in stretches:
        made.add(talk, stretch)
    if not made.count:
        return docx
    return put_together(_with_parts(parts | {names["main"]: as_bytes(root)}, names["main"], made))


@dataclass(slots=True)
class Paper:
    """The blocks of the file as it reads with all changes accepted, and the paragraphs that they stand in."""

    blocks: list[tuple[int, Located]]
    paragraphs: list[Element]
    fits: bool

    @classmethod
    def of(cls, parts: dict[str, bytes], main: str, root: Element, paragraphs: list[Element], text: str) -> Paper:
        for place, paragraph in enumerate(paragraphs):
            paragraph.set(PLACE, str(place))
        read = open_word(put_together(parts | {main: as_bytes(root)}))
        for paragraph in paragraphs:
            del paragraph.attrib[PLACE]
        return cls(list(starts_of(read.located)), paragraphs, read.text() == text)

    def stretches(self, talks: Sequence[Talk]) -> Iterator[tuple[Talk, Stretch]]:
        for talk in talks:
            found = self._of(talk)
            if found is not None:
                yield talk, found

    def _of(self, talk: Talk) -> Stretch | None:
        blocks = [found for block in self._blocks(talk) if (found := self._paragraph(block)) is not None]
        if not talk.quote:
            return Stretch(blocks[0]) if blocks else None
        for paragraph in blocks:
            span = _span(paragraph, talk.quote)
            if span is not None:
                return Stretch(paragraph, *span)
        return Stretch(blocks[0]) if blocks else None

    def _blocks(self, talk: Talk) -> list[Located]:
        """The clause's; by their words where the file does not read as the version's text to the letter."""
        if talk.is_whole:
            return [block for _, block in self.blocks if _flat(block.text)]
        if self.fits:
            return [block for start, block in self.blocks if talk.start <= start < talk.end]
        words = _flat(talk.words)
        found = [block for _, block in self.blocks if _flat(block.text) and _flat(block.text) in words]
        first = next((at for at, block in enumerate(found) if words.startswith(_flat(block.text))), None)
        return found[first:] if first is not None else found

    def _paragraph(self, block: Located) -> Element | None:
        """Notes hold no comments."""
        if block.is_note:
            return None
        place = next((each.get(PLACE) for each in block.element.iter(W + "p") if each.get(PLACE)), None)
        return self.paragraphs[int(str(place))] if place is not None else None


def _flat(text: str) -> str:
    return "".join(text.split())


def _span(paragraph: Element, quote: str) -> tuple[int, int] | None:
    """The half-open range of the paragraph's letters that read as the quote, blanks apart."""
    letters = list(letters_of(paragraph))
    shown = [at for at, letter in enumerate(letters) if not letter.character.isspace()]
    wanted = _flat(quote)
    found = "".join(letters[at].character for at in shown).find(wanted)
    return None if found < 0 or not wanted else (shown[found], shown[found + len(wanted) - 1] + 1)


@dataclass(slots=True)
class Comments:
    """The two parts that are written, and the marks in the text."""

    comments: Element = field(
        default_factory=lambda: _root(W + "comments", {"w": W[1:-1], "w14": W14[1:-1]}, ignorable="w14")
    )
    extended: Element = field(default_factory=lambda: _root(W15 + "commentsEx", {"w15": W15[1:-1]}, ignorable="w15"))
    count: int = 0

    def add(self, talk: Talk, stretch: Stretch) -> None:
        names = []
        for said in talk.said:
            names.append(str(self.count))
            self.count += 1
            self.comments.append(_comment(self.comments, said, names[-1]))
            entry = etree.SubElement(self.extended, W15 + "commentEx")
            entry.set(W15 + "paraId", said.key)
            if said is not talk.said[0]:
                entry.set(W15 + "paraIdParent", talk.said[0].key)
            entry.set(W15 + "done", "1" if talk.is_done else "0")
        _mark(stretch, names)


def _root(tag: str, names: dict[str, str], *, ignorable: str) -> Element:
    root: Element = etree.Element(tag, nsmap={**names, "mc": MC})
    root.set(f"{{{MC}}}Ignorable", ignorable)
    return root


def _comment(near: Element, said: Said, name: str) -> Element:
    comment = near.makeelement(W + "comment")
    comment.set(W + "id", name)
    comment.set(W + "author", _writable(said.author))
    comment.set(W + "date", said.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    comment.set(W + "initials", "".join(word[0] for word in _writable(said.author).split() if word[0].isalnum())[:4])
    for line in _writable(said.text).split("\n"):
        paragraph = etree.SubElement(comment, W + "p")
        run = etree.SubElement(paragraph, W + "r")
        run.extend(text_elements(run, line))
    comment[-1].set(W14 + "paraId", said.key)
    return comment


def _writable(text: str) -> str:
    return UNWRITABLE.sub("", text)


def _mark(stretch: Stretch, names: Sequence[str]) -> None:
    """The marks around the words: starts before them, ends and references behind."""
    paragraph = stretch.paragraph
    letters = list(letters_of(paragraph))
    starts, ends = ([_made(paragraph, f"commentRange{side}", name) for name in names] for side in ("Start", "End"))
    references = []
    for name in names:
        run = paragraph.makeelement(W + "r")
        run.append(_made(run, "commentReference", name))
        references.append(run)
    behind = [each for pair in zip(ends, references, strict=True) for each in pair]
    if stretch.last and stretch.last < len(letters):
        _put_before(run_from(letters, stretch.last), behind)
    else:
        paragraph.extend(behind)
    if stretch.last and stretch.first:
        _put_before(run_from(letters, stretch.first), starts)
    else:
        at = 1 if len(paragraph) and paragraph[0].tag == W + "pPr" else 0
        paragraph[at:at] = starts


def _made(near: Element, tag: str, name: str) -> Element:
    made: Element = near.makeelement(W + tag)
    made.set(W + "id", name)
    return made


def _put_before(run: Element, elements: Sequence[Element]) -> None:
    for element in elements:
        run.addprevious(element)


def _with_parts(parts: dict[str, bytes], main: str, made: Comments) -> dict[str, bytes]:
    folder = posixpath.dirname(main)
    types = parse_xml(parts[CONTENT_TYPES])
    rels = posixpath.join(folder, "_rels", f"{posixpath.basename(main)}.rels")
    links = parse_xml(parts[rels]) if rels in parts else etree.Element(RELATIONSHIPS + "Relationships")
    for role, root in (("comments", made.comments), ("commentsExtended", made.extended)):
        name = _free_name(parts, folder, role)
        entry = etree.SubElement(types, TYPES + "Override")
        entry.set("PartName", f"/{name}")
        entry.set("ContentType", f"{KINDS}{role}+xml")
        link = etree.SubElement(links, RELATIONSHIPS + "Relationship")
        link.set("Id", f"rIdThreads{len(links)}")
        link.set("Type", LINKS[role])
        link.set("Target", posixpath.basename(name))
        parts = parts | {name: as_bytes(root)}
    return parts | {CONTENT_TYPES: as_bytes(types), rels: as_bytes(links)}


def _free_name(parts: dict[str, bytes], folder: str, role: str) -> str:
    taken = {name.lower() for name in parts}
    names = (posixpath.join(folder, f"{role}{count or ''}.xml") for count in range(len(parts) + 1))
    return next(name for name in names if name.lower() not in taken)
