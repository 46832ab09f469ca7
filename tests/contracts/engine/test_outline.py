"""Numbers, headings and nesting of real agreements, and what holds for any text."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clm.documents.extraction.extracted import BLOCK_SEPARATOR, Block
from clm.documents.extraction.reading import read_document
from contracts.engine.marks import heading_in, letter_value, readings, roman_value
from contracts.engine.outline import OutlinedClause, covers, outline
from tests.clm.documents.papers import BONTERMS_SLA, CSA, HOSTING_PDF, HOSTING_TXT
from tests.shared_data import shared


def of_file(path: Path) -> tuple[OutlinedClause, ...]:
    return outline(read_document(path.read_bytes()).blocks)


def of_lines(*lines: str) -> list[tuple[str, str, int]]:
    clauses = outline([Block(line) for line in lines])
    return [(clause.number, clause.heading, clause.level) for clause in clauses]


def shape(clauses: tuple[OutlinedClause, ...], *numbers: str) -> list[tuple[str, str, int]]:
    return [(c.number, c.heading, c.level) for c in clauses if c.number in numbers]


def test_the_common_paper_agreement() -> None:
    clauses = of_file(CSA)
    assert len(clauses) == 145
    assert shape(clauses, "1", "1.1", "5.3", "12.1", "13.1", "3.2") == [
        ("1", "Service", 1),
        ("1.1", "Access and Use", 2),
        ("3.2", "Prohibited Data", 2),
        ("5.3", "Termination", 2),
        ("12.1", "Entire Agreement", 2),
        ("13.1", "Defining Variables", 2),
        ("1", "Uptime", 1),
        ("1.1", "Target Uptime", 2),
        ("3.2", "Requesting A Service Credit", 2),
    ]


def test_a_paper_may_begin_with_its_table_of_contents() -> None:
    entries = [Block("1. Service\t2", style="toc 1"), Block("2. Term\t3", style="toc 1")]
    clauses = outline([*entries, Block("1. Service"), Block("It is hosted."), Block("2. Term")])
    assert [(clause.number, clause.text) for clause in clauses] == [
        ("", "1. Service\t2\n\n2. Term\t3"),
        ("1", "1. Service\n\nIt is hosted."),
        ("2", "2. Term"),
    ]


def test_sub_clauses_know_their_parents() -> None:
    clauses = of_file(CSA)
    item = next(clause for clause in clauses if clause.text.startswith("(b) upon notice if the other party"))
    above = clauses[item.parent_position or 0]
    assert (item.level, above.number, above.heading) == (3, "5.3", "Termination")
    assert clauses[above.parent_position or 0].heading == "Term & Termination"


def test_the_bonterms_agreement() -> None:
    assert [(c.number, c.heading, c.level) for c in of_file(BONTERMS_SLA)] == [
        ("", "Bonterms Service Level Agreement (Version 1.0)", 1),
        ("1", "Service Levels", 1),
        ("2", "Monitoring", 1),
        ("3", "Service Credits", 1),
        ("4", "Multiple Failures", 1),
        ("5", "Exclusive Remedies", 1),
        ("6", "Definitions", 1),
        ("7", "SLA Key Terms Chart", 1),
    ]


@pytest.mark.parametrize("path", [HOSTING_PDF, HOSTING_TXT], ids=["pdf", "txt"])
def test_the_hosting_agreement(path: Path) -> None:
    clauses = [clause for clause in of_file(path) if clause.number]
    assert [clause.number for clause in clauses] == [
        "1", "2", "2.1", "3", "4", "5", "6", "6.1", "a)", "b)", "6.2", "6.3", "6.4", "7", "8", "9", "10",
        "10.1", "10.2", "11", "12",
    ]  # fmt: skip
    assert [clause.heading for clause in clauses][:4] == [
        "Hosting Agreement",
        "Provision of Services",
        "Customer Support",
        "Customer's Responsibilities",
    ]


def test_articles_sections_letters_and_romans() -> None:
    assert of_lines(
        "MASTER SERVICES AGREEMENT",
        "This agreement is made between the parties.",
        "ARTICLE I",
        "DEFINITIONS",
        "Section 1.1 Terms. The terms follow.",
        "(a) one;",
        "(h) is skipped too far and stays text",
        "(i) first;",
        "(ii) second;",
        "(b) two.",
        "Section 1.2 Scope. Section 1.1 applies.",
        "Section 1.1 shall not open a clause here.",
        "ARTICLE II - FEES",
        "2.1 Amount. Ten.",
        "EXHIBIT A",
        "SCOPE OF WORK",
        "1. First. Work.",
        "2. Second. Work.",
    ) == [
        ("", "MASTER SERVICES AGREEMENT", 1),
        ("Article I", "DEFINITIONS", 1),
        ("1.1", "Terms", 2),
        ("(a)", "", 3),
        ("(i)", "", 4),
        ("(ii)", "", 4),
        ("(b)", "", 3),
        ("1.2", "Scope", 2),
        ("Article II", "FEES", 1),
        ("2.1", "Amount", 2),
        ("Exhibit A", "SCOPE OF WORK", 1),
        ("1", "First", 2),
        ("2", "Second", 2),
    ]


def test_a_letter_i_after_h_is_a_letter() -> None:
    lines = [f"({letter}) item {letter};" for letter in "abcdefghij"]
    assert [level for _, _, level in of_lines("1. List. These:", *lines)] == [1] + [2] * 10


def test_a_heading_between_items_does_not_end_their_list() -> None:
    assert of_lines("1. Duties. These:", "(a) one;", "LIMITED WARRANTY", "(b) two;", "2. Next. Text.") == [
        ("1", "Duties", 1),
        ("(a)", "", 2),
        ("", "LIMITED WARRANTY", 1),
        ("(b)", "", 2),
        ("2", "Next", 1),
    ]


def test_dates_amounts_and_references_are_no_clauses() -> None:
    assert of_lines(
        "1. Fees. The fee is due.",
        "99.9% or higher",
        "30 days after notice",
        "2019. The parties",
        "12.31.2019 date",
    ) == [("1", "Fees", 1)]


def test_recitals_are_followed_by_top_level_clauses() -> None:
    assert of_lines(
        "Deed between Alpha and Beta",
        "BACKGROUND",
        "A. Alpha makes software; and",
        "B. Beta wants it.",
        "1. Licence. Text.",
    ) == [
        ("", "Deed between Alpha and Beta", 1),
        ("", "BACKGROUND", 1),
        ("A", "", 2),
        ("B", "", 2),
        ("1", "Licence", 1),
    ]


def test_a_text_without_any_number_is_one_clause() -> None:
    assert of_lines("Dear Sirs,", "we agree.") == [("", "", 1)]
    assert outline([]) == ()


def test_entries_of_a_table_of_contents_are_no_clauses() -> None:
    assert of_lines("TABLE OF CONTENTS", "1. Fees 3", "2. Term 4", "1. Fees", "The fee is due.") == [
        ("", "TABLE OF CONTENTS", 1),
        ("1", "Fees", 1),
    ]


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("Service Levels. Provider will use efforts.", "Service Levels"),
        ("“Affiliate” means any entity.", "“Affiliate”"),
        ("LIMITATION OF LIABILITY", "LIMITATION OF LIABILITY"),
        ("Customer shall pay. Then more.", ""),
        ("connectivity to the Internet via a T1", ""),
        ("Term and Termination", "Term and Termination"),
    ],
)
def test_headings(text: str, heading: str) -> None:
    assert heading_in(text) == heading


def test_values_of_marks() -> None:
    assert [roman_value(text) for text in ("IV", "xix", "iix", "A", "")] == [4, 19, None, None, None]
    assert [letter_value(text) for text in ("a", "Z", "bb", "ab")] == [1, 26, 28, None]
    assert [mark.scheme for mark in readings("(i) x")] == ["(lower letter)", "(lower roman)"]
    assert [(mark.label, mark.path) for mark in readings("2.0 Term")] == [("2.0", (2,))]


MARKS = ["", "1. ", "2. ", "1.1 ", "1.2.3 ", "(a) ", "(b) ", "(i) ", "(ii) ", "IV. ", "ARTICLE II "]
MARKS += ["EXHIBIT A ", "A. ", "Section 4.2 "]
LINES = st.builds(
    lambda mark, rest: mark + rest,
    st.sampled_from(MARKS),
    st.sampled_from(["Term", "FEES", "the text", "Fees. Pay.", "ß"]),
)
BLOCKS = st.lists(
    st.builds(
        Block,
        text=LINES | st.text(min_size=1, max_size=30),
        style=st.sampled_from(["", "Heading 2"]),
        level=st.none() | st.integers(1, 5),
        number=st.none() | st.just("1."),
        kind=st.sampled_from(["paragraph", "heading", "table_row", "list_item"]),
    ),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(BLOCKS)
def test_every_character_lies_in_one_clause_and_levels_never_jump(blocks: list[Block]) -> None:
    clauses = outline(blocks)
    text = BLOCK_SEPARATOR.join(block.text for block in blocks)
    assert covers(clauses, len(text))
    assert [clause.position for clause in clauses] == list(range(len(clauses)))
    before = 0
    for clause in clauses:
        assert clause.text == text[clause.start : clause.end].rstrip()
        assert 1 <= clause.level <= before + 1
        assert clause.parent_position is None or clause.parent_position < clause.position
        above = clauses[clause.parent_position].level if clause.parent_position is not None else 0
        assert clause.level == above + 1
        before = clause.level


@pytest.mark.parametrize("line", ["1" * 50_000, "(" * 50_000, "1." * 25_000, "A" * 50_000, "“" * 50_000, " ." * 25_000,
                                  "IV" * 25_000, "a b " * 12_500], ids=lambda line: line[:4])  # fmt: skip
def test_no_line_takes_long(line: str) -> None:
    started = time.perf_counter()
    outline([Block(line), Block("1. " + line), Block("EXHIBIT A " + line)])
    assert time.perf_counter() - started < 1


def test_every_shared_contract_is_covered() -> None:
    paths = sorted(path for folder in ("contracts", "cuad/pdf") for path in shared(folder).rglob("*"))
    for path in (path for path in paths if path.suffix.lower() in (".docx", ".pdf", ".md")):
        document = read_document(path.read_bytes())
        assert covers(outline(document.blocks), len(document.text)), path


def test_numbers_of_a_real_addendum_are_complete() -> None:
    folder = shared("contracts/basecamp/privacy/regulations/dpa")
    clauses = of_file(folder / "Data_Processing_Addendum_current.pdf")
    numbers = [clause.number for clause in clauses]
    assert [str(n) for n in range(1, 12)] == [n for n in numbers if n.isdigit()][:11]
    assert shape(clauses, "2.3", "4", "11.2.10") == [
        ("2.3", "37signals’s Processing of Personal Data", 2),
        ("4", "37SIGNALS PERSONNEL", 1),
        ("11.2.10", "", 3),
    ]
