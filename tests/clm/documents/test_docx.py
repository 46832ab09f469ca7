"""Word documents read as they print, with every tracked change accepted."""

from __future__ import annotations

import pytest

from clm.documents.extraction.extracted import Block, ExtractedDocument
from clm.documents.extraction.numbering import format_count
from clm.documents.extraction.reading import read_document
from contracts.adapters.revisions import accept_all
from tests.clm.documents.papers import CSA, PART, W_NS, body, content_types, docx_bytes, listed, paragraph


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


def test_what_a_table_of_contents_holds_is_one_of_its_entries_whichever_style_it_has() -> None:
    gallery = '<w:docPartObj><w:docPartGallery w:val="{}"/></w:docPartObj>'

    def kept(kind: str) -> str:
        entry = paragraph("1. Service 2")
        return f"<w:sdt><w:sdtPr>{gallery.format(kind)}</w:sdtPr><w:sdtContent>{entry}</w:sdtContent></w:sdt>"

    inner = kept("Table of Contents") + kept("Cover Pages") + paragraph("1. Service")
    assert [block.style for block in read(body(inner)).blocks] == ["toc", "", ""]


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


M_NS = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def test_an_endnote_follows_its_paragraph() -> None:
    inner = '<w:p><w:r><w:t>Body</w:t><w:endnoteReference w:id="2"/></w:r></w:p>' + paragraph("Next")
    notes = f'<w:endnotes xmlns:w="{W_NS}"><w:endnote w:id="2">{paragraph("At the end")}</w:endnote></w:endnotes>'
    types = content_types(extra=f'<Override PartName="/word/endnotes.xml" ContentType="{PART}.endnotes+xml"/>')
    document = read_document(docx_bytes(body(inner), {"word/endnotes.xml": notes}, types))
    assert [(block.text, block.style) for block in document.blocks] == [
        ("Body", ""),
        ("At the end", "endnote text"),
        ("Next", ""),
    ]


@pytest.mark.parametrize(
    ("font", "place", "read_as"),
    [
        ("Wingdings", "F0A8", "☐"),
        ("Wingdings", "F0FE", "☑"),
        ("wingdings 2", "52", "☑"),
        ("Symbol", "F0B3", "≥"),
        ("Wingdings", "F04A", "‹Wingdings 4A›"),
        ("Segoe UI Symbol", "2612", "☒"),
        ("Own Signs", "F041", "‹Own Signs 41›"),
        ("Wingdings", "none", ""),
    ],
)
def test_a_symbol_is_read(font: str, place: str, read_as: str) -> None:
    inner = f'<w:p><w:r><w:sym w:font="{font}" w:char="{place}"/><w:t>renewal</w:t></w:r></w:p>'
    assert texts(read(body(inner))) == [f"{read_as}renewal"]


def test_an_equation_is_read_on_one_line() -> None:
    def run(text: str) -> str:
        return f"<m:r><w:rPr/><m:t>{text}</m:t></m:r>"

    parts = (
        run("C = "),
        f"<m:f><m:num>{run('1')}</m:num><m:den>{run('2x')}</m:den></m:f>",
        f"<m:sSup><m:e>{run('y')}</m:e><m:sup>{run('2')}</m:sup></m:sSup>",
        f'<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr><m:e>{run("z")}</m:e></m:d>',
        f"<m:rad><m:deg/><m:e>{run('4')}</m:e></m:rad>",
        f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{run("i")}</m:sub><m:sup/>',
        f"<m:e>{run('i')}</m:e></m:nary>",
    )
    inner = f'<w:p><w:r><w:t>It is </w:t></w:r><m:oMath xmlns:m="{M_NS}">{"".join(parts)}</m:oMath></w:p>'
    assert texts(read(body(inner))) == ["It is C = (1)/(2x)y^(2)[z]√(4)∑_(i)i"]


def deleted_end(text: str) -> str:
    return paragraph(text, "<w:rPr><w:del/></w:rPr>")


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        # The mark at a cell's end, before a table, and before a table of which every row is gone.
        (
            f"<w:tbl><w:tr><w:tc>{deleted_end('Effective Date')}</w:tc>"
            f"<w:tc>{paragraph('[Fill in]')}</w:tc></w:tr></w:tbl>",
            ["Effective Date | [Fill in]"],
        ),
        (
            f"{deleted_end('Before')}<w:tbl><w:tr><w:tc>{paragraph('A')}</w:tc><w:tc>{paragraph('B')}</w:tc></w:tr></w:tbl>",
            ["Before", "A | B"],
        ),
        (
            f"{deleted_end('One ')}<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph('A')}</w:tc></w:tr></w:tbl>"
            + paragraph("two"),
            ["One two"],
        ),
        (
            "<w:tbl><w:tr><w:tc>" + paragraph("Kept") + "</w:tc><w:tc><w:tcPr><w:cellDel/></w:tcPr>"
            f"{paragraph('Gone')}</w:tc><w:tc>{paragraph('Too')}</w:tc></w:tr></w:tbl>",
            ["Kept | Too"],
        ),
    ],
)
def test_what_is_deleted_around_tables_reads_as_with_all_accepted(inner: str, expected: list[str]) -> None:
    document = read(body(inner))
    assert texts(document) == expected
    assert document.warnings == ("tracked_changes",)
    assert texts(read_document(accept_all(docx_bytes(body(inner))))) == expected
