"""Plain text and Markdown: blocks from blank lines, headings and list nesting."""

from __future__ import annotations

import codecs
import re
from itertools import pairwise

from clm.documents.extraction.detect import UTF8_BOM, UTF16_BOMS, wrong_type
from clm.documents.extraction.extracted import TEXT, Block, ExtractedDocument, Refused, document_of
from clm.documents.extraction.limits import Limits
from clm.documents.extraction.lines import Line, is_heading_line, paragraphs, squeeze
from clm.documents.extraction.markdown import looks_like_markdown, markdown_blocks

LINE_ENDS = re.compile(r"\r\n|\r|\x0b|\x85|\u2028|\u2029")
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u200b\u2060\ufeff\ufffe\uffff]")
# A wider gap says no more, and looking for marks behind each of its spaces would take the square of its width.
WIDE_GAP = re.compile(r" {4,}")
LONE_NUMBER = re.compile(r"(?:-\s?|page\s)?(\d{1,3})(?:\s?-)?", re.IGNORECASE)
LONG_LINE = 160
LINES_OF_A_BLOCK = 2  # blank ones too: even a paragraph of one line takes two
RUN_ON_LINE = 400
# Where a line that holds many paragraphs is cut: at wide gaps, and before a mark after a gap or a sentence.
RUN_ON = re.compile(
    r"""\ {2,}(?=(?:(?i:article|section|exhibit|schedule)\ )?
               (?:\d{1,2}(?:\.\d{1,2}){0,4}[.)]?|[IVX]{1,5}\.)\ )
      | \ {2,}(?=(?i:article|exhibit|schedule|annex)\ [\dA-Z])
      | \ {2,}(?=\([a-z]{1,4}\)\ )
      | \ {3,}(?=[A-Z“"(])
      | (?<=[.;:)])\ (?=(?:ARTICLE\ )?(?:\d{1,2}\.(?:\d{1,2}){0,1}|[IVX]{1,5}\.)\ {1,3}[A-Z])""",
    re.VERBOSE,
)


def read_text(data: bytes, limits: Limits) -> ExtractedDocument:
    """The text's blocks; a form feed begins a page."""
    decoded, warnings = decode(data)
    if len(decoded) > limits.text_chars:
        raise Refused("too_large", "The document holds more text than is accepted.")
    clean = LINE_ENDS.sub("\n", decoded)
    pages = clean.count("\f") + 1
    if pages > limits.pages:
        raise Refused("too_many_pages")
    if clean.count("\n") > LINES_OF_A_BLOCK * limits.blocks:
        raise Refused("too_many_paragraphs")
    is_markdown = looks_like_markdown(clean)
    blocks = markdown_blocks(strip_controls(clean)) if is_markdown else plain_blocks(clean)
    return document_of(TEXT, blocks, page_count=pages if pages > 1 else None, warnings=warnings)


def decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Text by its byte order mark, else UTF-8, else Windows-1252 with a warning."""
    if data.startswith(UTF8_BOM):
        return data[len(UTF8_BOM) :].decode("utf-8", errors="replace"), ()
    if data.startswith(UTF16_BOMS):
        return decode_utf16(data), ()
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), ("guessed_windows_1252",)


def decode_utf16(data: bytes) -> str:
    encoding = "utf-16-le" if data.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    text = data[2:].decode(encoding, errors="replace")
    if text.count("\ufffd") > 0.02 * len(text) + 1 or text.count("\x00") > 0.02 * len(text):
        raise wrong_type("a binary file")
    # A lone surrogate cannot be stored or sent on.
    return text.encode("utf-8", errors="replace").decode("utf-8")


def strip_controls(text: str) -> str:
    return CONTROLS.sub("", text)


def plain_blocks(text: str) -> list[Block]:
    blocks: list[Block] = []
    for number, page in enumerate(text.split("\f"), start=1):
        for line in paragraphs(lines_of(page, number)):
            heading = is_heading_line(line.text)
            blocks.append(Block(line.text, kind="heading" if heading else "paragraph", page=line.page))
    blocks = without_page_numbers(blocks)
    paged = any(block.page and block.page > 1 for block in blocks)
    return blocks if paged else [Block(block.text, kind=block.kind) for block in blocks]


def lines_of(page: str, number: int) -> list[Line]:
    """The page's lines; a line too long to have been wrapped stands alone."""
    lines: list[Line] = []
    for raw in WIDE_GAP.sub("   ", strip_controls(page.replace("\t", " "))).split("\n"):
        pieces = RUN_ON.split(raw) if len(raw) > RUN_ON_LINE else [raw]
        for piece in pieces:
            line = Line(squeeze(piece), number)
            alone = len(line.text) > LONG_LINE or len(pieces) > 1
            lines += [Line("", number), line, Line("", number)] if alone else [line]
    return lines


def without_page_numbers(blocks: list[Block]) -> list[Block]:
    """The blocks without the lone numbers that count on from page to page; two of them prove nothing."""
    lone = {i: int(found.group(1)) for i, b in enumerate(blocks) if (found := LONE_NUMBER.fullmatch(b.text))}
    steps = sum(1 for before, after in pairwise(lone.values()) if after == before + 1)
    if steps < 2:
        return blocks
    return [block for index, block in enumerate(blocks) if index not in lone]
