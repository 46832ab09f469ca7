"""Boxes to tick that no question chooses between: which belong together, and how they read."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.adapters.word_paragraphs import qn, text_of
from contracts.adapters.word_spots import SIGN, Open, shown
from contracts.engine.open_blanks import cut

LONGEST_OPTION = 300
_NEAR = 3  # lines from one box to the next that belong together, at most


def grouped(boxes: Sequence[Open]) -> dict[int, list[Open]]:
    """The boxes of which one is chosen, by each of them: several in a line, and round ones below each other."""
    found: dict[int, list[Open]] = {}
    for group in _groups(boxes):
        # Of two that read alike nobody could choose one.
        if len(group) > 1 and len({option_of(each) for each in group}) == len(group):
            found |= {id(each): group for each in group}
    return found


def _groups(boxes: Sequence[Open]) -> list[list[Open]]:
    groups: list[list[Open]] = []
    for box in boxes:
        if groups and _is_another(groups[-1][-1], box):
            groups[-1].append(box)
        else:
            groups.append([box])
    return groups


def _is_another(last: Open, box: Open) -> bool:
    if not last.row["is_line"] or not box.row["is_line"]:
        return last.paragraph is box.paragraph
    if not _is_round(last) or not _is_round(box) or last.paragraph.getparent() is not box.paragraph.getparent():
        return False
    lines = [each for each in box.paragraph.getparent().iterchildren(qn("p")) if text_of(each).strip()]
    between = lines[lines.index(last.paragraph) + 1 : lines.index(box.paragraph)]
    return len(between) < _NEAR


def _is_round(box: Open) -> bool:
    return "(" in box.row["said"]


def option_of(box: Open) -> str:
    """What is chosen with the box: the rest of its line, or of the line before the next box."""
    after = box.after if box.row["is_line"] else SIGN.split(box.after)[0]
    return cut(" ".join(shown(after).split()), LONGEST_OPTION)


def choice_of(group: Sequence[Open]) -> str:
    """What is chosen between: the words before the boxes, or the line above that leads to them, or the row."""
    first = group[0]
    before = " ".join(shown(first.before).split())
    if before:
        return before
    if first.lead.endswith(":"):
        return first.lead.removesuffix(":")
    return first.section or " / ".join(option_of(each) for each in group)


def is_ticked(box: Open) -> bool:
    return any(mark in box.row["said"] for mark in "xX☒☑")
