"""Word documents read as they print, with every tracked change accepted."""

from __future__ import annotations

import pytest

from clm.documents.extraction.extracted import Block, ExtractedDocument
from clm.documents.extraction.numbering import format_count
from clm.documents.extraction.reading import read_document
from tests.clm.documents.papers import CSA, W_NS, body, docx_bytes, listed, paragraph


def read(document: str, **parts: str) -> ExtractedDocument:
    return read_document(docx_bytes(document, {f"word/{name}.xml": text for name, text in parts.items()}))


def texts(document: ExtractedDocument) -> list[str]:
    return [block.text for block in document.blocks]


def level(depth: int, form: str, pattern: str, extra: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{extra}'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
    )


def numbering(*levels: str, overrides: str = "") -> str:
    return (
        f'<w:numbering xmlns:w="{W_NS}"><w:abstractNum w:abstractNumId="7">{"".join(levels)}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
        f'<w:num w:numId="2"><w:abstractNumId w:val="7"/>{overrides}</w:num></w:numbering>'
    )


MULTILEVEL = numbering(
    level(0, "upperRoman", "Article %1"),
    level(1, "decimal", "%1.%2", "<w:isLgl/>"),
    level(2, "lowerLetter", "(%3)"),
    level(3, "lowerRoman", "(%4)"),
    overrides='<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>',
)


def test_multilevel_numbers_are_printed_as_word_does() -> None:
    depths = [0, 1, 1, 2, 2, 3, 3, 2, 1, 0, 1, 2]
    document = read(body("".join(listed("x", depth) for depth in depths)), numbering=MULTILEVEL)
    assert [block.number for block in document.blocks] == [
        "Article I", "1.1", "1.2", "(a)", "(b)", "(i)", "(ii)", "(c)", "1.3", "Article II", "2.1", "(a)",
    ]  # fmt: skip
    assert document.blocks[3] == Block("(a) x", "", 3, "(a)", "list_item")


def test_a_start_override_begins_again() -> None:
    document = read(body(listed("a", 0) + listed("b", 0) + listed("c", 0, num_id=2)), numbering=MULTILEVEL)
    assert [block.number for block in document.blocks] == ["Article I", "Article II", "Article I"]


def test_a_list_without_definition_has_no_number() -> None:
    assert read(body(listed("loose", 0))).blocks == (Block("loose"),)


def test_bullets_are_marked_and_have_no_number() -> None:
    document = read(body(listed("point", 0)), numbering=numbering(level(0, "bullet", "o")))
    assert document.blocks == (Block("• point", "", 1, None, "list_item"),)


@pytest.mark.parametrize(
    ("value", "form", "printed"),
    [
        (4, "upperRoman", "IV"),
        (27, "lowerLetter", "aa"),
        (3, "upperLetter", "C"),
        (7, "decimalZero", "07"),
        (11, "ordinal", "11th"),
        (22, "ordinal", "22nd"),
        (2, "ordinalText", "Second"),
        (99, "cardinalText", "99"),
        (0, "lowerRoman", "0"),
    ],
)
def test_number_formats(value: int, form: str, printed: str) -> None:
    assert format_count(value, form) == printed


def test_insertions_stay_and_deletions_go() -> None:
    inner = (
        "<w:p><w:r><w:t>Pay in </w:t></w:r><w:del><w:r><w:delText>30</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>45</w:t></w:r></w:ins><w:r><w:t> days.</w:t></w:r></w:p>"
    )
    document = read(body(inner))
    assert texts(document) == ["Pay in 45 days."]
    assert document.warnings == ("tracked_changes",)


def test_a_deleted_paragraph_end_joins_two_paragraphs() -> None:
    inner = paragraph("One ", "<w:rPr><w:del/></w:rPr>") + paragraph("sentence.")
    assert texts(read(body(inner))) == ["One sentence."]


def test_hidden_text_is_left_out_and_told() -> None:
    inner = "<w:p><w:r><w:t>Seen</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t> unseen</w:t></w:r></w:p>"
    document = read(body(inner))
    assert texts(document) == ["Seen"]
    assert document.warnings == ("hidden_text",)


def test_content_controls_links_and_fields_are_read() -> None:
    inner = (
        f"<w:sdt><w:sdtContent>{paragraph('Block control')}</w:sdtContent></w:sdt>"
        "<w:p><w:sdt><w:sdtContent><w:r><w:t>Inline </w:t></w:r></w:sdtContent></w:sdt>"
        "<w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink>"
        "<w:fldSimple><w:r><w:t> field</w:t></w:r></w:fldSimple></w:p>"
    )
    assert texts(read(body(inner))) == ["Block control", "Inline link field"]


def test_a_footnote_follows_its_paragraph() -> None:
    inner = '<w:p><w:r><w:t>Body</w:t><w:footnoteReference w:id="2"/></w:r></w:p>' + paragraph("Next")
    notes = f'<w:footnotes xmlns:w="{W_NS}"><w:footnote w:id="2">{paragraph("The note")}</w:footnote></w:footnotes>'
    assert texts(read(body(inner), footnotes=notes)) == ["Body", "The note", "Next"]


def test_tables_are_rows_and_frames_are_paragraphs() -> None:
    def cell(text: str) -> str:
        return f"<w:tc>{paragraph(text)}</w:tc>"

    grid = f"<w:tbl><w:tr>{cell('Fee')}{cell('EUR 5')}</w:tr><w:tr>{cell('Term')}{cell('1 year')}</w:tr></w:tbl>"
    frame = f"<w:tbl><w:tr>{cell('Framed')}</w:tr></w:tbl>"
    document = read(body(paragraph("Before") + grid + frame))
    assert [(block.text, block.kind) for block in document.blocks] == [
        ("Before", "paragraph"),
        ("Fee | EUR 5", "table_row"),
        ("Term | 1 year", "table_row"),
        ("Framed", "paragraph"),
    ]


def test_the_strict_namespace_is_understood() -> None:
    strict = body(paragraph("Strict")).replace(W_NS, "http://purl.oclc.org/ooxml/wordprocessingml/main")
    assert texts(read(strict)) == ["Strict"]


def test_the_common_paper_agreement() -> None:
    document = read_document(CSA.read_bytes())
    numbers = [block.number for block in document.blocks if block.number]
    assert len(document.blocks) == 192
    assert numbers[:5] == ["1.", "1.1", "1.2", "1.3", "1.4"]
    assert document.page_count == 13
    assert document.warnings == ()
    assert "2.1 Restrictions on Customer." in texts(document)


def test_offsets_lead_to_every_block() -> None:
    document = read_document(CSA.read_bytes())
    assert [document.text[start:end] for start, end in document.spans()] == texts(document)
