"""Cells of somebody else's sheet, read as what they stand for, or refused."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

Cell = str | int | float | bool | None
DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "dmy", "mdy", "ymd"
ORDERS = (DAY_FIRST, MONTH_FIRST, YEAR_FIRST)
POINT, COMMA = ".", ","
# Two digits of a year: up to this many years ahead of the century's turn they are of this century (POSIX strptime %y).
PIVOT = 69
MOST_MONTHS = 12_000
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d.*)?")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:?\d{2}(?::?\d{2}(?:[.,]\d+)?)?\s?(?:[zZ]|[+-]\d{2}(?::?\d{2})?)")
_NUMBERS = re.compile(r"(\d{1,4})\s*[./\- ]\s*(\d{1,2})\s*[./\- ]\s*(\d{1,4})\.?")
_NAMED = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th|\.)?\s+)?([^\W\d_]{3,12})\.?\s+(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(\d{4})"
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan", "feb", "mar mär mrz", "apr", "may mai", "jun", "jul", "aug", "sep", "oct okt", "nov", "dec dez"), 1
    )
    for name in names.split()
}
_LENGTH = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*\)?\s*[- ]?\s*(business days?|working days?|days?|tage?n?|weeks?|wochen?|months?|monate?n?"
    r"|quarters?|years?|yrs?|jahre?n?|[dwmyj])?\b",
    re.IGNORECASE,
)
# Of the digits of a length: whatever is longer is none.
_LONGEST_LENGTH = 12
_YES = frozenset({"yes", "y", "true", "1", "x", "ja", "j", "wahr", "oui", "si"})
_NO = frozenset({"no", "n", "false", "0", "nein", "falsch", "non", "none"})
_DEFINED = re.compile(r"""\((?=[^()]*["“”„'’])[^()]*\)""")


class Unreadable(ValueError):
    """The cell cannot be read as its kind; `code` is date, number, months, notice, renewal, yes_no or end."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def text_in(cell: Cell) -> str:
    """The cell's words on one line; a number as it is written without an exponent."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{Decimal(repr(cell)):f}".removesuffix(".0")
    return " ".join(str(cell).replace("\x00", "").split())


def date_in(cell: Cell, order: str, zone: str = "UTC") -> date:
    """ISO dates are read whatever the order; years of two digits as POSIX has them. A time with an offset is the day
    that it is in the zone."""
    text = text_in(cell)
    if _INSTANT.fullmatch(text):
        return _day_in(text, zone)
    if found := _ISO.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMBERS.fullmatch(text):
        return _numbered((found[1], found[2], found[3]), order)
    if found := _NAMED.fullmatch(text):
        return _named(found[1] or found[3] or "", found[2], found[4])
    raise Unreadable("date")


def _day_in(text: str, zone: str) -> date:
    try:
        return (
            datetime.fromisoformat(text.replace(" ", "T", 1).replace(" ", "").upper()).astimezone(ZoneInfo(zone)).date()
        )
    except (ValueError, OverflowError) as wrong:
        raise Unreadable("date") from wrong


def _numbered(parts: tuple[str, str, str], order: str) -> date:
    first, middle, last = parts
    if len(first) == 4 or order == YEAR_FIRST:
        return _day(_year(first), int(middle), int(last))
    day, month = (first, middle) if order == DAY_FIRST else (middle, first)
    return _day(_year(last), int(month), int(day))


def _named(day: str, name: str, year: str) -> date:
    month = _MONTHS.get(name.casefold()[:3])
    if month is None or not day:
        raise Unreadable("date")
    return _day(int(year), month, int(day))


def _year(digits: str) -> int:
    if len(digits) == 4:
        return int(digits)
    if len(digits) > 2:
        raise Unreadable("date")
    return int(digits) + (1900 if int(digits) >= PIVOT else 2000)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as wrong:
        raise Unreadable("date") from wrong


# Thousands have one sign between all of them, and stand before the decimal sign alone.
_WHOLE = r"(?P<whole>[1-9]\d{0,2}(?:(?P<between>[%s\s'\u2019])\d{3})(?:(?P=between)\d{3}){0,9}|\d{1,30})"
_WRITTEN: Mapping[str, re.Pattern[str]] = {
    point: re.compile(
        rf"(?P<sign>[+-]?)\s*(?=[\d{point}])(?:{_WHOLE % other})?(?:\{point}(?P<part>\d{{0,12}}))?\s*(?P<behind>-?)"
    )
    for point, other in ((POINT, COMMA), (COMMA, POINT))
}
_MOST = Decimal(10) ** 30


def number_in(cell: Cell, point: str) -> Decimal:
    """A number whose decimals follow `point`, with signs between its thousands or without. A sign behind it counts as
    one before it; behind the decimal sign (1.200,-) it says that there are no decimals. Cells of a workbook that are
    numbers already are taken as they are."""
    if isinstance(cell, bool) or cell is None:
        raise Unreadable("number")
    if isinstance(cell, int | float):
        return _bounded(cell)
    found = _WRITTEN[point].fullmatch(cell.strip())
    if found is None or not (found["whole"] or found["part"]):
        raise Unreadable("number")
    behind = found["behind"] if found["part"] != "" else ""
    if found["sign"] and behind:
        raise Unreadable("number")
    number = Decimal(f"{re.sub(r'[^0-9]', '', found['whole'] or '0')}.{found['part'] or '0'}")
    return -number if "-" in (found["sign"], behind) else number


def _bounded(number: float) -> Decimal:
    if not math.isfinite(number) or abs(number) >= _MOST:
        raise Unreadable("number")
    return Decimal(repr(number))


_SIGNS: Mapping[str, str] = {"€": "EUR", "£": "GBP", "¥": "JPY", "US$": "USD", "CHF": "CHF", "Fr.": "CHF"}


def amount_in(cell: Cell, point: str) -> tuple[Decimal, str]:
    """The number and the currency that stands with it, empty where none does. A bare $ names no currency."""
    if not isinstance(cell, str):
        return number_in(cell, point), ""
    text, currency = cell.strip(), ""
    for sign, code in _SIGNS.items():
        if sign in text:
            text, currency = text.replace(sign, " "), code
    if found := re.match(r"([A-Z]{3})\b|.*\b([A-Z]{3})$", text):
        currency = currency or found[1] or found[2]
        text = text.replace(found[1] or found[2], " ")
    return number_in(text.replace("$", " ").strip(), point), currency


def months_in(cell: Cell) -> int:
    """A number of months: of months, quarters or years; a bare number is months."""
    lengths = _lengths(text_in(cell))
    if not lengths:
        raise Unreadable("months")
    months = sum((_in_months(number, unit) for number, unit in lengths), Decimal(0))
    if months != int(months) or not 0 < months <= MOST_MONTHS:
        raise Unreadable("months")
    return int(months)


def _lengths(text: str) -> list[tuple[Decimal, str]]:
    """Every length that is named; none where several have one unit, which no single length is, or one is a fraction."""
    if re.search(r"\d\s*/\s*\d", text):
        return []
    found = [(each[1], (each[2] or "").casefold()) for each in _LENGTH.finditer(text)]
    if any(len(digits) > _LONGEST_LENGTH for digits, _unit in found):
        return []
    pairs = [(Decimal(digits.replace(",", ".")), unit) for digits, unit in found]
    named = [pair for pair in pairs if pair[1]] or pairs
    units = [unit[:2] for _number, unit in named]
    return named if len(units) == len(set(units)) and ";" not in text else []


def _in_months(number: Decimal, unit: str) -> Decimal:
    for names, each in ((("y", "j"), 12), (("q",), 3), (("m", ""), 1)):
        if unit[:1] in names:
            return number * each
    raise Unreadable("months")


def notice_in(cell: Cell) -> tuple[int, str]:
    """Length and unit (days, months, business_days); weeks are seven days, a bare number is days."""
    lengths = _lengths(text_in(cell))
    if len(lengths) != 1 or lengths[0][0] != int(lengths[0][0]):
        raise Unreadable("notice")
    number, unit = int(lengths[0][0]), lengths[0][1]
    if unit.startswith(("business", "working")):
        return number, "business_days"
    if unit[:1] in ("d", "t", ""):
        return number, "days"
    if unit.startswith("w"):
        return number * 7, "days"
    return int(_in_months(Decimal(number), unit)), "months"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NOT = _words("no not non never without kein keine keinerlei nicht ohne")
_FIXED = _words("fixed befristet expires")
_AUTOMATIC = _words(
    "yes ja auto automatic automatically evergreen tacit tacitly successive automatisch automatische stillschweigend "
    "stillschweigende"
)
_EXPRESS = _words("express expressly agree agreed agreement mutual mutually option options optional written")
_BESIDE = _words(
    "a an the it its is are there contract of for to by in with upon on one each every further additional both parties "
    "consent does do will shall only term terms period periods year years yearly annual annually month months monthly "
    "day days renew renews renewed renewal renewals renewing renewable extend extends extension extensions self der "
    "die des den sich um jeweils weitere weiteres vertrag verlängert verlängerung jahr jahre jahren monat monate "
    "monaten"
)
_KEPT_ON = re.compile(r"\s+unless (?:(?:it )?is )?(?:earlier )?(?:terminated|cancell?ed)$")


def renewal_in(cell: Cell) -> str:
    """none, automatic or express: where every word is known, and whatever stands between commas says the same."""
    text = text_in(cell).casefold().rstrip(" .!").replace("n't", " not").replace("n’t", " not")
    if text in _YES or text in _NO:
        return "automatic" if text in _YES else "none"
    bare = _KEPT_ON.sub("", text)
    found = {_renewal_of(part) for part in re.split(r"[,;.():]", bare) if part.strip()}
    if len(found) != 1 or (bare != text and found != {"automatic"}):
        raise Unreadable("renewal")
    return found.pop()


def _renewal_of(part: str) -> str:
    words = re.findall(r"[^\W\d_]+", part)
    said = {
        "none": [word for word in words if word in _NOT or word in _FIXED],
        "express": [word for word in words if word in _EXPRESS],
        "automatic": [word for word in words if word in _AUTOMATIC],
    }
    if set(words) - _BESIDE - {word for some in said.values() for word in some}:
        raise Unreadable("renewal")
    if said["none"]:
        return _denied(said)
    if bool(said["express"]) == bool(said["automatic"]):
        raise Unreadable("renewal")
    return "express" if said["express"] else "automatic"


def _denied(said: Mapping[str, list[str]]) -> str:
    """What is no option and does not come by itself is none; what is denied twice, or is merely not agreed, is open."""
    fixed = any(word in _FIXED for word in said["none"])
    if len(said["none"]) > 1 or not {"option", "options"}.issuperset(said["express"]) or (fixed and said["automatic"]):
        raise Unreadable("renewal")
    return "none"


def yes_no_in(cell: Cell) -> bool:
    if isinstance(cell, bool):
        return cell
    text = text_in(cell).casefold()
    if text in _YES or text in _NO:
        return text in _YES
    raise Unreadable("yes_no")


def words_in(cell: Cell) -> list[str]:
    """Tags and choices: with semicolons, or else commas, between them."""
    text = text_in(cell)
    return [word for part in text.split(";" if ";" in text else ",") if (word := part.strip())]


def names_in(cell: Cell) -> list[str]:
    """Names of companies with semicolons between them, without what the contract calls them: ("Supplier")."""
    found = (" ".join(_DEFINED.sub(" ", part).split()).strip(" ,;") for part in text_in(cell).split(";"))
    return list(dict.fromkeys(name for name in found if name))


@dataclass(frozen=True)
class Span:
    """A first term in whole months, from its first day."""

    starts_on: date
    months: int


def span_until(starts_on: date, ends_on: date) -> Span:
    """The first term that ends with its last day `ends_on`, or on that day as the first not covered. Raises Unreadable
    `end` where that is no whole number of months."""
    for end in (ends_on + timedelta(days=1), ends_on) if ends_on < date.max else (ends_on,):
        months = (end.year - starts_on.year) * 12 + end.month - starts_on.month
        if 0 < months <= MOST_MONTHS and _plus(starts_on, months) == end:
            return Span(starts_on, months)
    raise Unreadable("end")


def _plus(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def guessed_order(cells: Sequence[Cell]) -> str:
    """The order in which most dates can be read; the day first where nothing tells."""
    read = {order: sum(1 for cell in cells if _reads(cell, order)) for order in ORDERS}
    return max(ORDERS, key=lambda order: read[order])


def _reads(cell: Cell, order: str) -> bool:
    try:
        date_in(cell, order)
    except Unreadable:
        return False
    return True


def guessed_point(cells: Sequence[Cell]) -> str:
    """A comma where some number can only be read with it."""
    texts = [cell.strip() for cell in cells if isinstance(cell, str)]
    commas = sum(1 for text in texts if re.search(r",\d{1,2}$|,\d{1,2}\D|\.\d{3}(?:\.|,|$)", text))
    points = sum(1 for text in texts if re.search(r"\.\d{1,2}$|\.\d{1,2}\D|,\d{3}(?:,|\.|$)", text))
    return COMMA if commas > points else POINT
