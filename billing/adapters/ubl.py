"""UBL 2.1 invoices and credit notes: read into plain values, and written from them. Nothing is decided here.

Business terms (BT) are those of EN 16931. Amounts stand as printed; an allowance is a line below zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError, SubElement, indent, register_namespace, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from billing.amounts import exact_decimal
from clm.lib.canonical import plain_decimal
from clm.lib.days import EARLIEST, LATEST
from clm.lib.errors import Invalid
from clm.lib.money import minor_digits

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
INVOICE = f"{UBL}Invoice-2"
CREDIT_NOTE = f"{UBL}CreditNote-2"
NAMES = {"cac": f"{UBL}CommonAggregateComponents-2", "cbc": f"{UBL}CommonBasicComponents-2"}
CII = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
MAX_BYTES = 20 * 1024 * 1024  # invoices carry their attachments inside
MAX_LINES = 20_000
LARGEST = Decimal(10) ** 14
LARGEST_QUANTITY = Decimal(10) ** 12
CREDIT_NOTE_TYPE, CORRECTIVE_TYPE = "381", "384"  # UNTDID 1001
PROFILE = "urn:cen.eu:en16931:2017"
_DATE = re.compile(r"^(\d{4}-\d{2}-\d{2})(Z|[+-]\d{2}:\d{2})?$")


@dataclass(frozen=True)
class DocumentLine:
    """An invoice line (BG-25), or a document-level allowance or charge (BG-20, BG-21). `net_amount` is signed."""

    kind: str
    line_id: str
    name: str
    net_amount: Decimal
    quantity: Decimal | None = None
    note: str = ""


@dataclass(frozen=True)
class InvoiceDocument:
    """What one file says. `kind` is invoice or credit_note; `period_end` is the last day covered (BT-74).

    A corrective invoice (type 384) puts right an earlier one: `corrects` is that one's number (BT-25), if it is named.
    """

    kind: str
    number: str
    issued_on: date
    currency: str
    seller_name: str
    buyer_name: str
    tax_exclusive_amount: Decimal
    tax_inclusive_amount: Decimal
    payable_amount: Decimal
    lines: tuple[DocumentLine, ...] = ()
    due_on: date | None = None
    period_start: date | None = None
    period_end: date | None = None
    seller_identifier: str = ""
    contract_reference: str = ""
    order_reference: str = ""
    prepaid_amount: Decimal = Decimal(0)
    rounding_amount: Decimal = Decimal(0)
    syntax: str = "ubl"
    is_corrective: bool = False
    corrects: str = ""
    warnings: tuple[str, ...] = ()


def parse_invoice(content: bytes) -> InvoiceDocument:
    """The document in a UBL file, with a warning for each total that does not add up.

    Refusals (Invalid, field `file`): `file_empty`, `file_too_large`, `not_xml`, `unsafe_xml`, `cii_not_read`,
    `not_an_invoice`, `invoice_incomplete`, `amount_invalid`, `quantity_invalid`, `currencies_mixed`, `date_invalid`,
    `date_out_of_range`, `unknown_currency`, `too_many_lines`.
    """
    root = _root(content)
    form = _form(root)
    currency = _currency(root)
    lines = (*_lines(root, form, currency), *_allowances(root, currency))
    total = _required_node(root, "cac:LegalMonetaryTotal")
    period = _period(root)
    document = InvoiceDocument(
        kind=_kind(root, form),
        number=_required(root, "cbc:ID", 120),
        issued_on=_required_date(root, "cbc:IssueDate"),
        due_on=_date(root, "cbc:DueDate") or _date(root, "cac:PaymentMeans/cbc:PaymentDueDate"),
        period_start=period[0],
        period_end=period[1],
        currency=currency,
        seller_name=_party(root, "cac:AccountingSupplierParty"),
        seller_identifier=_identifier(root)[:120],
        buyer_name=_party(root, "cac:AccountingCustomerParty"),
        contract_reference=_text(root, "cac:ContractDocumentReference/cbc:ID")[:120],
        order_reference=_text(root, "cac:OrderReference/cbc:ID")[:120],
        tax_exclusive_amount=_amount(total, "cbc:TaxExclusiveAmount", currency),
        tax_inclusive_amount=_amount(total, "cbc:TaxInclusiveAmount", currency),
        payable_amount=_amount(total, "cbc:PayableAmount", currency),
        prepaid_amount=_optional_amount(total, "cbc:PrepaidAmount", currency),
        rounding_amount=_optional_amount(total, "cbc:PayableRoundingAmount", currency),
        lines=lines,
        is_corrective=_type(root) == CORRECTIVE_TYPE,
        corrects=_text(root, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID")[:120],
    )
    return _with_warnings(document, root)


def refused(code: str, message: str) -> Invalid:
    """A refusal of the file, to stand beside the field it was chosen in."""
    return Invalid(code, message, fields={"file": [message]})


def _root(content: bytes) -> Element:
    if not content.strip():
        raise refused("file_empty", "The file is empty.")
    if len(content) > MAX_BYTES:
        raise refused("file_too_large", f"The file is larger than {MAX_BYTES // 1024 // 1024} MB.")
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise refused("unsafe_xml", "The file declares a document type or entities, which invoices never do.") from None
    except (ParseError, ValueError, LookupError):
        raise refused("not_xml", "The file is not well-formed XML.") from None
    return root


def _form(root: Element) -> str:
    """Which of the two UBL documents the file is: its lines are named after it."""
    if root.tag == f"{{{INVOICE}}}Invoice":
        return "invoice"
    if root.tag == f"{{{CREDIT_NOTE}}}CreditNote":
        return "credit_note"
    if root.tag.startswith(f"{{{CII}}}"):
        raise refused("cii_not_read", "This is a UN/CEFACT (CII) invoice; only UBL 2.1 is read. Ask for the UBL form.")
    raise refused("not_an_invoice", "The file is XML, but not a UBL 2.1 invoice or credit note.")


def _kind(root: Element, form: str) -> str:
    """What the document is: a credit note may come as an Invoice of type 381, with its amounts above zero."""
    return "credit_note" if _type(root) == CREDIT_NOTE_TYPE else form


def _type(root: Element) -> str:
    """The document's type code (BT-3)."""
    return _text(root, "cbc:InvoiceTypeCode") or _text(root, "cbc:CreditNoteTypeCode")


def _text(node: Element, path: str) -> str:
    return " ".join((node.findtext(path, "", NAMES) or "").split())


def _required(node: Element, path: str, longest: int = 250) -> str:
    found = _text(node, path)
    if not found:
        raise refused("invoice_incomplete", f"The file names no {path.rsplit(':')[-1]}.")
    if len(found) > longest:
        raise refused("invoice_incomplete", f"{path.rsplit(':')[-1]} is longer than {longest} characters.")
    return found


def _required_node(node: Element, path: str) -> Element:
    found = node.find(path, NAMES)
    if found is None:
        raise refused("invoice_incomplete", f"The file has no {path.rsplit(':')[-1]}.")
    return found


def _date(node: Element, path: str) -> date | None:
    text = _text(node, path)
    if not text:
        return None
    match = _DATE.match(text)
    try:
        found = date.fromisoformat(match.group(1)) if match else _no_date(text)
    except ValueError:
        return _no_date(text)
    if not EARLIEST <= found <= LATEST:
        raise refused("date_out_of_range", f"{found} is not between {EARLIEST.year} and {LATEST.year}.")
    return found


def _no_date(text: str) -> date:
    raise refused("date_invalid", f"{text[:40]!r} is not a date.")


def _required_date(node: Element, path: str) -> date:
    _required(node, path)
    found = _date(node, path)
    return found if found is not None else _no_date("")


def _decimal(text: str) -> Decimal:
    value = exact_decimal(text)
    if value is None:
        raise refused("amount_invalid", f"{text[:40]!r} is not a number.")
    if abs(value) >= LARGEST:
        raise refused("amount_invalid", f"{text[:40]!r} is no amount that can be kept.")
    return value


def _quantity(text: str) -> Decimal:
    value = _decimal(text)
    if abs(value) >= LARGEST_QUANTITY:
        raise refused("quantity_invalid", f"{text[:40]!r} is no quantity that can be kept.")
    return value


def _amount(node: Element, path: str, currency: str) -> Decimal:
    """An amount in the document's own currency, in which all but the tax in the accounting currency stands."""
    value = _decimal(_required(node, path))
    stated = _required_node(node, path).get("currencyID", currency)
    if stated != currency:
        raise refused("currencies_mixed", f"{path.rsplit(':')[-1]} is in {stated[:12]}, the invoice in {currency}.")
    if value != round(value, 4):
        raise refused("amount_invalid", f"{value} has more than four decimals.")
    return value


def _optional_amount(node: Element, path: str, currency: str) -> Decimal:
    return _amount(node, path, currency) if _text(node, path) else Decimal(0)


def _currency(root: Element) -> str:
    code = _required(root, "cbc:DocumentCurrencyCode")
    try:
        minor_digits(code)
    except Invalid as unknown:
        raise refused("unknown_currency", unknown.message) from None
    return code


def _party(root: Element, path: str) -> str:
    """The legal name (BT-27, BT-44), else the trading name."""
    node = _required_node(root, f"{path}/cac:Party")
    legal = _text(node, "cac:PartyLegalEntity/cbc:RegistrationName")
    return legal[:250] or _required(node, "cac:PartyName/cbc:Name")


def _identifier(root: Element) -> str:
    """The seller's registration number (BT-30), else its VAT number (BT-31), else its own identifier (BT-29)."""
    node = _required_node(root, "cac:AccountingSupplierParty/cac:Party")
    paths = ("cac:PartyLegalEntity/cbc:CompanyID", "cac:PartyTaxScheme/cbc:CompanyID", "cac:PartyIdentification/cbc:ID")
    return next((found for found in (_text(node, path) for path in paths) if found), "")


def _period(root: Element) -> tuple[date | None, date | None]:
    start = _date(root, "cac:InvoicePeriod/cbc:StartDate")
    return start, _date(root, "cac:InvoicePeriod/cbc:EndDate")


def _lines(root: Element, form: str, currency: str) -> Iterator[DocumentLine]:
    name, counted = ("CreditNoteLine", "Credited") if form == "credit_note" else ("InvoiceLine", "Invoiced")
    nodes = root.findall(f"cac:{name}", NAMES)
    if len(nodes) > MAX_LINES:
        raise refused("too_many_lines", f"The invoice has more than {MAX_LINES} lines.")
    for node in nodes:
        quantity = _text(node, f"cbc:{counted}Quantity")
        title = _text(node, "cac:Item/cbc:Name") or _text(node, "cac:Item/cbc:Description")
        yield DocumentLine(
            kind="line",
            line_id=_text(node, "cbc:ID")[:60],
            name=title[:300],
            quantity=_quantity(quantity) if quantity else None,
            net_amount=_amount(node, "cbc:LineExtensionAmount", currency),
            note=_text(node, "cbc:Note"),
        )


def _allowances(root: Element, currency: str) -> Iterator[DocumentLine]:
    for node in root.findall("cac:AllowanceCharge", NAMES):
        is_charge = _text(node, "cbc:ChargeIndicator") in ("true", "1")
        amount = _amount(node, "cbc:Amount", currency)
        yield DocumentLine(
            kind="charge" if is_charge else "allowance",
            line_id="",
            name=_text(node, "cbc:AllowanceChargeReason")[:300],
            net_amount=amount if is_charge or not amount else -amount,
            note=_text(node, "cbc:AllowanceChargeReasonCode"),
        )


def _with_warnings(document: InvoiceDocument, root: Element) -> InvoiceDocument:
    """BR-CO-13, -15 and -16 of EN 16931, and a period that ends before it starts, as warnings."""
    tax = sum((_decimal(text) for text in _taxes(root, document.currency)), Decimal(0))
    found = []
    if sum((line.net_amount for line in document.lines), Decimal(0)) != document.tax_exclusive_amount:
        found.append("The lines do not add up to the total without tax.")
    if document.tax_exclusive_amount + tax != document.tax_inclusive_amount:
        found.append("The total with tax is not the total without tax plus the tax.")
    payable = document.tax_inclusive_amount - document.prepaid_amount + document.rounding_amount
    if payable != document.payable_amount:
        found.append("The amount due is not the total with tax less what was paid, plus the rounding.")
    if document.is_corrective:
        found.append(f"This is a corrective invoice: it puts right {document.corrects or 'one that it does not name'}.")
    changes: dict[str, object] = {"warnings": tuple(found)}
    if document.period_start and document.period_end and document.period_end < document.period_start:
        changes = {"warnings": (*found, "The period ends before it starts."), "period_start": None, "period_end": None}
    return InvoiceDocument(**{**document.__dict__, **changes})


def _taxes(root: Element, currency: str) -> Iterator[str]:
    """Tax totals in the document's own currency (BT-110); one in the accounting currency is left out."""
    for node in root.findall("cac:TaxTotal/cbc:TaxAmount", NAMES):
        if node.get("currencyID", currency) == currency:
            yield (node.text or "").strip()


def write_invoice(document: InvoiceDocument, *, tax_percent: Decimal = Decimal(0)) -> bytes:
    """A UBL 2.1 file that `parse_invoice` reads back to the same values. One tax rate for all lines."""
    is_note = document.kind == "credit_note"
    for prefix, name in NAMES.items():
        register_namespace(prefix, name)
    root = Element(_tag(CREDIT_NOTE if is_note else INVOICE, "CreditNote" if is_note else "Invoice"))
    _write_head(root, document, is_note)
    _write_party(root, "AccountingSupplierParty", document.seller_name, document.seller_identifier)
    _write_party(root, "AccountingCustomerParty", document.buyer_name, "")
    _write_allowances(root, document, tax_percent)
    _write_totals(root, document, tax_percent)
    for line in document.lines:
        if line.kind == "line":
            _write_line(root, line, document.currency, tax_percent, is_note)
    indent(root)
    written: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def _tag(namespace: str, name: str) -> str:
    return f"{{{namespace}}}{name}"


def _put(parent: Element, name: str, value: object, currency: str = "") -> Element:
    node = SubElement(parent, _tag(NAMES["cbc"], name))
    node.text = plain_decimal(value) if isinstance(value, Decimal) else str(value)
    if currency:
        node.set("currencyID", currency)
    return node


def _group(parent: Element, *names: str) -> Element:
    for name in names:
        parent = SubElement(parent, _tag(NAMES["cac"], name))
    return parent


def _write_head(root: Element, document: InvoiceDocument, is_note: bool) -> None:
    _put(root, "CustomizationID", PROFILE)
    _put(root, "ID", document.number)
    _put(root, "IssueDate", document.issued_on)
    if document.due_on and not is_note:
        _put(root, "DueDate", document.due_on)
    code = CREDIT_NOTE_TYPE if is_note else CORRECTIVE_TYPE if document.is_corrective else "380"
    _put(root, "CreditNoteTypeCode" if is_note else "InvoiceTypeCode", code)
    _put(root, "DocumentCurrencyCode", document.currency)
    if document.period_start or document.period_end:
        period = _group(root, "InvoicePeriod")
        for name, day in (("StartDate", document.period_start), ("EndDate", document.period_end)):
            if day:
                _put(period, name, day)
    if document.order_reference:
        _put(_group(root, "OrderReference"), "ID", document.order_reference)
    if document.corrects:
        _put(_group(root, "BillingReference", "InvoiceDocumentReference"), "ID", document.corrects)
    if document.contract_reference:
        _put(_group(root, "ContractDocumentReference"), "ID", document.contract_reference)


def _write_party(root: Element, name: str, legal_name: str, identifier: str) -> None:
    legal = _group(root, name, "Party", "PartyLegalEntity")
    _put(legal, "RegistrationName", legal_name)
    if identifier:
        _put(legal, "CompanyID", identifier)


def _write_allowances(root: Element, document: InvoiceDocument, tax_percent: Decimal) -> None:
    for line in document.lines:
        if line.kind == "line":
            continue
        node = _group(root, "AllowanceCharge")
        _put(node, "ChargeIndicator", "true" if line.kind == "charge" else "false")
        if line.note:
            _put(node, "AllowanceChargeReasonCode", line.note)
        _put(node, "AllowanceChargeReason", line.name)
        _put(node, "Amount", abs(line.net_amount), document.currency)
        _write_tax(_group(node, "TaxCategory"), tax_percent)


def _write_tax(category: Element, percent: Decimal) -> None:
    _put(category, "ID", "S" if percent else "Z")
    _put(category, "Percent", percent)
    _put(_group(category, "TaxScheme"), "ID", "VAT")


def _write_totals(root: Element, document: InvoiceDocument, tax_percent: Decimal) -> None:
    code = document.currency
    tax = document.tax_inclusive_amount - document.tax_exclusive_amount
    node = _group(root, "TaxTotal")
    _put(node, "TaxAmount", tax, code)
    part = _group(node, "TaxSubtotal")
    _put(part, "TaxableAmount", document.tax_exclusive_amount, code)
    _put(part, "TaxAmount", tax, code)
    _write_tax(_group(part, "TaxCategory"), tax_percent)
    total = _group(root, "LegalMonetaryTotal")
    lines = sum((line.net_amount for line in document.lines if line.kind == "line"), Decimal(0))
    _put(total, "LineExtensionAmount", lines, code)
    _put(total, "TaxExclusiveAmount", document.tax_exclusive_amount, code)
    _put(total, "TaxInclusiveAmount", document.tax_inclusive_amount, code)
    for name, kind in (("AllowanceTotalAmount", "allowance"), ("ChargeTotalAmount", "charge")):
        _put(total, name, abs(sum((x.net_amount for x in document.lines if x.kind == kind), Decimal(0))), code)
    _put(total, "PrepaidAmount", document.prepaid_amount, code)
    _put(total, "PayableRoundingAmount", document.rounding_amount, code)
    _put(total, "PayableAmount", document.payable_amount, code)


def _write_line(root: Element, line: DocumentLine, currency: str, tax_percent: Decimal, is_note: bool) -> None:
    node = _group(root, "CreditNoteLine" if is_note else "InvoiceLine")
    _put(node, "ID", line.line_id)
    if line.note:
        _put(node, "Note", line.note)
    quantity = line.quantity if line.quantity is not None else Decimal(1)
    counted = _put(node, "CreditedQuantity" if is_note else "InvoicedQuantity", quantity)
    counted.set("unitCode", "C62")
    _put(node, "LineExtensionAmount", line.net_amount, currency)
    item = _group(node, "Item")
    _put(item, "Name", line.name)
    _write_tax(_group(item, "ClassifiedTaxCategory"), tax_percent)
    _put(_group(node, "Price"), "PriceAmount", line.net_amount / quantity if quantity else line.net_amount, currency)
