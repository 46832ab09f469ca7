"""What a row of somebody's sheet says of a contract: facts, sides, terms and dates, or why it cannot be said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clm.accounts.models import Membership, Team
from clm.lib.errors import DomainError
from clm.lib.money import is_iso_4217
from contracts.adapters.law_names import law_code
from contracts.engine import custom_values as own_engine
from contracts.engine import import_fields as fields
from contracts.engine import import_values as values
from contracts.engine.identifiers import Unreadable as NoIdentifier
from contracts.engine.identifiers import normalized
from contracts.models import CustomField, ImportRow, Party, PartyIdentifier, Terms
from contracts.models.contract import Category
from contracts.queries.custom_fields import asked_fields
from contracts.term_checks import check_terms

LONGEST = {"external_reference": 80, "title": 250, "counterparty": 200, "our_party": 200}
IDENTIFIERS = {f"counterparty_{kind}": kind for kind in ("vat", "lei", "duns")}
Fault = dict[str, str]


@dataclass
class Plan:
    """`facts` are what `create_contract` takes. `problems` keep the row from being imported, `notes` do not."""

    facts: dict[str, Any] = field(default_factory=dict)
    our_party_id: UUID | None = None
    our_name: str = ""
    counterparties: list[str] = field(default_factory=list)
    known_party_id: UUID | None = None
    identifiers: list[tuple[str, str]] = field(default_factory=list)
    terms: dict[str, Any] | None = None
    signed_on: date | None = None
    effective_on: date | None = None
    problems: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)


class Unfit(Exception):
    """A cell that is no such thing; `message` is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def said(code: str) -> str:
    """What is wrong with a cell, for people."""
    words = {
        "date": _("Not a date."),
        "number": _("Not a number."),
        "months": _("Not a number of months or years."),
        "notice": _("Not one length of time."),
        "renewal": _("Does it renew by itself, by agreement, or not?"),
        "yes_no": _("Yes or no."),
        "end": _("From the first to the last day is no whole number of months."),
        "form": _("Not such a number."),
        "check": _("Mistyped: its check digits do not fit."),
    }
    return words[code]


class RowReader:
    """Reads the rows of one import: who and what there is in the organization is asked for once."""

    def __init__(self, mapping: fields.ImportMapping) -> None:
        self.mapping = mapping
        self._heads = {fact: head for head, fact in mapping.columns.items() if fact}
        self._own = {each.key: each for each in asked_fields()}
        rows = Membership.objects.filter(removed_at=None).select_related("user")
        self._people: dict[str, set[UUID]] = {}
        for row in rows:
            for name in (row.user.email, str(row.user)):
                self._people.setdefault(name.casefold(), set()).add(row.user_id)
        teams = Team.objects.filter(kind=Team.Kind.DEPARTMENT)
        self._departments = {team.name.casefold(): team.pk for team in teams}

    def plan(self, row: ImportRow) -> Plan:
        return _Reading(self, row).plan()

    def head_of(self, fact: str) -> str:
        return self._heads.get(fact, fact)

    def cell(self, row: ImportRow, fact: str) -> values.Cell:
        head = self._heads.get(fact)
        cell = row.cells.get(head) if head else None
        return None if cell == "" else cell

    def own_fields(self) -> list[CustomField]:
        return [each for key, each in self._own.items() if f"{fields.OWN}{key}" in self._heads]

    def person(self, cell: values.Cell) -> UUID:
        found = self._people.get(values.text_in(cell).casefold(), set())
        if len(found) != 1:
            raise Unfit("owner_unknown", _("Not a member.") if not found else _("Several members have this name."))
        return next(iter(found))

    def department(self, cell: values.Cell) -> UUID:
        found = self._departments.get(values.text_in(cell).casefold())
        if found is None:
            raise Unfit("department_unknown", _("Not a department."))
        return found

    def date(self, cell: values.Cell) -> date:
        return values.date_in(cell, self.mapping.date_order, self.mapping.time_zone)

    def number(self, cell: values.Cell) -> Decimal:
        return values.number_in(cell, self.mapping.decimal_point)


class _Reading:
    """One row that is read."""

    def __init__(self, reader: RowReader, row: ImportRow) -> None:
        self.reader, self.row, self.mapping = reader, row, reader.mapping
        self.made = Plan()

    def plan(self) -> Plan:
        self._facts()
        self._value()
        self._sides()
        self._own()
        self._dates()
        self._terms()
        return self.made

    def _take(self, fact: str, read: Callable[[values.Cell], Any]) -> Any:
        """What the fact's cell says, or None; what cannot be read is told beside its column."""
        cell = self.reader.cell(self.row, fact)
        if cell is None:
            return None
        try:
            return read(cell)
        except values.Unreadable as wrong:
            self._tell(fact, wrong.code, said(wrong.code), cell)
        except NoIdentifier as wrong:
            self._tell(fact, wrong.code, said(wrong.code), cell)
        except own_engine.Unfit as wrong:
            self._tell(fact, wrong.code, _("Not a value of this field."), cell)
        except Unfit as wrong:
            self._tell(fact, wrong.code, wrong.message, cell)
        return None

    def _tell(self, fact: str, code: str, message: str, cell: values.Cell = None) -> None:
        shown = f"“{values.text_in(cell)[:60]}”: {message}" if cell is not None else message
        told = {"field": self.reader.head_of(fact), "code": code, "message": shown}
        (self.made.notes if self.mapping.unread == fields.LEAVE else self.made.problems).append(told)

    def _text(self, fact: str) -> Callable[[values.Cell], str]:
        def read(cell: values.Cell) -> str:
            text = values.text_in(cell)
            if len(text) > LONGEST.get(fact, 20_000):
                raise Unfit("long", _("Too long."))
            return text

        return read

    def _facts(self) -> None:
        facts = self.made.facts
        path = self.row.file.path if self.row.file else ""
        file_title = fields.title_of(path) if path else ""
        facts["title"] = self._take("title", self._text("title")) or file_title
        if not facts["title"]:
            facts["title"] = self._take("external_reference", self._text("title")) or ""
        if not facts["title"]:
            self.made.problems.append(
                {"field": self.reader.head_of("title"), "code": "title_missing", "message": _("It has no title.")}
            )
        facts["external_reference"] = self._take("external_reference", self._text("external_reference")) or ""
        facts["description"] = self._take("description", self._text("description")) or ""
        facts["category"] = self._take("category", self._category) or self.mapping.category
        facts["jurisdiction"] = self._take("jurisdiction", _law) or ""
        facts["department_id"] = self._take("department", self.reader.department)
        owner = self._take("owner", self.reader.person)
        facts["owner_id"] = owner or (UUID(self.mapping.owner) if self.mapping.owner else None)
        facts["tags"] = [*self.mapping.tags, *(self._take("tags", values.words_in) or [])]
        facts["time_zone"] = self.mapping.time_zone

    def _category(self, cell: values.Cell) -> str:
        text = values.text_in(cell)
        found = self.mapping.categories.get(text) or guessed_category(text)
        if not found:
            raise Unfit("category_unknown", _("Say what type of contract this is."))
        return found

    def _value(self) -> None:
        found = self._take("value_amount", lambda cell: values.amount_in(cell, self.mapping.decimal_point))
        currency = self._take("currency", _currency)
        if found is None:
            return
        amount, named = found
        currency = currency or named or self.mapping.currency
        if amount < 0 or amount >= Decimal(10) ** 14 or amount != round(amount, 4):
            self._tell("value_amount", "number", _("A value is not negative, and has at most four decimals."))
        elif not is_iso_4217(currency):
            self._tell("value_amount", "currency_missing", _("A value needs its currency."))
        else:
            self.made.facts |= {"value_amount": amount, "currency": currency}

    def _sides(self) -> None:
        made = self.made
        made.counterparties = self._take("counterparty", _company_names) or []
        for fact, kind in IDENTIFIERS.items():
            number = self._take(fact, _identifier(kind))
            if number is not None:
                made.identifiers.append((kind, number))
        known = [PartyIdentifier.objects.filter(kind=kind, value=number).first() for kind, number in made.identifiers]
        parties = {row.party_id for row in known if row is not None}
        if len(parties) > 1:
            fact = next(iter(IDENTIFIERS))
            self._tell(fact, "identifier_known", _("These numbers belong to several parties."))
        made.known_party_id = next(iter(parties), None)
        made.our_name = self._take("our_party", self._text("our_party")) or ""
        if not made.our_name and self.mapping.our_party:
            made.our_party_id = UUID(self.mapping.our_party)

    def _own(self) -> None:
        found: dict[str, Any] = {}
        for each in self.reader.own_fields():
            value = self._take(f"{fields.OWN}{each.key}", partial(self._own_value, each))
            if value is not None:
                found[each.key] = value
        self.made.facts["custom_fields"] = found

    def _own_value(self, each: CustomField, cell: values.Cell) -> Any:
        """As `put_values` takes it: what JSON and forms have."""
        kind = each.kind
        if kind == own_engine.AMOUNT:
            amount, currency = values.amount_in(cell, self.mapping.decimal_point)
            currency = currency or self.mapping.currency
            return own_engine.read(kind, (), {"amount": f"{amount:f}", "currency": currency})
        readers: Mapping[str, Callable[[values.Cell], Any]] = {
            own_engine.DATE: self.reader.date,
            own_engine.INTEGER: self.reader.number,
            own_engine.DECIMAL: self.reader.number,
            own_engine.YES_NO: values.yes_no_in,
            own_engine.CHOICES: values.words_in,
            own_engine.PERSON: self.reader.person,
            own_engine.PARTY: _party,
        }
        return own_engine.read(kind, each.choices, readers.get(kind, values.text_in)(cell))

    def _dates(self) -> None:
        self.made.signed_on = self._take("signed_on", self.reader.date)
        self.made.effective_on = self._take("effective_on", self.reader.date)

    def _terms(self) -> None:
        """The terms, where there is a first day and a length; a signed contract needs them."""
        made, take = self.made, self._take
        starts_on = take("starts_on", self.reader.date) or made.effective_on or made.signed_on
        months, ends_on = take("initial_months", values.months_in), take("ends_on", self.reader.date)
        renewal, every = take("renewal", values.renewal_in), take("renewal_months", values.months_in)
        notice = take("notice", values.notice_in)
        if starts_on is not None and months is None and ends_on is not None:
            months = take("ends_on", lambda _cell: values.span_until(starts_on, ends_on).months)
        if starts_on is None or months is None:
            return
        terms: dict[str, Any] = {
            "starts_on": starts_on,
            "initial_months": months,
            "renewal": renewal or ("automatic" if every else "none"),
            "renewal_months": every,
        }
        if notice is not None and terms["renewal"] == "automatic":
            terms |= {"notice_length": notice[0], "notice_unit": notice[1]}
        self._check_terms(terms)

    def _check_terms(self, terms: dict[str, Any]) -> None:
        if terms["renewal"] != "none" and not terms["renewal_months"]:
            self._tell("renewal_months", "renewal_months_missing", _("It renews, and nothing says for how long."))
            return
        try:
            check_terms(Terms(**terms))
        except DomainError as refusal:
            name = next(iter(refusal.fields), "starts_on")
            self._tell("notice" if name == "notice_length" else name, refusal.code, refusal.message)
            return
        self.made.terms = terms


def _identifier(kind: str) -> Callable[[values.Cell], str]:
    return lambda cell: normalized(kind, values.text_in(cell))


def guessed_category(text: str) -> str:
    """By key or label, whole or as a word of it; empty where none fits."""
    wanted = fields.plain_head(text)
    for value, label in Category.choices:
        if wanted in (value, fields.plain_head(str(label))):
            return str(value)
    for value, label in Category.choices:
        if value != Category.OTHER and wanted and wanted.split()[0] in fields.plain_head(f"{value} {label}").split():
            return str(value)
    return ""


def _law(cell: values.Cell) -> str:
    code = law_code(values.text_in(cell))
    if not code:
        raise Unfit("jurisdiction_unknown", _("Not one country or state that is known."))
    return code


def _currency(cell: values.Cell) -> str:
    text = values.text_in(cell).upper()
    if not is_iso_4217(text):
        raise Unfit("currency_unknown", _("Not an ISO 4217 currency."))
    return text


def _company_names(cell: values.Cell) -> list[str]:
    found = values.names_in(cell)
    if any(len(name) > LONGEST["counterparty"] for name in found):
        raise Unfit("long", _("Too long."))
    return found


def _party(cell: values.Cell) -> UUID:
    party = Party.objects.filter(name__iexact=values.text_in(cell)).first()
    if party is None:
        raise Unfit("party_unknown", _("No such party."))
    return party.pk
