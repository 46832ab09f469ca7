"""Word files as other people's programs write them: what each has in it beside plain paragraphs."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.oxml import parse_xml

from contracts.adapters.parts import W
from tests.contracts.redlines.made import word_file
from tests.contracts.word.edits import THEM, WHEN, paragraph_with

OURS = (
    "Hosting Agreement",
    "1. Service",
    "The Provider hosts the Service for the Customer.",
    "2. Service levels",
    "2.1 Availability. The Service is available at least 99.9 % of each month, as Section 2.2 says.",
    "2.2 Credits. If it is not, the Customer receives a credit of 10 % of the monthly fee.",
    "3. Term",
    "This Agreement runs for one year.",
    "4. Law",
    "The laws of France govern this Agreement.",
)
BY = f'w:author="{THEM}" w:date="{WHEN}"'


def ours() -> bytes:
    return word_file(*OURS)


def part(said: str) -> Any:
    """The element of this XML."""
    return parse_xml(f'<w:body xmlns:w="{W[1:-1]}">{said}</w:body>')[0]


def run(words: str, tag: str = "t") -> str:
    return f'<w:r><w:{tag} xml:space="preserve">{words}</w:{tag}></w:r>'


def moved(document: Any) -> None:
    """The term stands behind the law, by a move that was tracked."""
    root = document.element
    here, words = paragraph_with(root, "one year"), OURS[7]
    for each in here.findall(W + "r"):
        here.remove(each)
    mark = f'<w:pPr><w:rPr><w:moveFrom w:id="14" {BY}/></w:rPr></w:pPr>'
    here.insert(0, part(mark))
    here.append(part(f'<w:moveFromRangeStart w:id="10" {BY} w:name="move1"/>'))
    here.append(part(f'<w:moveFrom w:id="11" {BY}>{run(words)}</w:moveFrom>'))
    here.append(part('<w:moveFromRangeEnd w:id="10"/>'))
    inner = f'<w:moveToRangeStart w:id="12" {BY} w:name="move1"/><w:moveTo w:id="13" {BY}>{run(words)}</w:moveTo>'
    there = mark.replace("moveFrom", "moveTo").replace('"14"', '"15"')
    paragraph_with(root, "France").addnext(part(f'<w:p>{there}{inner}<w:moveToRangeEnd w:id="12"/></w:p>'))


def two_people(document: Any) -> None:
    """Words that one person put in and another took out, and a paragraph's end that is deleted."""
    here = paragraph_with(document.element, "hosts the Service")
    twice = f'<w:del w:id="907" w:author="Jean" w:date="{WHEN}">{run(" Never said.", "delText")}</w:del>'
    here.append(part(f'<w:ins w:id="906" {BY}>{twice}</w:ins>'))
    here.append(part(f'<w:ins w:id="908" {BY}>{run(" It does so daily.")}</w:ins>'))
    title = paragraph_with(document.element, "4. Law")
    title.insert(0, part(f'<w:pPr><w:rPr><w:del w:id="909" {BY}/></w:rPr></w:pPr>'))


def tables(document: Any) -> None:
    """A table with merged cells, and one within a cell."""
    table = document.add_table(3, 3)
    for row in range(3):
        for column in range(3):
            table.cell(row, column).text = f"Cell {row}{column}"
    table.cell(0, 0).merge(table.cell(0, 1))
    table.cell(1, 2).merge(table.cell(2, 2))
    table.cell(1, 1).add_table(1, 2).cell(0, 0).text = "Inner"
    document.add_paragraph("This stands after the table.")


def contents(document: Any) -> None:
    """A table of contents whose entries have no style of their own, and a field in a sentence."""
    entries = "".join(f"<w:p>{run(f'{title} {page}')}</w:p>" for title, page in (("1. Service", 2), ("3. Term", 3)))
    kept = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
    control = part(f"<w:sdt><w:sdtPr>{kept}</w:sdtPr><w:sdtContent>{entries}</w:sdtContent></w:sdt>")
    paragraph_with(document.element, "1. Service").addprevious(control)
    field = part(f'<w:fldSimple w:instr=" REF _Ref1 ">{run(" See Section 2.2.")}</w:fldSimple>')
    paragraph_with(document.element, "France").append(field)


def sections(document: Any) -> None:
    """Words in a second section, whose header is another one."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.header.is_linked_to_previous = False
    section.header.paragraphs[0].text = "Their header"
    document.add_paragraph("5. Annex")
    document.add_paragraph("These words stand in a section of their own.")


def scripts(document: Any) -> None:
    """Words from right to left, in Han and in Cyrillic, a joined emoji, and an accent of its own."""
    said = ("5. חוק", "הסכם זה כפוף לחוקי ישראל, 99.9 %.", "6. 責任", "供應商每月保持服務可用。")
    for words in (*said, "7. Ответственность", "Поставщик отвечает. 👩‍⚖️ cafe\u0301"):
        paragraph = document.add_paragraph(words)
        if "ה" in words or "ח" in words:
            paragraph._p.get_or_add_pPr().append(part("<w:bidi/>"))
            paragraph.runs[0]._r.get_or_add_rPr().append(part("<w:rtl/>"))


def signs(document: Any) -> None:
    """Tabs, breaks, hyphens, a symbol, and a control around a paragraph."""
    here = paragraph_with(document.element, "hosts the Service")
    inner = '<w:t>tabbed</w:t><w:br/><w:t>line</w:t><w:noBreakHyphen/><w:sym w:font="Wingdings" w:char="F0FE"/>'
    here.append(part(f"<w:r><w:tab/>{inner}</w:r>"))
    control = part(f"<w:sdt><w:sdtContent><w:p>{run('This paragraph is kept.')}</w:p></w:sdtContent></w:sdt>")
    paragraph_with(document.element, "2.2 Credits").addnext(control)


FOREIGN: Mapping[str, Callable[[Any], None]] = {
    each.__name__.replace("_", " "): each for each in (moved, two_people, tables, contents, sections, scripts, signs)
}


def foreign(kind: str) -> bytes:
    """Our paper after they did this to it."""
    document = Document(io.BytesIO(ours()))
    FOREIGN[kind](document)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()
