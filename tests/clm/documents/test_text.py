"""Plain text and Markdown become blocks."""

from __future__ import annotations

from clm.documents.extraction.extracted import Block
from clm.documents.extraction.reading import read_document
from tests.clm.documents.papers import HOSTING_TXT

MARKDOWN = """# Service Level Agreement

1. <span class="x" id="1">Uptime</span>
    1. **Target.** See the [policy](https://example.org/p).
       It goes on.
        a. First _case_.
    2. Second.

| Tier | Credit |
| --- | --- |
| 1 | 5% |

- a point
"""


def texts(data: bytes) -> list[str]:
    return [block.text for block in read_document(data).blocks]


def test_wrapped_lines_are_joined_and_items_kept_apart() -> None:
    data = b"The parties agree that the\nfollowing holds:\n(a) one;\n(b) two.\n\nDEFINITIONS\nText."
    assert texts(data) == [
        "The parties agree that the following holds:",
        "(a) one;",
        "(b) two.",
        "DEFINITIONS",
        "Text.",
    ]


def test_encodings() -> None:
    assert texts("Überall – “so”".encode("utf-8-sig")) == ["Überall – “so”"]
    assert texts("Überall – “so”".encode("utf-16")) == ["Überall – “so”"]
    document = read_document("Überall – “so”".encode("cp1252"))
    assert (document.text, document.warnings) == ("Überall – “so”", ("guessed_windows_1252",))


def test_markdown_loses_its_signs_and_keeps_its_numbers() -> None:
    assert read_document(MARKDOWN.encode()).blocks == (
        Block("Service Level Agreement", "Heading 1", 1, None, "heading"),
        Block("1. Uptime", "", 1, "1.", "list_item"),
        Block("1.1 Target. See the policy. It goes on.", "", 2, "1.1", "list_item"),
        Block("a. First case.", "", 3, "a.", "list_item"),
        Block("1.2 Second.", "", 2, "1.2", "list_item"),
        Block("Tier | Credit", kind="table_row"),
        Block("1 | 5%", kind="table_row"),
        Block("• a point", kind="list_item"),
    )


def test_form_feeds_are_pages() -> None:
    document = read_document(b"One.\n\fTwo.")
    assert [(block.text, block.page) for block in document.blocks] == [("One.", 1), ("Two.", 2)]
    assert document.page_count == 2


def test_lone_page_numbers_that_count_on_are_left_out() -> None:
    assert texts(b"A b.\n\n1\n\nC d.\n\n2\n\nE f.\n\n3\n") == ["A b.", "C d.", "E f."]
    assert texts(b"A b.\n\n7\n\nC d.") == ["A b.", "7", "C d."]


def test_a_long_line_is_cut_where_clauses_begin() -> None:
    line = "1. FIRST. " + "word " * 90 + "end.     2. SECOND. More.   (a) item one"
    assert [text[:10] for text in texts(line.encode())] == ["1. FIRST. ", "2. SECOND.", "(a) item o"]


def test_the_hosting_agreement() -> None:
    document = read_document(HOSTING_TXT.read_bytes())
    assert document.blocks[3].text.startswith("1. Hosting Agreement. This Agreement (including its Exhibit A")
    assert document.warnings == ()
