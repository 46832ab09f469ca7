"""Values of an organization's own fields: read as their type, or refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

TEXT, LONG_TEXT, INTEGER, DECIMAL, AMOUNT, DATE = "text", "long_text", "integer", "decimal", "amount", "date"
CHOICE, CHOICES, YES_NO, PERSON, PARTY, LINK = "choice", "choices", "yes_no", "person", "party", "link"
KINDS = (TEXT, LONG_TEXT, INTEGER, DECIMAL, AMOUNT, DATE, CHOICE, CHOICES, YES_NO, PERSON, PARTY, LINK)
LONGEST, LONGEST_TEXT = 500, 20_000
# 18 digits before and 6 after the point, as the database keeps them.
WHOLE, PLACES = 18, 6
_CURRENCY = re.compile(r"[A-Z]{3}")


class Unfit(ValueError):
    """The value is not of the type; `code` is text, long, number, whole, amount, date, choice, yes_no, id or link."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Amount:
    amount: Decimal
    currency: str


def is_empty(value: Any) -> bool:
    """Nothing said: no text, no choice. False and 0 say something."""
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {}, ())


def read(kind: str, choices: Sequence[str], value: Any) -> Any:
    """The value as Python has it: str, int, Decimal, Amount, date, list of str, bool or UUID. Takes what JSON and forms
    have. Raises Unfit."""
    if kind in (CHOICE, CHOICES):
        return _choice(choices, value) if kind == CHOICE else _choices(choices, value)
    return _READERS[kind](value)


def _text(value: Any, longest: int = LONGEST) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise Unfit("text")
    if len(value.strip()) > longest:
        raise Unfit("long")
    return value.strip()


def _long_text(value: Any) -> str:
    return _text(value, LONGEST_TEXT)


def _decimal(value: Any) -> Decimal:
    """Numbers of JSON that are not whole come as text, so that no digit is lost."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Unfit("number")
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation as unreadable:
        raise Unfit("number") from unreadable
    if not number.is_finite() or abs(number) >= Decimal(10) ** WHOLE or number != round(number, PLACES):
        raise Unfit("number")
    return number


def _integer(value: Any) -> int:
    number = _decimal(value)
    if number != int(number):
        raise Unfit("whole")
    return int(number)


def _amount(value: Any) -> Amount:
    if isinstance(value, Amount):
        return value
    if not (isinstance(value, dict) and set(value) == {"amount", "currency"}):
        raise Unfit("amount")
    currency = value["currency"]
    if not (isinstance(currency, str) and _CURRENCY.fullmatch(currency)):
        raise Unfit("amount")
    return Amount(_decimal(value["amount"]), currency)


def _date(value: Any) -> date:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as unreadable:
        raise Unfit("date") from unreadable


def _choice(choices: Sequence[str], value: Any) -> str:
    if value not in choices:
        raise Unfit("choice")
    return str(value)


def _choices(choices: Sequence[str], value: Any) -> list[str]:
    """In the order of the definition, each once."""
    if not isinstance(value, list | tuple) or any(each not in choices for each in value):
        raise Unfit("choice")
    return [each for each in choices if each in value]


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unfit("yes_no")
    return value


def _id(value: Any) -> UUID:
    try:
        return value if isinstance(value, UUID) else UUID(value)
    except (AttributeError, TypeError, ValueError) as unreadable:
        raise Unfit("id") from unreadable


def _link(value: Any) -> str:
    """Only what a browser opens as a page: no script and no file."""
    text = _text(value)
    try:
        parts = urlsplit(text)
    except ValueError as unreadable:
        raise Unfit("link") from unreadable
    if parts.scheme not in ("http", "https") or not parts.hostname or any(each.isspace() for each in text):
        raise Unfit("link")
    return text


_READERS: dict[str, Callable[[Any], Any]] = {
    TEXT: _text, LONG_TEXT: _long_text, INTEGER: _integer, DECIMAL: _decimal, AMOUNT: _amount, DATE: _date,
    YES_NO: _yes_no, PERSON: _id, PARTY: _id, LINK: _link,
}  # fmt: skip


def as_json(value: Any) -> Any:
    """As the API and the ledger have it: decimals and dates as text, amounts with their currency."""
    if isinstance(value, Amount):
        return {"amount": plain(value.amount), "currency": value.currency}
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def plain(number: Decimal) -> str:
    """Without an exponent and without the noughts that the database adds."""
    shown = f"{number:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
