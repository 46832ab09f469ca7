"""PDF: text by page, running headers and footers taken off, lines joined into paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from ctypes import byref, c_double

import pypdfium2
import pypdfium2.raw as pdfium

from clm.documents.extraction.extracted import PDF, Block, ExtractedDocument, Refused, document_of
from clm.documents.extraction.limits import Limits
from clm.documents.extraction.lines import Line, is_heading_line, paragraphs, squeeze

EDGE_LINES = 4  # how many lines at the top and at the foot of a page may be a running header or footer
RUNNING_SHARE = 0.4
DIGITS = re.compile(r"\d+")
PAGE_NUMBER = re.compile(
    r"(?i)(?:[-–—|\s]*(?:page\s*)?(?:\d{1,4}|[ivxl]{1,6}|[A-F]-\d{1,3})(?:\s*(?:of|/)\s*\d{1,4})?[-–—|\s.]*)"
)
CONTROLS = re.compile(r"[\x00-\x01\x03-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\ufeff\uffff\ud800-\udfff]")
LATIN_WORD = re.compile(r"[a-zà-ÿ]+")
USUAL = """
the of and to in a or for is by be as on with this that not any shall de la le les et des du en que el los
y del un une der die und von zu den das mit für di e il che per della o do da em het een van te i w na z
nie og at som
"""
SMALL_WORDS = frozenset(USUAL.split())


def read_pdf(data: bytes, limits: Limits) -> ExtractedDocument:
    document = open_pdf(data)
    try:
        count = len(document)
        if count > limits.pages:
            raise Refused("too_many_pages")
        if count == 0:
            raise Refused("corrupt", "The PDF has no pages.")
        pages, warnings = read_pages(document, count, limits)
    finally:
        document.close()
    rows = without_running_lines(pages)
    blocks = [block_of(line) for line in paragraphs(rows)]
    if is_garbled(" ".join(block.text for block in blocks)):
        warnings = (*warnings, "garbled_text")
    return document_of(PDF, blocks, page_count=count, warnings=warnings)


def open_pdf(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise Refused("encrypted") from None
        raise Refused("corrupt") from None


def read_pages(document: pypdfium2.PdfDocument, count: int, limits: Limits) -> tuple[list[list[Line]], tuple[str, ...]]:
    pages: list[list[Line]] = []
    unread = total = 0
    for index in range(count):
        try:
            lines = read_page(document, index)
        except pypdfium2.PdfiumError:
            lines, unread = [], unread + 1
        total += sum(len(line.text) for line in lines)
        if total > limits.text_chars:
            raise Refused("too_large", "The document holds more text than is accepted.")
        pages.append(lines)
    if unread == count:
        raise Refused("corrupt")
    return pages, (("pages_unread",) if unread else ())


def read_page(document: pypdfium2.PdfDocument, index: int) -> list[Line]:
    page = document[index]
    textpage = page.get_textpage()
    try:
        return lines_on(textpage, index + 1)
    finally:
        textpage.close()
        page.close()


def lines_on(textpage: pypdfium2.PdfTextPage, number: int) -> list[Line]:
    """The page's lines in reading order, with geometry where offsets and characters agree."""
    count = textpage.count_chars()
    raw = textpage.get_text_range(0, count) if count else ""
    measured = len(raw) == count
    lines: list[Line] = []
    start = 0
    baseline: float | None = None
    for piece in raw.split("\r\n"):
        text = squeeze(CONTROLS.sub("", piece.replace("\n", " ").replace("\r", " ")))
        box = line_box(textpage, piece, start) if measured and text else None
        start += len(piece) + 2
        if not text:
            continue
        left, right, bottom = box or (None, None, None)
        gap = baseline - bottom if baseline is not None and bottom is not None else None
        baseline = bottom
        # pdfium writes a hyphen that ends a line as U+FFFE (older ones U+0002) and joins the two lines.
        first, *others = text.replace("\x02", "\ufffe").split("\ufffe")
        lines.append(Line(first + "-" * bool(others), number, left, right, gap))
        for at, other in enumerate(others, start=1):
            lines.append(Line(other + "-" * (at < len(others)), number, left, right))
    return lines


def line_box(textpage: pypdfium2.PdfTextPage, piece: str, start: int) -> tuple[float, float, float] | None:
    """(left, right, baseline) in points, from the line's first and last printed character."""
    first = start + len(piece) - len(piece.lstrip())
    last = start + len(piece.rstrip()) - 1
    head, tail = char_box(textpage, first), char_box(textpage, last)
    if head is None or tail is None:
        return None
    return head[0], tail[1], origin(textpage, first)


def char_box(textpage: pypdfium2.PdfTextPage, index: int) -> tuple[float, float] | None:
    left, right, bottom, top = c_double(), c_double(), c_double(), c_double()
    if not pdfium.FPDFText_GetCharBox(textpage, index, byref(left), byref(right), byref(bottom), byref(top)):
        return None
    return left.value, right.value


def origin(textpage: pypdfium2.PdfTextPage, index: int) -> float:
    x, y = c_double(), c_double()
    pdfium.FPDFText_GetCharOrigin(textpage, index, byref(x), byref(y))
    return y.value


def without_running_lines(pages: Sequence[Sequence[Line]]) -> list[Line]:
    """All lines but the headers, footers and page numbers that repeat from page to page.

    One page has nothing that repeats, so it keeps every line.
    """
    if len(pages) < 2:
        return [line for page in pages for line in page]
    counts = Counter(key for page in pages for key in {running_key(line) for line in edge_lines(page)})
    need = max(2, round(RUNNING_SHARE * len(pages)))
    running = {key for key, count in counts.items() if count >= need}
    return [line for page in pages for line in strip_edges(page, running)]


def running_key(line: Line) -> str:
    return DIGITS.sub("#", line.text).lower()


def edge_lines(page: Sequence[Line]) -> list[Line]:
    return [*page[:EDGE_LINES], *page[-EDGE_LINES:]]


def strip_edges(page: Sequence[Line], running: set[str]) -> Sequence[Line]:
    start, end = 0, len(page)
    while start < min(end, EDGE_LINES) and is_running(page[start], running):
        start += 1
    while end > max(start, len(page) - EDGE_LINES) and is_running(page[end - 1], running):
        end -= 1
    return page[start:end]


def is_running(line: Line, running: set[str]) -> bool:
    return running_key(line) in running or PAGE_NUMBER.fullmatch(line.text) is not None


def block_of(line: Line) -> Block:
    text = line.text
    return Block(text, kind="heading" if is_heading_line(text) else "paragraph", page=line.page)


def is_garbled(text: str) -> bool:
    """True where a long text in Latin letters lacks the small words of every usual contract language.

    Such a PDF's font hides what its letters stand for.
    """
    sample = text[:40_000]
    words = LATIN_WORD.findall(sample.lower())
    if len(words) < 100 or 2 * sum(map(len, words)) < len(sample) / 2:
        return False
    return sum(word in SMALL_WORDS for word in words) < 0.02 * len(words)
