"""Calendar months counted from an anchor day: 31 January + 1 month is the last of February, + 2 is 31 March."""

from __future__ import annotations

import calendar
from datetime import date

from clm.lib.errors import Invalid


def add_months(anchor: date, months: int) -> date:
    """The anchor's own day `months` later (or earlier), clamped to the month's last day.

    Count from the original anchor, never from an already clamped result: that would lose the anchor's day.
    Leaving the years 1 to 9999 is `date_out_of_range`.
    """
    year, month_index = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise Invalid("date_out_of_range", f"{months} months from {anchor} leave the calendar.")
    last_day = calendar.monthrange(year, month_index + 1)[1]
    return date(year, month_index + 1, min(anchor.day, last_day))


def whole_months_between(anchor: date, day: date) -> int:
    """The largest n with add_months(anchor, n) <= day; negative before the anchor."""
    months = (day.year - anchor.year) * 12 + day.month - anchor.month
    return months if add_months(anchor, months) <= day else months - 1
