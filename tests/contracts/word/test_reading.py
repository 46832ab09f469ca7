"""What a Word file says was done to it: tracked changes with author and time, comments, and the text before."""

from __future__ import annotations

import pytest

from clm.documents.extraction import Refused
from clm.documents.extraction.reading import read_document
from contracts.adapters.plain import docx_of_text
from contracts.adapters.redline import redline
from contracts.adapters.revisions import accept_all
from contracts.adapters.word_changes import Tracked, read_changes, read_in_process
from contracts.papers.comparisons import programs
from tests.contracts.redlines.made import AT, text_of
from tests.contracts.word.edits import (
    THEM,
    WHEN,
    changed,
    commented,
    silently,
    tracked,
    tracked_paragraph,
    tracked_removal,
)

TEXT = "1. Service\n\nThe Provider hosts it.\n\n2. Term\n\nThis runs for one year."
AT_TEXT = "2026-04-05T06:07:00+00:00"


def base() -> bytes:
    return docx_of_text(TEXT)


def test_a_file_without_changes_says_so() -> None:
    reading = read_changes(base())

    assert (reading.is_tracked, reading.rejected, reading.changes, reading.remarks) == (False, TEXT, (), ())
    assert [clause.number for clause in reading.before] == ["1", "2"]


def test_replaced_words_are_read_with_who_and_when() -> None:
    docx = tracked(base(), "one year", "two years")

    reading = read_changes(docx)

    start = TEXT.index("This runs")
    assert reading.is_tracked is True
    assert reading.rejected == TEXT
    assert reading.changes == (
        Tracked("deleted", THEM, AT_TEXT, "one year", start),
        Tracked("inserted", THEM, AT_TEXT, "two years", start),
    )
    assert read_document(docx).text == TEXT.replace("one year", "two years")


def test_a_new_and_a_removed_paragraph_are_read() -> None:
    docx = tracked_removal(tracked_paragraph(base(), "hosts it", "It keeps it safe."), "hosts it")

    reading = read_changes(docx)

    assert [(each.kind, each.text) for each in reading.changes] == [
        ("deleted", "The Provider hosts it."),
        ("inserted", "It keeps it safe."),
    ]
    assert reading.rejected == TEXT
    assert text_of(accept_all(docx)) == TEXT.replace("The Provider hosts it.", "It keeps it safe.")


def test_words_changed_without_tracking_are_in_both_texts() -> None:
    reading = read_changes(silently(tracked(base(), "one year", "two years"), "hosts", "may host"))

    assert reading.rejected == TEXT.replace("hosts", "may host")


def test_a_comment_is_read_with_its_words() -> None:
    [remark] = read_changes(commented(base(), "one year", "Why?")).remarks

    assert (remark.author, remark.at, remark.text) == (THEM, AT_TEXT, "Why?")
    assert (remark.anchor, remark.start) == ("This runs for one year.", TEXT.index("This runs"))


def test_a_time_that_is_none_is_left_out() -> None:
    reading = read_changes(tracked(base(), "one year", "two years", at="next Tuesday", author="A" * 500))

    assert {each.at for each in reading.changes} == {""}
    assert {len(each.author) for each in reading.changes} == {120}


def test_changed_looks_are_no_changes() -> None:
    def bold(root: object) -> None:
        from contracts.adapters.parts import W

        run = next(root.iter(W + "r"))  # type: ignore[attr-defined]
        properties = run.makeelement(W + "rPr")
        mark = properties.makeelement(W + "rPrChange")
        mark.set(W + "author", THEM)
        mark.set(W + "date", WHEN)
        mark.append(mark.makeelement(W + "rPr"))
        properties.append(mark)
        run.insert(0, properties)

    reading = read_changes(changed(base(), bold))

    assert (reading.is_tracked, reading.changes) == (False, ())


@pytest.mark.parametrize("content", [b"", b"PK", b"plain words"])
def test_what_is_no_word_file_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        read_changes(content)


@pytest.mark.django_db
def test_comments_survive_our_redline() -> None:
    docx = commented(base(), "one year", "Why?")

    made = redline(base(), silently(docx, "one year", "two years"), author="Acme", at=AT, programs=programs())

    assert [(each.author, each.text) for each in read_in_process(made).remarks] == [(THEM, "Why?")]


@pytest.mark.django_db
def test_our_own_redline_reads_as_its_two_texts() -> None:
    new = docx_of_text(TEXT.replace("hosts it", "hosts and keeps it").replace("one year", "two years"))

    reading = read_in_process(redline(base(), new, author="Acme", at=AT, programs=programs()))

    assert reading.rejected == TEXT
    assert {each.author for each in reading.changes} == {"Acme"}
    assert "two years" in " ".join(each.text for each in reading.changes if each.is_new)


def test_every_change_lies_in_a_block() -> None:
    reading = read_changes(tracked(tracked(base(), "hosts", "keeps"), "one year", "two years"))

    starts = {0, *(index + 2 for index in range(len(TEXT)) if TEXT[index : index + 2] == "\n\n")}
    assert {each.start for each in reading.changes} <= starts
