"""Symbols and equations are read by both readers alike, and stay when the words beside them are written anew."""

from __future__ import annotations

import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from contracts.adapters.parts import W
from contracts.adapters.word_words import letters_of, rewrite

M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
PARAGRAPH = (
    f'<w:p {nsdecls("w")} {M}><w:r><w:t xml:space="preserve">The credit is </w:t></w:r>'
    "<m:oMath><m:r><m:t>10+5</m:t></m:r></m:oMath>"
    '<w:r><w:t xml:space="preserve"> percent </w:t><w:sym w:font="Wingdings" w:char="F0A8"/></w:r></w:p>'
)


def words(paragraph: object) -> str:
    return "".join(letter.character for letter in letters_of(paragraph))


@pytest.mark.parametrize(
    ("new", "equations", "symbols"),
    [
        ("The rebate is 10+5 percent ☐", 1, 1),
        ("The credit is 10+5 percent", 1, 0),
        ("The credit is 10+5 of a hundred ☐ or not", 1, 1),
        ("The credit is 20 percent ☐", 0, 1),
        ("The credit is 10+5", 1, 0),
        ("The credit is 20 percent ☑", 0, 0),
    ],
)
def test_words_beside_signs_are_written_anew(new: str, equations: int, symbols: int) -> None:
    paragraph = parse_xml(PARAGRAPH)
    assert words(paragraph) == "The credit is 10+5 percent ☐"
    rewrite(paragraph, new)
    assert words(paragraph).split() == new.split()
    math = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"
    assert (len(paragraph.findall(math)), len(list(paragraph.iter(W + "sym")))) == (equations, symbols)
    assert all(text.getparent().tag == W + "r" for text in paragraph.iter(W + "t"))
