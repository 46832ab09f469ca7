"""A redline with a file that another program wrote anew: its lists have other numbers and definitions."""

from __future__ import annotations

import io
import re

import pytest
from docx import Document

from clm.documents.extraction.numbering import value_of
from clm.documents.extraction.package import parse_xml
from contracts.adapters.parts import W, put_together, take_apart
from contracts.adapters.redline_lists import with_lists_of
from contracts.adapters.revisions import accept_all, reject_all
from tests.contracts.redlines.made import main_part, redlined, text_of

pytestmark = pytest.mark.django_db

OLD = ("These terms hold.", "The Provider hosts the Service.", "The Customer pays within 30 days.", "German law holds.")
NEW = (*OLD[:2], "The Provider reports each week.", *OLD[2:])
STYLE, LIST = "List Number", 5  # of python-docx's template
NAMES = re.compile(r'(<w:numId w:val="|w:numId="|abstractNumId w:val="|abstractNumId=")(\d+)')


def numbered(said: tuple[str, ...], *, every: int) -> bytes:
    """Numbered by their style; every so many paragraphs state the list themselves."""
    document = Document()
    for place, words in enumerate(said):
        paragraph = document.add_paragraph(words, style=STYLE)
        if place % every == every - 1:
            stated = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            stated.get_or_add_ilvl().val, stated.get_or_add_numId().val = 0, LIST
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def written_anew(docx: bytes, shift: int) -> bytes:
    """The same text and numbers, by lists that are counted and defined in another way."""
    parts = take_apart(docx)
    for name in ("word/document.xml", "word/styles.xml", "word/numbering.xml"):
        said = NAMES.sub(lambda found: f"{found[1]}{int(found[2]) + shift}", parts[name].decode())
        parts[name] = said.replace('<w:lvlJc w:val="left"/>', '<w:lvlJc w:val="start"/>').encode()
    return put_together(parts)


@pytest.mark.parametrize(
    ("before", "after", "every", "shift"),
    [(OLD, NEW, 9, 1), (NEW, OLD, 9, 40), (OLD, NEW, 2, 0)],
    ids=["added", "removed", "in part by themselves"],
)
def test_the_numbers_go_on(before: tuple[str, ...], after: tuple[str, ...], every: int, shift: int) -> None:
    old, new = numbered(before, every=every), written_anew(numbered(after, every=every), shift)

    made = redlined(old, new)

    numbers = [f"{number}. {words}" for number, words in enumerate(after, start=1)]
    assert text_of(accept_all(made)) == text_of(new) == "\n\n".join(numbers)
    assert text_of(reject_all(made)) == text_of(old)


def test_a_paragraph_that_is_taken_out_of_its_list_stays_out() -> None:
    """Number 0 says so; it is no list, and in the older file the same words stand in one."""
    old, new = numbered(OLD, every=9), written_anew(numbered(NEW, every=2), 1)
    parts = take_apart(new)
    said = parts["word/document.xml"].decode().replace(f'<w:numId w:val="{LIST + 1}"/>', '<w:numId w:val="0"/>')
    new = put_together(parts | {"word/document.xml": said.encode()})
    assert text_of(new).count("1. ") == 1

    made = with_lists_of(old, new)

    assert text_of(made) == text_of(new)
    assert set(re.findall(r'<w:numId w:val="(\d+)"/>', main_part(made))) == {"0"}
    changed = redlined(old, new)
    assert (text_of(accept_all(changed)), text_of(reject_all(changed))) == (text_of(new), text_of(old))


def test_a_list_that_only_the_newer_file_has_is_put_beside() -> None:
    old, new = numbered(OLD, every=9), written_anew(numbered(NEW, every=9), 1)
    parts = take_apart(new)
    numbering = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr></w:pPr>'
    own = f"<w:p>{numbering}<w:r><w:t>Own</w:t></w:r></w:p>"
    said = parts["word/document.xml"].decode().replace("<w:sectPr", f"{own}<w:sectPr", 1)
    new = put_together(parts | {"word/document.xml": said.encode()})

    made = with_lists_of(old, new)

    assert text_of(made) == text_of(new)
    lists = parse_xml(take_apart(made)["word/numbering.xml"])
    defined = {str(each.get(W + "numId")): value_of(each, W + "abstractNumId") for each in lists.iter(W + "num")}
    [stated] = re.findall(r'<w:numId w:val="(\d+)"/>', main_part(made))
    assert defined[stated] in {str(each.get(W + "abstractNumId")) for each in lists.iter(W + "abstractNum")}
    assert len(set(defined)) == len(list(lists.iter(W + "num")))
    changed = redlined(old, new)
    assert (text_of(accept_all(changed)), text_of(reject_all(changed))) == (text_of(new), text_of(old))
