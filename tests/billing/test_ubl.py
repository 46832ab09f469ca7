"""UBL as it comes from others: complete invoices, hostile files, and what we write ourselves."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from billing.adapters.ubl import DocumentLine, InvoiceDocument, parse_invoice, write_invoice
from clm.lib.errors import Invalid
from tests.shared_data import shared

KINDS = {"UBL Invoice": "invoice", "UBL CreditNote": "credit_note"}
INVOICE = InvoiceDocument(
    kind="invoice",
    number="R-7",
    issued_on=date(2026, 2, 1),
    currency="KWD",
    seller_name="Seller & Söhne <GmbH>",
    buyer_name="Buyer",
    tax_exclusive_amount=Decimal("95.125"),
    tax_inclusive_amount=Decimal("99.881"),
    payable_amount=Decimal("89.88"),
    prepaid_amount=Decimal(10),
    rounding_amount=Decimal("-0.001"),
    lines=(
        DocumentLine("line", "1", "Hosting", Decimal("100.125"), Decimal(3), "January"),
        DocumentLine("allowance", "", "Service credit", Decimal(-7)),
        DocumentLine("charge", "", "Postage", Decimal(2)),
    ),
    due_on=date(2026, 3, 1),
    period_start=date(2026, 1, 1),
    period_end=date(2026, 1, 31),
    seller_identifier="HRB 1",
    contract_reference="C-1",
    order_reference="PO-1",
)


def said(path: Path) -> tuple[object, ...]:
    """What a file says, in the order of the index."""
    found = parse_invoice(path.read_bytes())
    counts = [sum(line.kind == "line" for line in found.lines), sum(line.kind != "line" for line in found.lines)]
    return (
        found.kind, found.number, str(found.issued_on), str(found.due_on or ""), found.currency, found.seller_name,
        found.buyer_name, found.contract_reference, found.order_reference, str(found.period_start or ""),
        str(found.period_end or ""), found.tax_exclusive_amount, found.tax_inclusive_amount, found.payable_amount,
        *counts, tuple(said for said in found.warnings if not said.startswith("This is a corrective invoice")),
    )  # fmt: skip


def indexed(row: dict[str, str]) -> tuple[object, ...]:
    names = ("tax_exclusive", "tax_inclusive", "payable")
    return (
        KINDS[row["syntax"]], row["number"], row["issue_date"], row["due_date"], row["currency"], row["seller"],
        row["buyer"], row["contract_ref"], row["order_ref"], row["period_start"], row["period_end"],
        *(Decimal(row[name]) for name in names), int(row["lines"]), int(row["doc_allowances_charges"]), (),
    )  # fmt: skip


def index(syntax: str) -> list[dict[str, str]]:
    with shared("einvoices/invoices.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["syntax"].startswith(syntax)]


@pytest.mark.large
def test_every_complete_ubl_file_says_what_the_index_says() -> None:
    rows, folder = index("UBL"), shared("einvoices")

    assert len(rows) == 59
    assert [said(folder / row["file"]) for row in rows] == [indexed(row) for row in rows]


@pytest.mark.large
def test_every_cii_file_is_refused_by_name() -> None:
    for row in index("CII"):
        with pytest.raises(Invalid) as refusal:
            parse_invoice((shared("einvoices") / row["file"]).read_bytes())
        assert refusal.value.code == "cii_not_read"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("xmlbomb.xml", "unsafe_xml"),
        ("xmlbomb2.xml", "unsafe_xml"),
        ("quadratic.xml", "unsafe_xml"),
        ("cyclic.xml", "unsafe_xml"),
        ("external.xml", "unsafe_xml"),
        ("external_file.xml", "unsafe_xml"),
        ("dtd.xml", "unsafe_xml"),
        ("simple.xml", "not_an_invoice"),
    ],
)
def test_hostile_xml_is_refused_with_its_reason(name: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_invoice(shared(f"bad_inputs/defusedxml/xmltestdata/{name}").read_bytes())

    assert refusal.value.code == code
    assert refusal.value.fields["file"] == [refusal.value.message]


@pytest.mark.parametrize("kind", ["invoice", "credit_note"])
def test_what_is_written_is_read_back(kind: str) -> None:
    written = InvoiceDocument(**{**INVOICE.__dict__, "kind": kind, "due_on": None})

    assert parse_invoice(write_invoice(written, tax_percent=Decimal(5))) == written


def test_totals_that_do_not_add_up_are_warnings() -> None:
    wrong = InvoiceDocument(**{**INVOICE.__dict__, "payable_amount": Decimal(1), "lines": INVOICE.lines[:1]})

    assert parse_invoice(write_invoice(wrong)).warnings == (
        "The lines do not add up to the total without tax.",
        "The amount due is not the total with tax less what was paid, plus the rounding.",
    )


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"2026-02-01", b"2026-02-30", "date_invalid"),
        (b">99.881<", b">NaN<", "amount_invalid"),
        (b">99.881<", b">1E+30<", "amount_invalid"),
        (b">99.881<", b">1E2<", "amount_invalid"),
        (b">99.881<", b">1_0<", "amount_invalid"),
        (b">99.881<", ">\u0661<".encode(), "amount_invalid"),
        (b">3<", b">1_0<", "amount_invalid"),
        (b">3<", b">1000000000000<", "quantity_invalid"),
        (b'"KWD">99.881<', b'"EUR">99.881<', "currencies_mixed"),
        (b'"KWD">100.125<', b'"EUR">100.125<', "currencies_mixed"),
        (b'"KWD">7<', b'"EUR">7<', "currencies_mixed"),
        (b"2026-01-31", b"9999-12-31", "date_out_of_range"),
        (b"2026-02-01", b"1989-12-31", "date_out_of_range"),
        (b">KWD<", b">ZZZ<", "unknown_currency"),
        (b">R-7<", b"><", "invoice_incomplete"),
        (b"</cbc:ID>", b"", "not_xml"),
    ],
)
def test_what_cannot_be_read_is_refused(old: bytes, new: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_invoice(write_invoice(INVOICE).replace(old, new))

    assert refusal.value.code == code


def test_the_largest_quantity_and_the_last_day_are_kept() -> None:
    content = write_invoice(INVOICE).replace(b">3<", b">999999999999.5<").replace(b"2026-01-31", b"2200-12-31")

    found = parse_invoice(content)

    assert (found.lines[0].quantity, found.period_end) == (Decimal("999999999999.5"), date(2200, 12, 31))


def test_an_invoice_of_type_381_is_a_credit_note_with_its_lines() -> None:
    found = parse_invoice(write_invoice(INVOICE).replace(b">380<", b">381<"))

    assert (found.kind, found.tax_exclusive_amount, len(found.lines)) == ("credit_note", Decimal("95.125"), 3)


@pytest.mark.parametrize(("corrects", "said"), [("R-6", "R-6"), ("", "one that it does not name")])
def test_a_corrective_invoice_says_what_it_puts_right(corrects: str, said: str) -> None:
    written = InvoiceDocument(**{**INVOICE.__dict__, "is_corrective": True, "corrects": corrects})

    found = parse_invoice(write_invoice(written))

    assert (found.kind, found.is_corrective, found.corrects) == ("invoice", True, corrects)
    assert found.warnings == (f"This is a corrective invoice: it puts right {said}.",)
