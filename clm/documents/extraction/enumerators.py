"""The marks that begin a numbered line: 1.  2.1  (a)  iv)  Article IV  Section 4.2  Exhibit A."""

from __future__ import annotations

import re

DECIMAL = r"\d{1,3}(?:\.\d{1,3}){0,5}"
MARK = re.compile(
    rf"""(?:
      (?:(?i:article|section|clause|part|chapter))\s+(?:{DECIMAL}|[IVXLC]{{1,7}}\b)(?:[.:)]|(?=\s)|$)
    | §{{1,2}}\s?{DECIMAL}[.:]?
    | (?P<decimal>{DECIMAL})(?:[.)](?!\d)|(?=\s))
    | \((?:[A-Za-z]{{1,2}}|[ivxlc]{{1,7}}|[IVXLC]{{1,6}}|\d{{1,3}})\)
    | (?:[A-Za-z]|[ivxl]{{1,6}}|[IVXL]{{1,6}})[.)](?=\s|$)
    )""",
    re.VERBOSE,
)
PART = re.compile(
    r"(?i:exhibit|schedule|annex|appendix|attachment|addendum)\s+(?:no\.?\s*)?[A-Z0-9][\w.-]{0,6}(?:\s|[:.–—-]|$)"
)


def starts_with_mark(line: str) -> bool:
    """True when the line may begin a numbered clause; a bare number counts only before a capital."""
    found = MARK.match(line)
    if found is None:
        return False
    if found.group("decimal") and found.group().isdigit():
        return line[found.end() :].lstrip()[:1].isupper()
    return True
