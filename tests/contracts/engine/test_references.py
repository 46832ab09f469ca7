"""References found in the words, tied to clauses, and followed when the clauses move."""

from __future__ import annotations

import time
from typing import Any

import pytest

from clm.documents.extraction.reading import read_document
from contracts.engine.outline import outline
from contracts.engine.references import (
    Broken,
    Numbered,
    Numbering,
    addresses,
    broken,
    followed,
    nodes_in,
    references_in,
    tied,
)
from tests.clm.documents.papers import CSA

CLAUSES = [
    Numbered("one", 1, "1"),
    Numbered("two", 1, "2"),
    Numbered("three", 1, "3"),
    Numbered("three-two", 2, "3.2"),
    Numbered("three-two-a", 3, "(a)"),
    Numbered("three-two-a-i", 4, "(i)"),
    Numbered("four", 1, "4"),
    Numbered("four-b", 2, "(b)"),
    Numbered("exhibit", 1, "Exhibit A"),
    Numbered("exhibit-one", 2, "1"),
    Numbered("exhibit-one-two", 3, "1.2"),
]
NUMBERING = Numbering.of(CLAUSES)


def found(text: str, here: str = "one") -> list[tuple[str, str]]:
    references = references_in(text, NUMBERING, here)
    assert [text[each.start : each.end] for each in references] == [each.shown for each in references]
    return [(each.shown, each.key) for each in references]


def test_how_a_reference_names_each_clause() -> None:
    assert addresses(CLAUSES) == {
        "one": "1",
        "two": "2",
        "three": "3",
        "three-two": "3.2",
        "three-two-a": "3.2(a)",
        "three-two-a-i": "3.2(a)(i)",
        "four": "4",
        "four-b": "4(b)",
        "exhibit": "Exhibit A",
        "exhibit-one": "1",
        "exhibit-one-two": "1.2",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("as set out in Section 3.2.", [("3.2", "three-two")]),
        ("under clause 4(b) above", [("4(b)", "four-b")]),
        ("Sections 2 and 3 survive", [("2", "two"), ("3", "three")]),
        ("Sections 1, 2, and 3.2(a)", [("1", "one"), ("2", "two"), ("3.2(a)", "three-two-a")]),
        ("Sections 1 through 4", [("1", "one"), ("4", "four")]),
        ("§ 3.2(a)(i) applies", [("3.2(a)(i)", "three-two-a-i")]),
        ("Section 3.2(a)(i) of this Agreement", [("3.2(a)(i)", "three-two-a-i")]),
        ("Section 3.2(c), which stands inside it", [("3.2", "three-two")]),
        ("Section 9 was never there", [("9", "")]),
        ("Section 5 of the Securities Act", []),
        ("Article 28 GDPR", []),
        ("11 U.S.C. Section 365", []),
        ("the sections of the house and 3 dogs", []),
        ("Section 2 (Fees) of the Order Form", []),
        (
            "Sections 1 (Fees), 2 (Taxes & Duties), and 4(b) (Law) apply",
            [("1", "one"), ("2", "two"), ("4(b)", "four-b")],
        ),
        (
            "Sections 1, 2 (second and last paragraphs), 3 through 4",
            [("1", "one"), ("2", "two"), ("3", "three"), ("4", "four")],
        ),
        ("Sections 1–3.2", [("1", "one"), ("3.2", "three-two")]),
        ("Sections 1 \u2011 3.2", [("1", "one"), ("3.2", "three-two")]),
        ("Sections 1 up to and including 3.2", [("1", "one"), ("3.2", "three-two")]),
        ("Sections 1, 2 as well as 3.2", [("1", "one"), ("2", "two"), ("3.2", "three-two")]),
        ("Section 1, Section 2 or clause 4(b)", [("1", "one"), ("2", "two"), ("4(b)", "four-b")]),
        ("Sections 1 and/or 2", [("1", "one"), ("2", "two")]),
        ("Sections 3.2(a) and (i)", [("3.2(a)", "three-two-a"), ("(i)", "")]),
        ("Sections 4(a) and (b)", [("4", "four"), ("(b)", "four-b")]),
        ("Sections 1 and 3 days after it", [("1", "one")]),
        ("Sections 1 and 2 (two) business days", [("1", "one")]),
        ("Section 1, 2 % of the fee", [("1", "one")]),
        ("Section 1 and 3 January 2027", [("1", "one")]),
        ("Section 1 and 3 copies", [("1", "one")]),
        ("Section 1 and 4000 more", [("1", "one")]),
        ("complies with Section 3 and (b) such shares", [("3", "three")]),
    ],
)
def test_references_in_words(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Section 1 and 3,000 euros", [("1", "one")]),
        ("Sections 1 and 2 and 3,000 euros", [("1", "one"), ("2", "two")]),
        ("Section 1, 3 EUR a call", [("1", "one")]),
        ("Sections 1, 2, 3 EUR a call", [("1", "one"), ("2", "two")]),
        ("Section 1 and 3€", [("1", "one")]),
        ("Section 1 and 2/4 support", [("1", "one")]),
        ("Section 1 and 3-day notice", [("1", "one")]),
        ("Section 1, 3:00 or 3 p.m.", [("1", "one")]),
        ("Section 1 and 3 Jan 2027", [("1", "one")]),
        ("Section 1 and 3rd parties", [("1", "one")]),
        ("Section 1 and 3 servers", [("1", "one")]),
        ("assigned under Section 1 to 2 affiliates", [("1", "one")]),
        ("Section 1, 2 to 3 affiliates", [("1", "one")]),
        ("Section 1, 2 and 3 affiliates", [("1", "one"), ("2", "two")]),
        ("Section 1; 3 the fees", [("1", "one")]),
        ("Section 3a of the house", []),
        ("Sections 1, 2 and 3 000 euros", [("1", "one"), ("2", "two")]),
        ("Sections 1 and 2,5 Mio EUR", [("1", "one")]),
        ("Section 3, paragraph 2", [("3", "three")]),
        ("Section 3 paragraphs 2 and 4 and Section 2", [("3", "three"), ("2", "two")]),
        ("Section 3.2 and paragraph 2", [("3.2", "three-two"), ("2", "two")]),
        ("Section 1 and 3 (Term) survive", [("1", "one"), ("3", "three")]),
        ("Section 1 or 3 of this Agreement", [("1", "one"), ("3", "three")]),
        ("Sections 1 and 3 may apply", [("1", "one"), ("3", "three")]),
    ],
)
def test_what_counts_or_is_paid_is_no_clause(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Section 2 of the DPA and 3 days", []),
        ("Section 2 of the Agreement", []),
        ("Section 2 of the data processing agreement", []),
        ("Sections 1 to 3 of the GDPR", []),
        ("Article 3 and 4 UK GDPR", []),
        ("Article 4 No. 2 GDPR", []),
        ("§§ 2, 3 BDSG", []),
        ("Section 1 or 2 thereof", []),
        ("Section 2 of the order form and Section 3", [("3", "three")]),
        ("Section 2 and Article 3 GDPR", [("2", "two")]),
        ("Article 2, Section 1 of the Statutes", []),
        ("Section 2 of these Terms", [("2", "two")]),
        ("Section 2 of the Standard Terms", [("2", "two")]),
        ("Clause 3.2 and Schedule 2", [("3.2", "three-two")]),
    ],
)
def test_what_stands_in_another_paper_is_no_clause_of_ours(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "calls_itself", "expected"),
    [
        ("Section 2 of the DPA", "This DPA ends.", ["2"]),
        ("Section 2 (Fees) of the DPA Standard Terms", "This DPA ends.", ["2"]),
        ("Section 2 of the Agreement", "This DPA ends.", []),
        ("Section 2 of the Agreement", "THIS AGREEMENT IS SIGNED. THIS IS IT.", ["2"]),
        ("Section 2 of the DPA", "This Agreement ends.", []),
        ("Section 2 of the DPA", "This Agreement ends. This DPA ends.", []),
        ("Section 2 of the Terms", "These Terms end, and this is an end.", ["2"]),
        ("Section 2 of the Act", "This Act ends, and this Agreement.", []),
    ],
)
def test_a_paper_is_meant_by_what_it_calls_itself(text: str, calls_itself: str, expected: list[str]) -> None:
    numbering = Numbering.of(CLAUSES, [calls_itself])

    assert [each.shown for each in references_in(text, numbering)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("who (a) complies with paragraph (b), and (b) pays", [("(b)", "four-b")]),
        ("complies with paragraphs (b); and (b) all copies", [("(b)", "four-b")]),
        ("paragraph (b) or (b) above", [("(b)", "four-b"), ("(b)", "four-b")]),
        ("paragraph (b) or (b), as it may be", [("(b)", "four-b"), ("(b)", "four-b")]),
    ],
)
def test_the_next_point_of_a_sentence_is_no_clause(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text, here="four") == expected


def test_a_bracket_alone_is_read_from_where_it_stands() -> None:
    assert found("paragraph (a) applies", here="three-two") == [("(a)", "three-two-a")]
    assert found("paragraph (b) applies", here="four") == [("(b)", "four-b")]
    assert found("paragraph (b) applies", here="two") == [("(b)", "")]


def test_an_exhibit_refers_to_itself_first() -> None:
    assert found("Section 1 applies", here="exhibit-one-two") == [("1", "exhibit-one")]
    assert found("Section 3.2 applies", here="exhibit-one-two") == [("3.2", "three-two")]


def test_of_this_agreement_means_no_clause_of_the_exhibit() -> None:
    text = "Section 1 (Fees) of this Agreement applies"
    assert found(text, here="exhibit-one-two") == [("1", "one")]
    assert found(text, here="two") == [("1", "one")]
    assert found("Section 1.2 of this Agreement applies", here="exhibit-one-two") == [("1.2", "")]
    given = body({"type": "text", "text": text})
    assert list(nodes_in(tied(given, NUMBERING, "exhibit-one-two"))) == [("one", "1")]


def test_a_number_that_two_clauses_have_is_tied_to_neither() -> None:
    twice = Numbering.of([Numbered("a", 1, ""), Numbered("b", 2, "7.1"), Numbered("c", 2, "7.1")])
    assert [each.key for each in references_in("Section 7.1", twice)] == [""]


def test_the_label_follows_its_clause() -> None:
    text = "See Sections 2 and 3.2(a), but not Section 9."
    references = references_in(text, NUMBERING)
    assert followed(text, references, {"two": "5", "three-two-a": "4.1(c)"}) == (
        "See Sections 5 and 4.1(c), but not Section 9."
    )
    assert followed(text, references, {}) == text


def body(*inline: dict[str, Any]) -> dict[str, Any]:
    return {"type": "doc", "content": [{"type": "paragraph", "content": list(inline)}]}


def test_a_document_gets_its_reference_nodes() -> None:
    bold = {"marks": [{"type": "bold"}]}
    given = body({"type": "text", "text": "See Section 3.2 and Section 9", **bold}, {"type": "hardBreak"})
    assert tied(given, NUMBERING, "one") == body(
        {"type": "text", "text": "See Section ", **bold},
        {"type": "reference", "attrs": {"clause": "three-two", "label": "3.2"}},
        {"type": "text", "text": " and Section 9", **bold},
        {"type": "hardBreak"},
    )


def reference(key: str, label: str) -> dict[str, Any]:
    return {"type": "reference", "attrs": {"clause": key, "label": label}}


def text(words: str, *marks: str) -> dict[str, Any]:
    return {"type": "text", "text": words} | ({"marks": [{"type": each} for each in marks]} if marks else {})


def test_an_enumeration_is_read_through_bold_words() -> None:
    given = body(text("Sections "), text("1", "bold"), text(", 2 and 3."), text("2(a)", "bold"))
    assert tied(given, NUMBERING) == body(
        text("Sections "),
        reference("one", "1"),
        text(", "),
        reference("two", "2"),
        text(" and 3."),
        text("2(a)", "bold"),
    )


def test_what_stands_beside_a_reference_is_one() -> None:
    given = body(text("Sections "), reference("one", "1"), text(", 2 and 3.2; see Section 4(b)."))
    beside = [text("Sections "), reference("one", "1"), text(", "), reference("two", "2"), text(" and ")]
    beside.append(reference("three-two", "3.2"))
    assert tied(given, NUMBERING, only_beside=True) == body(*beside, text("; see Section 4(b)."))
    assert tied(given, NUMBERING) == body(*beside, text("; see Section "), reference("four-b", "4(b)"), text("."))
    assert tied(body(text("Sections 1 and 2")), NUMBERING, only_beside=True) == body(text("Sections 1 and 2"))
    listed = {"type": "doc", "content": [{"type": "bulletList", "content": [{"type": "listItem", **given}]}]}
    assert list(nodes_in(tied(listed, NUMBERING, only_beside=True)))[1] == ("two", "2")


def test_a_line_of_very_many_parts_is_read_in_bounded_time() -> None:
    parts = [text("Sections 1, 2 and 3 ", "bold") if at % 2 else {"type": "hardBreak"} for at in range(20_000)]
    began = time.process_time()
    assert len(list(nodes_in(tied(body(*parts), NUMBERING)))) == 30_000
    assert time.process_time() - began < 5


def test_a_line_break_ends_an_enumeration() -> None:
    given = body(text("Sections 1,"), {"type": "hardBreak"}, text("30 of them"))
    assert list(nodes_in(tied(given, NUMBERING))) == [("one", "1")]


def test_a_reference_to_a_removed_clause_is_named() -> None:
    given = tied(body({"type": "text", "text": "Sections 2 and 3.2"}), NUMBERING)
    assert list(nodes_in(given)) == [("two", "2"), ("three-two", "3.2")]
    assert broken([("one", given)], {"two": "2"}) == (Broken("one", "3.2", "three-two"),)
    assert broken([("one", given)], addresses(CLAUSES)) == ()


def test_a_real_agreement_refers_to_its_own_clauses() -> None:
    clauses = outline(read_document(CSA.read_bytes()).blocks)
    numbering = Numbering.of([Numbered(str(each.position), each.level, each.number) for each in clauses])
    by_key = {str(each.position): each for each in clauses}
    item = next(each for each in clauses if "breaches Section 2.1 (Restrictions on Customer)" in each.text)
    references = references_in(item.text, numbering, str(item.position))
    assert [(each.shown, by_key[each.key].heading) for each in references] == [("2.1", "Restrictions on Customer")]
