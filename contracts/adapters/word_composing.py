"""A composition as a Word template in the notation that every template has: headings in Word's heading styles, numbers
that Word counts, and the marks of optional and repeated parts in paragraphs of their own."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt, RGBColor

from contracts.adapters.word_paragraphs import element, qn
from contracts.engine.composition import (
    DEEPEST,
    ENTRY,
    Branch,
    ComposedClause,
    ComposedSection,
    Composition,
    branches,
    conditions_of,
)
from contracts.engine.questionnaire import Condition

NUMBERING = 7100  # ids of our own, beyond those of the built-in styles
BULLET = "- "
# Twentieths of a point: where the words of each level begin, and how far before them its number.
LEFT = (425, 992, 1842, 2977)
HANGING = (425, 992, 850, 1135)
_LEVEL = (
    '<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="{label}"/>'
    '<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{left}" w:hanging="{hanging}"/></w:pPr></w:lvl>'
)


def compose_word(composition: Composition) -> bytes:
    """The template's document; its questions are not in it."""
    writing = _Writing(composition)
    writing.write()
    stream = io.BytesIO()
    writing.document.save(stream)
    return stream.getvalue()


class _Writing:
    def __init__(self, composition: Composition) -> None:
        self.composition = composition
        self.document = Document()
        self.names: Mapping[Condition, str] = {each: name for name, each in conditions_of(composition).items()}
        _prepare(self.document)

    def write(self) -> None:
        self.document.core_properties.title = ""
        if self.composition.title:
            self.document.add_paragraph(self.composition.title, style="Title")
        for section in self.composition.sections:
            with self._enclosed(section):
                if section.heading:
                    self._numbered("Heading 1", section.heading, 0 if section.is_numbered else None)
                for branch in branches(section.clauses):
                    self._branch(branch, is_numbered=section.is_numbered)

    @contextmanager
    def _enclosed(self, part: ComposedSection | ComposedClause) -> Iterator[None]:
        if part.condition is not None:
            self._mark(f"{{IF {self.names[part.condition]}}}")
        if part.repeat:
            self._mark(f"{{FOR {ENTRY} IN {part.repeat}}}")
        yield
        if part.repeat:
            self._mark(f"{{END-FOR {ENTRY}}}")
        if part.condition is not None:
            self._mark("{END-IF}")

    def _mark(self, words: str) -> None:
        body = self.document.element.body
        body.insert(len(body) - (1 if body.sectPr is not None else 0), element("p", words))

    def _branch(self, branch: Branch, *, is_numbered: bool) -> None:
        with self._enclosed(branch.clause):
            self._clause(branch.clause, is_numbered=is_numbered)
            for part in branch.parts:
                self._branch(part, is_numbered=is_numbered)

    def _clause(self, clause: ComposedClause, *, is_numbered: bool) -> None:
        lines = [line for line in clause.text.split("\n") if line.strip()]
        depth = clause.level if is_numbered else None
        if clause.heading:
            self._numbered(f"Heading {clause.level + 1}", clause.heading, depth)
        elif is_numbered and lines:
            self._numbered(f"Clause {clause.level + 1}", lines.pop(0), depth)
        for line in lines:
            self._line(clause, line, is_numbered=is_numbered)

    def _numbered(self, style: str, words: str, depth: int | None) -> None:
        paragraph = self.document.add_paragraph(words, style=style)
        if depth is not None:
            paragraph._p.get_or_add_pPr().append(
                parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="{NUMBERING}"/></w:numPr>')
            )

    def _line(self, clause: ComposedClause, line: str, *, is_numbered: bool) -> None:
        """A line of own words that begins with a dash is an item of a list; words of the library stay as they are."""
        is_item = clause.tie is None and line.startswith(BULLET)
        words, style = (line[len(BULLET) :].strip(), "List Bullet") if is_item else (line, "Clause Text")
        paragraph = self.document.add_paragraph(words, style=style)
        if is_numbered:
            left = LEFT[clause.level] + (LEFT[0] if is_item else 0)
            paragraph.paragraph_format.left_indent = Pt(left / 20)


def _prepare(document: Any) -> None:
    """The styles of clauses, one list of four levels that headings and clauses are counted in, and nobody's name."""
    document.core_properties.author = document.core_properties.comments = ""
    for name in ("Title", *(f"Heading {level}" for level in range(1, DEEPEST + 2))):
        document.styles[name].font.color.rgb = RGBColor(0, 0, 0)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(11)
    normal.paragraph_format.space_after = Pt(6)
    for name in ("Clause Text", *(f"Clause {level}" for level in range(2, DEEPEST + 2))):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        style.quick_style = True
    numbering = document.part.numbering_part.element
    levels = "".join(
        _LEVEL.format(
            level=level,
            label=".".join(f"%{each + 1}" for each in range(level + 1)) + ("." if level == 0 else ""),
            left=LEFT[level],
            hanging=HANGING[level],
        )
        for level in range(DEEPEST + 1)
    )
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{NUMBERING}"><w:multiLevelType w:val="multilevel"/>'
        f"{levels}</w:abstractNum>"
    )
    first = numbering.find(qn("num"))
    if first is None:
        numbering.append(abstract)
    else:
        first.addprevious(abstract)
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="{NUMBERING}"><w:abstractNumId w:val="{NUMBERING}"/></w:num>')
    )
