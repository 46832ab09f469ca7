"""There and back: what a draft writes on a paper reads as the draft, what they tracked reads as theirs and as ours."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clm.documents.extraction.package import parse_xml
from clm.documents.extraction.reading import read_document
from contracts.adapters.parts import W, take_apart
from contracts.adapters.revisions import accept_all, reject_all
from contracts.adapters.word_blocks import open_word
from contracts.adapters.word_build import built
from contracts.adapters.word_changes import read_in_process
from contracts.adapters.word_clauses import DraftText, standing
from contracts.engine.looks import marked_body, spans_of
from tests.contracts.redlines.made import paper, redlined, text_of
from tests.contracts.redlines.test_papers import DPA_NOW, DPAS, PSA
from tests.contracts.word.drafts import SHARE, WORDS, drafted, edited
from tests.contracts.word.edits import MAIN, silently, tracked
from tests.contracts.word.test_writing import PAPERS

pytestmark = [pytest.mark.django_db, pytest.mark.large]

BASES = [PSA.format("V1.0"), PSA.format("V1.1"), DPAS[1], DPA_NOW]
PAIRS = [(PSA.format("V1.0"), PSA.format("V1.1")), (DPAS[0], DPAS[1])]
# Numbers and headings stay, so that what is to be read is known without the writer.
KINDS = st.sampled_from(("write", "paragraph", "shorten", "remove", "move"))
EDITS = st.lists(st.tuples(KINDS, SHARE, SHARE, WORDS), min_size=1, max_size=6)
FEW = settings(max_examples=4, database=None, deadline=None, suppress_health_check=list(HealthCheck))


@cache
def base_of(place: str) -> tuple[bytes, tuple[DraftText, ...], tuple[str, ...]]:
    """The paper as a Word file, its clauses, and what stands before the words of each."""
    docx = paper(place)
    return docx, tuple(drafted(docx)), tuple(clause.head for clause in standing(open_word(docx)))


def flat(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("place", BASES, ids=lambda place: place.split("/")[-1])
@FEW
@given(edits=EDITS)
def test_what_is_written_on_a_paper_reads_as_the_draft(place: str, edits: list[Any]) -> None:
    docx, clauses, heads = base_of(place)
    draft = edited(clauses, edits)

    made = text_of(built(docx, draft))

    said = [heads[each.origin] + "".join(each.paragraphs) for each in draft if each.origin is not None]
    assert flat(made) == flat("".join(said))


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=lambda place: place.split("/")[-1])
def test_their_next_paper_with_tracked_changes_is_ours_and_theirs(ours: str, theirs: str) -> None:
    made = redlined(paper(ours), paper(theirs))

    reading = read_in_process(made)

    assert (reading.is_tracked, flat(reading.rejected)) == (True, flat(text_of(paper(ours))))
    assert text_of(accept_all(made)) == text_of(paper(theirs))
    assert text_of(reject_all(made)) == text_of(paper(ours))


@pytest.mark.parametrize("place", BASES[1:3], ids=lambda place: place.split("/")[-1])
@FEW
@given(share=SHARE, words=WORDS)
def test_words_that_they_tracked(place: str, share: float, words: str) -> None:
    ours = base_of(place)[0]
    texts = [each.text for each in parse_xml(take_apart(ours)[MAIN]).iter(W + "t") if each.text]
    old = texts[int(share * (len(texts) - 1))].split(" ")[0]
    made, theirs = tracked(ours, old, words), silently(ours, old, words)

    reading = read_in_process(made)

    assert reading.rejected == text_of(ours) == text_of(reject_all(made))
    assert text_of(made) == text_of(theirs) == text_of(accept_all(made))


@FEW
@given(share=SHARE, first=SHARE, second=SHARE, mark=st.sampled_from(("bold", "italic", "underline")))
@pytest.mark.parametrize("name", ["common-paper-csa-with-sla.docx", "common-paper-letter-of-intent.docx"])
def test_marks_come_back(name: str, share: float, first: float, second: float, mark: str) -> None:
    docx = (PAPERS / name).read_bytes()
    clauses = [each for each in drafted(docx) if each.paragraphs and "|" not in "".join(each.paragraphs)]
    clause = clauses[int(share * (len(clauses) - 1))]
    at = max(range(len(clause.paragraphs)), key=lambda index: len(clause.paragraphs[index]))
    words = clause.paragraphs[at]
    start, end = sorted((int(first * len(words)), int(second * len(words))))
    marked = spans_of(marked_body(words, [(start, end, mark)]))[0]
    marks = tuple(marked if index == at else () for index in range(len(clause.paragraphs)))
    draft = [replace(each, marks=marks) if each.origin == clause.origin else each for each in drafted(docx)]

    made = read_document(built(docx, draft))

    assert made.text == text_of(docx)
    block = next(each for each in made.blocks if words in each.text)
    ahead = block.text.index(words)
    found = {(a - ahead, b - ahead, m) for a, b, m in block.marks if a >= ahead}
    assert found == set(marked)
