"""PDF lines become paragraphs again, without what repeats on every page."""

from __future__ import annotations

from clm.documents.extraction.pdf import is_garbled
from clm.documents.extraction.reading import read_document
from tests.clm.documents.papers import BONTERMS_SLA, HOSTING_PDF, blank_pdf, text_pdf

FULL = "This line of the agreement runs over the whole width of the page and"


def texts(data: bytes) -> list[str]:
    return [block.text for block in read_document(data).blocks]


def test_lines_are_joined_and_words_made_whole() -> None:
    page = [FULL, "the supplier shall give the customer a non-", "exclusive licence and infor-", "mation."]
    assert texts(text_pdf([page])) == [
        f"{FULL} the supplier shall give the customer a non-exclusive licence and information."
    ]


def test_headers_footers_and_page_numbers_are_taken_off() -> None:
    pages = [
        ["Master Agreement", f"{FULL} {word}", f"line {word} ends here.", f"Page {number} of 3"]
        for number, word in enumerate(["alpha", "beta", "gamma"], start=1)
    ]
    document = read_document(text_pdf(pages))
    assert [block.text for block in document.blocks] == [
        f"{FULL} alpha line alpha ends here.",
        f"{FULL} beta line beta ends here.",
        f"{FULL} gamma line gamma ends here.",
    ]
    assert [block.page for block in document.blocks] == [1, 2, 3]


def test_a_single_page_keeps_every_line() -> None:
    assert texts(text_pdf([["Title", "1"]]))[-1].endswith("1")


def test_an_item_begins_a_paragraph() -> None:
    page = [FULL, "is subject to this:", "\\(a\\) first;", "\\(b\\) second."]
    assert texts(text_pdf([page])) == [f"{FULL} is subject to this:", "(a) first;", "(b) second."]


def test_a_scan_is_taken_with_a_warning() -> None:
    document = read_document(blank_pdf(2))
    assert (document.text, document.page_count, document.warnings) == ("", 2, ("no_text",))


def test_the_bonterms_agreement() -> None:
    document = read_document(BONTERMS_SLA.read_bytes())
    assert document.page_count == 1
    assert (
        "1. Service Levels. Provider will use commercially reasonable efforts to provide the Cloud Service "
        "at or above Target Availability."
    ) in [block.text for block in document.blocks]


def test_the_hosting_agreement_reads_without_broken_spaces() -> None:
    document = read_document(HOSTING_PDF.read_bytes())
    assert document.page_count == 4
    assert "\u00a0" not in document.text
    assert "purpose of providing Customer with Web-based access to eGain's software" in document.text


def test_a_font_that_hides_its_letters_is_told() -> None:
    hidden = "7KLV 'DWD 3URFHVVLQJ $GGHQGXP IRUPV SDUW RI WKH 7HUPV " * 40
    assert is_garbled(hidden)
    assert not is_garbled("The supplier shall keep the service available to the customer in each month. " * 40)
