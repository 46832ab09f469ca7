"""Accept-all is the new text and reject-all the old: for every successive paper, and for 200 edits of ten contracts."""

from __future__ import annotations

import io
import random
from copy import deepcopy
from itertools import pairwise
from typing import Any

import pytest
from docx import Document

from contracts.adapters.parts import W
from contracts.adapters.revisions import accept_all, reject_all
from tests.contracts.redlines.made import paper, redlined, redlined_here, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.large]

PSA = "bonterms-Professional-Services-Agreement/Professional-Services-Agreement {}.md"
DPA = "basecamp/privacy/regulations/dpa/Basecamp_Data_Processing_Addendum_v{}.pdf"
DPA_NOW = "basecamp/privacy/regulations/dpa/Data_Processing_Addendum_current.pdf"
DPAS = [*(DPA.format(month) for month in ("201805", "202007", "202010", "202010_executable")), DPA_NOW]
COMMON = "openagreements/templates/common-paper-cc-by-4.0/common-paper-"
SUCCESSIVE = [(PSA.format("V1.0"), PSA.format("V1.1")), *pairwise(DPAS)]
# With and without the terms of a service level, or of artificial intelligence, these are versions of one another too.
SUCCESSIVE += [
    (f"{COMMON}csa-without-sla/template.docx", f"{COMMON}csa-with-sla/template.docx"),
    (f"{COMMON}mutual-nda/template.docx", f"{COMMON}one-way-nda/template.docx"),
]
TEN = [
    *("mutual-nda", "one-way-nda", "order-form", "amendment", "letter-of-intent", "term-sheet"),
    *("design-partner-agreement", "ai-addendum", "business-associate-agreement", "csa-click-through"),
]
EDITS = 22  # of each of the ten: 220 edits, all in one paper, which is compared once


def assert_exact(made: bytes, old: bytes, new: bytes) -> None:
    assert text_of(accept_all(made)) == text_of(new)
    assert text_of(reject_all(made)) == text_of(old)


@pytest.mark.parametrize(("old", "new"), SUCCESSIVE, ids=lambda place: place.split("/")[-1].split("/template")[0])
def test_successive_papers(old: str, new: str) -> None:
    assert text_of(paper(old)) != text_of(paper(new))
    assert_exact(redlined(paper(old), paper(new)), paper(old), paper(new))


SAID = (
    "the",
    "Provider",
    "shall",
    "not",
    "pay",
    "30 days",
    "§",
    "99.9 %",
    "“notice”",
    "Zürich",
    "東京",
    "a\u00a0b",
    "<&>",
)
KINDS = ("write", "insert", "remove", "move", "copy")
Edit = tuple[str, float, float, str]


def edits_of(name: str) -> list[Edit]:
    """(what, where and where to as shares of the paragraphs, words): others for each contract, the same every time."""
    dice = random.Random(name)
    return [
        (dice.choice(KINDS), dice.random(), dice.random(), " ".join(dice.choices(SAID, k=dice.randint(1, 12))))
        for _edit in range(EDITS)
    ]


@pytest.mark.parametrize("name", TEN)
def test_edits_of_a_contract(name: str) -> None:
    old = paper(f"{COMMON}{name}/template.docx")

    new = edited(old, edits_of(name))
    assert text_of(new) != text_of(old)
    assert_exact(redlined_here(old, new), old, new)


def edited(docx: bytes, edits: list[Edit]) -> bytes:
    """The document after each edit. One that can do nothing there is done at the next paragraph that takes it."""
    document = Document(io.BytesIO(docx))
    for what, share, other, words in edits:
        paragraphs = [item for item in document.element.body.iter(W + "p") if item.getparent().tag != W + "txbxContent"]
        begin = place_of(share, paragraphs)
        there = paragraphs[place_of(other, paragraphs)]
        assert any(edit(what, here, there, words) for here in paragraphs[begin:] + paragraphs[:begin])
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def place_of(share: float, paragraphs: list[Any]) -> int:
    return min(int(share * len(paragraphs)), len(paragraphs) - 1)


def edit(what: str, here: Any, there: Any, words: str) -> bool:
    """Whether it changed what the document says."""
    texts = [text for text in here.iter(W + "t") if text.text and text.text.strip()]
    if not texts or (what in ("remove", "move") and not is_spare(here)):
        return False
    if what == "write":
        middle = texts[len(texts) // 2]
        before, middle.text = middle.text, words
        return bool(before != words)
    if what == "insert":
        new = deepcopy(here)
        next(new.iter(W + "t")).text = words
        here.addprevious(new)
    elif what == "remove":
        here.getparent().remove(here)
    elif what == "move":
        if here is there or there.getprevious() is here:
            return False
        there.addprevious(here)
    else:
        there.addprevious(deepcopy(here))
    return True


def is_spare(paragraph: Any) -> bool:
    """Not the only or last paragraph of its cell, and without the end of a section."""
    following = paragraph.getnext()
    return following is not None and following.tag == W + "p" and paragraph.find(f".//{W}sectPr") is None
