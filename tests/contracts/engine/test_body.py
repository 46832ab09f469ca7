"""The words of a clause as a document."""

from __future__ import annotations

import re
from typing import Any

import pytest

from contracts.engine.body import body_of, checked, paragraphs_of, plain, references_in


def paragraph(*inline: dict[str, Any]) -> dict[str, Any]:
    return {"type": "paragraph", "content": list(inline)}


def text(words: str, *marks: str) -> dict[str, Any]:
    node: dict[str, Any] = {"type": "text", "text": words}
    return node | {"marks": [{"type": mark} for mark in marks]} if marks else node


def doc(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "doc", "content": list(blocks)}


def items(kind: str, *contents: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": kind, "content": [{"type": "listItem", "content": content} for content in contents]}


def reference(clause: str, label: str) -> dict[str, Any]:
    return {"type": "reference", "attrs": {"clause": clause, "label": label}}


REFERENCE = reference("c-1", "3.2")


def test_paragraphs_and_back() -> None:
    assert paragraphs_of(body_of(["One.", "Two."])) == ("One.", "Two.")
    assert body_of([]) == doc({"type": "paragraph"})
    assert plain(body_of([])) == ""


def test_marks_are_no_words() -> None:
    assert plain(doc(paragraph(text("The "), text("Service", "bold"), text(" is up.")))) == "The Service is up."


def test_a_line_break_makes_a_line() -> None:
    assert plain(doc(paragraph(text("One"), {"type": "hardBreak"}, text("two")))) == "One\ntwo"


def test_references_show_the_number_of_today() -> None:
    body = doc(paragraph(text("See "), REFERENCE, text(".")))

    assert plain(body) == "See 3.2."
    assert plain(body, {"c-1": "4.1"}) == "See 4.1."
    assert references_in(body) == {"c-1"}


def test_lists_have_their_signs() -> None:
    inner = items("orderedList", [paragraph(text("deep"))], [paragraph(text("deeper"))])
    body = doc(
        items("orderedList", [paragraph(text("one")), inner], [paragraph(text("two")), paragraph(text("more"))]),
        items("bulletList", [paragraph(text("point"))]),
    )

    assert paragraphs_of(body) == ("(a) one", "(i) deep", "(ii) deeper", "(b) two", "more", "\u2022 point")


def test_what_is_kept_is_what_was_sent() -> None:
    body = doc(paragraph(text("Bold ", "bold"), REFERENCE), items("bulletList", [paragraph(text("point"))]))

    assert checked(body) == body


def test_what_says_nothing_is_left_out() -> None:
    sent = doc({"type": "paragraph", "attrs": {"class": "x"}, "content": [text("One "), text("two"), text("")]})

    assert checked(sent) == doc(paragraph(text("One two")))
    assert checked({"type": "doc"}) == doc({"type": "paragraph"})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (None, "A clause's words are a document."),
        ([], "A clause's words are a document."),
        ({"type": "paragraph"}, "A clause's words are a document."),
        (doc({"type": "image"}), "A clause has no image."),
        (doc({"type": "paragraph", "content": "words"}), "The parts of a clause are a list."),
        (doc(paragraph(text("x", "link"))), "Words may be bold, italic or underlined."),
        (doc(paragraph({"type": "text", "text": 5})), "A text is text."),
        (doc(paragraph(text("x\x00y"))), "A text is text."),
        (doc(paragraph(text("x\ud800y"))), "A text is text."),
        (doc(paragraph({"type": "reference", "attrs": {}})), "A reference names its clause."),
        (doc(paragraph(reference("x\x00", "1"))), "A reference names its clause."),
        (doc(paragraph(reference("x", "1\x00"))), "A reference names its clause."),
        (doc(paragraph(reference("x", "1\ud800"))), "A reference names its clause."),
        (doc(paragraph(text("\n" * 20_001))), "This clause has too many parts."),
        (doc(paragraph(paragraph())), "A paragraph has no paragraph."),
        (doc(items("bulletList", [])), "A list has items that begin with a paragraph."),
        (
            doc({"type": "bulletList", "content": [paragraph(text("x"))]}),
            "A list has items that begin with a paragraph.",
        ),
        (doc(paragraph(text("x" * 200_001))), "This clause is too long."),
        (doc(*[{"type": "paragraph"}] * 20_001), "This clause has too many parts."),
    ],
)
def test_nothing_else_may_stand_in_it(wrong: Any, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        checked(wrong)


@pytest.mark.parametrize("sign", ["\x0b", "\x0c", "\x85", "\u2028", "\n", "\r\n"])
def test_what_ends_a_line_is_a_line_break(sign: str) -> None:
    broken = paragraph(text("One", "bold"), {"type": "hardBreak"}, text("two", "bold"))

    assert checked(doc(paragraph(text(f"One{sign}two", "bold")))) == doc(broken)


@pytest.mark.parametrize("sign", ["\x01", "\x1f", "\x7f", "\ufffe"])
def test_other_control_characters_are_spaces(sign: str) -> None:
    sent = doc(paragraph(text(f"One{sign}two"), reference("c-1", f"3{sign}2")))

    assert checked(sent) == doc(paragraph(text("One two"), reference("c-1", "3 2")))
    assert checked(doc(paragraph(text("One\ttwo")))) == doc(paragraph(text("One\ttwo")))


def test_parts_without_end_are_refused() -> None:
    endless: Any = []
    for _ in range(100_000):
        endless = [endless]

    with pytest.raises(ValueError, match=r"parts within parts|bold"):
        checked(doc(paragraph({"type": "text", "text": "x", "marks": [{"type": endless}]})))
