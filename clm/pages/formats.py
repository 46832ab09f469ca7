"""Numbers, money, dates and spans as text in the person's language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext, to_locale

from clm.lib import clock


def locale() -> Locale:
    """Babel's locale of the language in use, else British English."""
    return _locale(get_language() or "en-gb")


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")


def as_decimal(value: object) -> Decimal | None:
    """The exact decimal of a number or a string of digits; None for anything else."""
    if value is None or isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def money_text(amount: object, currency: str) -> str:
    """An amount with its currency, as "€1,234.50"; digits beyond the minor unit are kept, never rounded away."""
    exact = as_decimal(amount)
    if exact is None:
        return "–"
    shown: str = format_currency(exact, currency or "XXX", locale=locale(), decimal_quantization=False)
    return shown


def decimal_text(value: object, places: int | None = None) -> str:
    """A number with the language's separators and every digit it came with; `places` asks for at least so many."""
    exact = as_decimal(value)
    if exact is None:
        return "–"
    exponent = exact.as_tuple().exponent
    digits = max(places or 0, -exponent if isinstance(exponent, int) else 0)
    pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
    shown: str = format_decimal(exact, format=pattern, locale=locale(), decimal_quantization=False)
    return shown


def percent_text(value: object, places: int = 2) -> str:
    """A percentage already in 0-100. Cut, not rounded: 99.9996 never reads as 100, nor 99.8999 as 99.9.

    Where cutting would lose the difference to a whole number, digits are added until it shows (at most 8).
    """
    exact = as_decimal(value)
    if exact is None:
        return "–"
    shown = _cut(exact, places)
    while places < 8 and shown != exact and shown == shown.to_integral_value():
        places += 1
        shown = _cut(exact, places)
    return f"{decimal_text(shown, places)}\u202f%"


def _cut(value: Decimal, places: int) -> Decimal:
    return Decimal(int(value.scaleb(places))).scaleb(-places)


def date_text(value: date) -> str:
    return _date_text(date(value.year, value.month, value.day), get_language() or "en-gb")


@lru_cache(maxsize=5_000)  # of lists of days, which are few
def _date_text(day: date, language: str) -> str:
    shown: str = format_date(day, format="medium", locale=_locale(language))
    return shown


DAY_IN_TEXT = re.compile(r"(?<![\w“\"'/.-])\d{4}-\d{2}-\d{2}(?![\w”\"'/-]|\.\w)")


def days_in_words(text: str) -> str:
    """A sentence whose ISO days read as people write them; quoted ones, and those within a longer word, stay."""
    return DAY_IN_TEXT.sub(_in_words, text)


def _in_words(found: re.Match[str]) -> str:
    try:
        return date_text(date.fromisoformat(found[0]))
    except ValueError:
        return found[0]


def instant_text(value: datetime, zone: str | None = None, *, seconds: bool = False) -> str:
    """Date and time in the named zone, else the person's own, with the zone's short name; on wish to the second."""
    local = value.astimezone(zone_named(zone))
    pattern = "d MMM y, HH:mm:ss" if seconds else "d MMM y, HH:mm"
    shown: str = format_datetime(local, format=pattern, tzinfo=local.tzinfo, locale=locale())
    return f"{shown} {local.tzname()}"


def zone_named(name: str | None) -> ZoneInfo:
    """The zone, else the person's current one, else UTC."""
    try:
        return ZoneInfo(name or timezone.get_current_timezone_name())
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def as_instant(value: object) -> datetime | None:
    """An aware instant of a datetime or an ISO string (as traces keep them); naive ones are UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def hour_within(day: date, closes_at: datetime | None, zone: str | None = None) -> str:
    """The local time of an instant of that day, as "17:00"; empty for one after it, such as its end at 24:00."""
    local = closes_at.astimezone(zone_named(zone)) if closes_at else None
    return f"{local:%H:%M}" if local and local.date() == day else ""


def days_until(day: date, zone: str | None = None) -> int:
    """Whole days from today, as it is now in the zone; negative when past."""
    return (day - clock.now().astimezone(zone_named(zone)).date()).days


def days_text(days: int) -> str:
    """ "today", "tomorrow", "in 12 days", "3 days ago"; past two months in months, past two years in years."""
    if days in (-1, 0, 1):
        return {-1: gettext("yesterday"), 0: gettext("today"), 1: gettext("tomorrow")}[days]
    size = abs(days)
    if size <= 60:
        span = ngettext("%(n)d day", "%(n)d days", size) % {"n": size}
    elif size <= 730:
        span = ngettext("%(n)d month", "%(n)d months", size // 30) % {"n": size // 30}
    else:
        span = ngettext("%(n)d year", "%(n)d years", size // 365) % {"n": size // 365}
    return (gettext("in %s") if days > 0 else gettext("%s ago")) % span


def duration_text(seconds: object) -> str:
    """The two largest parts of a span, for example "2 h 5 min"; below a minute in seconds."""
    exact = as_decimal(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)
    if exact is None:
        return "–"
    sign = "−" if exact < 0 else ""
    left = abs(exact)
    if left < 60:
        return f"{sign}{decimal_text(left.normalize() if left else 0)} {gettext('s')}"
    parts: list[tuple[int, str]] = []
    for size, unit in ((86400, gettext("d")), (3600, gettext("h")), (60, gettext("min")), (1, gettext("s"))):
        count, left = divmod(left, size)
        if count or parts:
            parts.append((int(count), unit))
    return sign + " ".join(f"{count} {unit}" for count, unit in parts[:2] if count)


FIRST = 5  # of a list that is named in a sentence


def first_of(names: Sequence[str], *, separator: str = ", ", count: int = FIRST) -> str:
    """The first names, and how many there are besides: "a, b, c, d, e and 4 more". Empty for none."""
    named = separator.join(names[:count])
    more = len(names) - count
    if more <= 0:
        return named
    return gettext("%(names)s and %(number)s more") % {"names": named, "number": more}
