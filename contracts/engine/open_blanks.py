"""Questions for the blanks of a template that none of its own questions fills, by the words around them."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

LINE = "____"
OTHER = "…"  # another blank, or an answer, in the words around one
PREFIX = "blank_"
LONGEST_LABEL = 118
_LEAD, _BEFORE, _AFTER = 44, 38, 30  # letters that a label keeps of a long line
_NAME_WORDS, _NAME_LETTERS = 8, 60
UNITS = {
    "day": r"(?:[\w-]+ )?(?:calendar |business |working )?days?\b",
    "week": r"weeks?\b",
    "month": r"(?:calendar )?months?\b",
    "year": r"(?:calendar )?years?\b",
    "hour": r"(?:business )?hours?\b",
    "minute": r"minutes?\b",
    "percent": r"%|per ?cent\b",
    "multiplier": r"(?:x|times)\b",
}
# What may stand between a figure and its unit.
TO_UNIT = r"[\s\-\u2013)]*"
SIGNS = ("$", "€", "£")
_ONLY_WORDS = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True)
class Spot:
    """Where a blank stands: its line before and behind it, the cells of its table row with the blank in them, and what
    the template says beside it to whoever drafts; `title` leads to a place without words. `said` is what stands in its
    place."""

    before: str
    after: str
    said: str = LINE
    row: str = ""
    section: str = ""
    title: str = ""
    hint: str = ""
    is_counted: bool = False


def unit_at(before: str, after: str) -> str:
    """What a figure between these words counts: a unit, `amount` behind a sign of money, else nothing."""
    if before.rstrip().endswith(SIGNS):
        return "amount"
    found = (name for name, unit in UNITS.items() if re.match(TO_UNIT + f"(?:{unit})", after, re.IGNORECASE))
    return next(found, "")


def question_at(spot: Spot, taken: Collection[str]) -> dict[str, Any]:
    """The question that fills the blank, in its JSON form: never a needed one. Its name is none of those `taken`."""
    is_alone = not _ONLY_WORDS.search(spot.before + spot.after)
    label = cut((spot.title if is_alone and spot.hint else "") or label_of(spot).rstrip(" .;,"), LONGEST_LABEL)
    unit = unit_at(spot.before, spot.after)
    is_number = spot.is_counted or "#" in spot.said or unit not in ("", "amount")
    kind = "number" if is_number and unit != "amount" else "text" if spot.hint else "string"
    told = "An amount; with its currency where that is another than the sign in the text." if unit == "amount" else ""
    return {
        "name": name_for(f"{spot.section if not _ONLY_WORDS.search(label) else ''} {label}", taken),
        "type": kind,
        "label": label,
        "help": told or spot.hint,
        "section": spot.section,
        "required": False,
    }


def label_of(spot: Spot) -> str:
    """The line with the blank in it; of a long one its beginning and what is next to the blank."""
    before, after = " ".join(spot.before.split()), " ".join(spot.after.split())
    before += " " if spot.before[-1:].isspace() and before else ""
    after = (" " if spot.after[:1].isspace() and after else "") + after
    if not _ONLY_WORDS.search(before + after) and spot.row:
        return spot.row
    if len(before) + len(after) + len(LINE) <= LONGEST_LABEL:
        return f"{before}{LINE}{after}"
    if len(before) > _LEAD + _BEFORE:
        at = len(before) - _BEFORE
        before = f"{before[: before.rfind(' ', 0, _LEAD)]} … {before[before.find(' ', at) + 1 :]}"
    if len(after) > _AFTER:
        after = after[: max(after.rfind(" ", 0, _AFTER), 0)] + " …"
    return f"{before}{LINE}{after}"


def name_for(label: str, taken: Collection[str]) -> str:
    words = re.findall(r"[a-z0-9]+", label.lower())[:_NAME_WORDS]
    stem = (PREFIX + "_".join(words))[:_NAME_LETTERS].rstrip("_")
    names = (stem if number == 1 else f"{stem}_{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[: max(words.rfind(" ", 0, most), most // 2)] + " …"
