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


def undefined(*texts: str, names: tuple[str, ...] = ()) -> dict[str, int]:
    found = terms_of([Words(str(at), "", text) for at, text in enumerate(texts, 1)], names)
    return {each.term: each.uses for each in found if each.is_undefined}


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


@pytest.mark.parametrize(
    "text",
    [
        "Use the Security Measures once.",
        "Security Measures are taken. Security Measures are kept.",  # where a sentence begins
        "“Fees” means it. All Security Measures\nare the Security Measures.\nSecurity Measures",  # the line is a title
        "Security Measures | Locks and the Security Measures | by the Security Measures",
        "Security Measures: we use the Security Measures, all Security Measures.",
        "4.1 Security Measures. We use the Security Measures, all Security Measures.",
        "Security Measures means locks. We use the Security Measures, all Security Measures.",
        "Both the Provider and Customer and each of the Provider and Customer agree.",
        "We use the GitHub Actions and all GitHub Actions.",
        "This is with Blue Harbour Inc. and the Blue Harbour Ltd alone.",
        "This is with the Blue Harbour GmbH, and the Blue Harbour Hosting and Blue Harbour Services.",
        "It is sent to 12 Market Plaza and not to 14 Market Plaza.",
        "We met Dr. Anna Schmidt and then Dr. Anna Schmidt.",
        "It is at PCI Level 1 or at PCI Level 2.",
        "See the Bonterms Cloud Terms and the Bonterms Cloud Terms.",
        "As the Privacy Policy says, and the Privacy Policy.",
        "These are Customer-procured Locks and more Customer-procured Locks.",
    ],
)
def test_what_is_not_used_like_a_term(text: str) -> None:
    assert undefined(text) == {}


def test_the_names_of_parties_are_no_terms() -> None:
    text = "We ask Blue Harbour, and again Blue Harbour, for the Security Measures or the Security Measures."
    assert undefined(text) == {"Blue Harbour": 2, "Security Measures": 2}
    assert undefined(text, names=("Blue Harbour Hosting GmbH",)) == {"Security Measures": 2}


def test_one_and_several_are_one_term() -> None:
    text = (
        "Each Order Form counts, this Order Form too, and all Order Forms on the Business Days, or other Business Days."
    )
    assert undefined(text) == {"Business Days": 2, "Order Form": 3}


def test_what_is_joined_is_looked_at_apart() -> None:
    text = "The Fees and Payment Terms Chart, and the Security Measures and Audit Reports, or the Security Measures."
    assert undefined(text, text) == {"Audit Reports": 2, "Payment Terms Chart": 2, "Security Measures": 4}


def test_a_real_agreement_names_few() -> None:
    """They were 23: titles of rows, sides joined by "and", and the ends of longer phrases are no terms."""
    blocks = outline(read_document(CSA.read_bytes()).blocks)
    clauses = [Words(str(each.position), each.heading, each.text) for each in blocks]

    found = {each.term: each.uses for each in terms_of(clauses) if each.is_undefined}

    assert found == {"Non-Renewal Notice Date": 2, "Response Time Credit": 5, "Uptime Credit": 5}


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


def test_many_phrases_in_bounded_time() -> None:
    letters = "abcdefghijklmnopqrst"
    phrases = [f"X{one}{two}x Y{three}y" for one in letters for two in letters for three in letters]
    said = [" ".join(f"we use the {each} with the {each} now and" for each in phrases[at::100]) for at in range(100)]
    began = time.process_time()
    assert len(undefined(*said)) == 8_000
    assert time.process_time() - began < 5


def test_no_text_has_no_terms() -> None:
    assert terms_of([]) == ()
    assert terms_of([Words("1", "", "")]) == ()
