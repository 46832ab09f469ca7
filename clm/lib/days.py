"""The days that contracts and invoices speak of."""

from __future__ import annotations

from datetime import date

# A year outside of these is a slip of the pen; what counts on from it would count for very long.
EARLIEST, LATEST = date(1990, 1, 1), date(2200, 12, 31)
