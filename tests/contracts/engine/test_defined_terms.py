"""Defined terms: where they are defined and used, and what is wrong with them."""

from __future__ import annotations

import time

import pytest

from clm.documents.extraction.reading import read_document
from contracts.engine.defined_terms import Term, Words, definitions_in, terms_of
from contracts.engine.outline import outline
from tests.clm.documents.papers import CSA


def terms(*texts: str) -> dict[str, Term]:
    found = terms_of([Words(str(at), "", text) for at, text in enumerate(texts, 1)])
    return {each.term: each for each in found}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“Fees” means the amounts due.", ["Fees"]),
        ('"Business Day" shall mean a day on which banks are open.', ["Business Day"]),
        ("“Customer Data” has the meaning given in Section 2.", ["Customer Data"]),
        ("“Service” or “Services” means what is ordered.", ["Service", "Services"]),
        ("Acme Ltd (the “Provider”) agrees", ["Provider"]),
        ("Acme Ltd (“Provider”) agrees", ["Provider"]),
        ("(each, a “Party” and together, the “Parties”)", ["Party", "Parties"]),
        ("(collectively, the “Taxes”)", ["Taxes"]),
        ("(hereinafter referred to as the “Term”)", ["Term"]),
        ("“as is” and without warranty", []),
        ("the sign reads “Closed” (see the note on “Opening”)", []),
        ("he said “Yes”, which means nothing", []),
    ],
)
def test_definitions(text: str, expected: list[str]) -> None:
    found = definitions_in(text)
    assert [each.term for each in found] == expected
    assert [text[each.start : each.end] for each in found] == expected


def test_where_a_term_is_defined_and_used() -> None:
    found = terms("“Fees” means the amounts due.", "Customer pays the Fees. A Fee is due.", "Nothing.", "Fees again.")
    assert found["Fees"] == Term("Fees", ("1",), ("2", "4"), 3)


def test_the_longer_term_takes_the_words() -> None:
    found = terms("“Service” means this. “Service Credit” means that.", "A Service Credit is paid.")
    assert (found["Service"].uses, found["Service Credit"].uses) == (0, 1)
    assert found["Service"].is_never_used
    assert not found["Service Credit"].is_never_used


def test_a_term_that_is_defined_twice() -> None:
    found = terms("“Fees” means one thing.", "“Fees” means another thing. Fees are due.")
    assert found["Fees"].defined_in == ("1", "2")
    assert found["Fees"].is_defined_twice


def test_a_term_that_nobody_defined() -> None:
    found = terms(
        "Provider shall keep the Security Measures in place.",
        "Without the Security Measures nothing is due under the Laws of England, nor in the United Kingdom.",
        "The United Kingdom is a place. Something Once is not convincing.",
    )
    assert list(found) == ["Security Measures"]
    assert found["Security Measures"].is_undefined
    assert found["Security Measures"].used_in == ("1", "2")


def test_what_is_no_undefined_term() -> None:
    found = terms(
        "“Customer” means us. “Data” means bits.",
        "Use the Customer Data well. All Customer Data stays. THE SECOND LINE and THE SECOND LINE are loud.",
    )
    assert [each.term for each in found.values() if each.is_undefined] == []


def test_a_heading_is_no_term() -> None:
    clauses = [
        Words("1", "Service Levels", "1. Service Levels\nSee the Service Levels, and the Service Levels again."),
        Words("2", "", "Nothing here."),
    ]
    assert terms_of(clauses) == ()


def test_a_real_agreement_in_bounded_time() -> None:
    clauses = [
        Words(str(each.position), each.heading, each.text) for each in outline(read_document(CSA.read_bytes()).blocks)
    ]
    began = time.perf_counter()
    found = {each.term: each for each in terms_of(clauses)}
    assert time.perf_counter() - began < 2
    assert {"Affiliate", "Agreement", "Confidential Information", "Covered Claim"} <= set(found)
    assert found["Affiliate"].defined_in
    assert not found["Agreement"].is_never_used


def test_no_text_has_no_terms() -> None:
    assert terms_of([]) == ()
    assert terms_of([Words("1", "", "")]) == ()
