"""Threads as comments of a Word file: where they stand, what they say, and that another program reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.adapters.parts import take_apart
from contracts.adapters.plain import docx_of_text
from contracts.adapters.word_changes import read_in_process
from contracts.adapters.word_remarks import Remark
from contracts.adapters.word_talk import Said, Talk, with_talks
from tests.contracts.redlines.made import text_of
from tests.contracts.word.edits import commented, tracked
from tests.contracts.word.office import converted

TEXT = "1. Scope.\n\nThe Provider hosts it.\n\n2. Term.\n\nThis runs for one year."
AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
START, END = TEXT.index("2. Term"), len(TEXT)
WORDS = TEXT[START:END]
ASKED = Said("0000000A", "Alice (Acme)", AT, "Too long?\nSix months.")
ANSWERED = Said("0000000B", "Petra", AT, "No.")


def talk(quote: str = "one year", *, is_done: bool = False, words: str = WORDS) -> Talk:
    return Talk(START, END, words, quote, (ASKED, ANSWERED), is_done)


def remark(said: Said, *, anchor: str, start: int, parent: str = "", is_done: bool = False) -> Remark:
    return Remark(said.author, AT.isoformat(), said.text, anchor, start, said.key, parent, is_done)


@pytest.mark.parametrize("is_done", [False, True])
def test_a_thread_stands_at_its_words(is_done: bool) -> None:
    made = with_talks(docx_of_text(TEXT), TEXT, [talk(is_done=is_done)])

    start = TEXT.index("This runs")
    assert read_in_process(made).remarks == (
        remark(ASKED, anchor="one year", start=start, is_done=is_done),
        remark(ANSWERED, anchor="one year", start=start, parent="0000000A", is_done=is_done),
    )
    assert text_of(made) == TEXT


@pytest.mark.parametrize("quote", ["", "words that are not there"])
def test_without_words_it_stands_at_the_first_paragraph(quote: str) -> None:
    made = with_talks(docx_of_text(TEXT), TEXT, [talk(quote)])

    assert {(each.anchor, each.start) for each in read_in_process(made).remarks} == {("2. Term.", START)}


def test_about_the_whole_it_stands_at_the_first_paragraph_with_words() -> None:
    for text in (TEXT, f"A cover.\n\n{TEXT}"):
        made = with_talks(docx_of_text(text), TEXT, [Talk(0, END, "", "", (ASKED,), is_whole=True)])

        [said] = read_in_process(made).remarks
        assert (said.anchor, said.start) == (text.split("\n")[0], 0)


def test_in_a_redline_it_stands_at_the_new_words() -> None:
    docx = tracked(docx_of_text(TEXT), "one year", "two years")
    new = TEXT.replace("one year", "two years")

    made = with_talks(docx, new, [Talk(START, len(new), new[START:], "two years", (ASKED,))])

    reading = read_in_process(made)
    assert [(each.anchor, each.start) for each in reading.remarks] == [("two years", new.index("This runs"))]
    assert reading.rejected == TEXT
    assert text_of(made) == new


def test_a_file_of_another_text_has_it_at_the_words_of_its_clause() -> None:
    made = with_talks(docx_of_text(f"A cover.\n\n{TEXT}"), TEXT, [talk()])

    assert {each.anchor for each in read_in_process(made).remarks} == {"one year"}


def test_a_thread_whose_clause_is_not_there_is_left_out() -> None:
    docx = docx_of_text("Nothing of the kind.")

    assert read_in_process(with_talks(docx, TEXT, [talk()])).remarks == ()


def test_comments_that_the_file_had_are_replaced() -> None:
    made = with_talks(commented(docx_of_text(TEXT), "one year", "Among us"), TEXT, [talk()])

    assert [each.text for each in read_in_process(made).remarks] == [ASKED.text, ANSWERED.text]
    assert not any(b"Among us" in part for part in take_apart(made).values())


def test_words_in_several_runs_keep_their_looks() -> None:
    import io

    from docx import Document

    document = Document()
    paragraph = document.add_paragraph("This runs for ")
    paragraph.add_run("one ").bold = True
    paragraph.add_run("year, or more.")
    stream = io.BytesIO()
    document.save(stream)
    text = "This runs for one year, or more."

    made = with_talks(stream.getvalue(), text, [Talk(0, len(text), text, "for one year", (ASKED,))])

    [read] = read_in_process(made).remarks
    assert read.anchor == "for one year"
    runs = Document(io.BytesIO(made)).paragraphs[0].runs
    assert [(run.text, run.bold) for run in runs if run.text] == [
        ("This runs ", None), ("for ", None), ("one ", True), ("year", None), (", or more.", None),
    ]  # fmt: skip


def test_libreoffice_reads_them(tmp_path: Path) -> None:
    sent = tmp_path / "sent.docx"
    sent.write_bytes(with_talks(docx_of_text(TEXT), TEXT, [talk(is_done=True)]))

    [back] = converted(tmp_path, [sent], "docx:MS Word 2007 XML")

    remarks = read_in_process(back.read_bytes()).remarks
    assert [(each.author, each.text, each.anchor) for each in remarks] == [
        (ASKED.author, ASKED.text, "one year"),
        (ANSWERED.author, ANSWERED.text, "one year"),
    ]
    assert [each.at[:16] for each in remarks] == [AT.isoformat()[:16]] * 2
    assert [each.is_done for each in remarks] == [True, True]
    assert [each.parent for each in remarks] == ["", remarks[0].key]
