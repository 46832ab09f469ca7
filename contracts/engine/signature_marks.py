"""How what a signer put on a page looks: the size of type that fits a place, and a drawn signature as a path.

A drawing is a list of strokes, each a list of points [x, y], whole numbers on a sheet of WIDTH by HEIGHT.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

WIDTH, HEIGHT = 600, 200
MOST_STROKES, MOST_POINTS = 80, 4000
# A dot is no signature: so far it reaches, in either direction.
LEAST_REACH = 40

Drawing = Sequence[Sequence[Sequence[int]]]


class NotADrawing(ValueError):
    """It is none, or more than a signature takes."""


def checked_drawing(given: Any) -> list[list[list[int]]]:
    """The drawing with its points; empty for none. Raises NotADrawing."""
    if given in (None, "", []):
        return []
    if not isinstance(given, list) or len(given) > MOST_STROKES:
        raise NotADrawing
    strokes = [_stroke(each) for each in given]
    points = [point for stroke in strokes for point in stroke]
    if not points or len(points) > MOST_POINTS or _reach(points) < LEAST_REACH:
        raise NotADrawing
    return strokes


def _stroke(given: Any) -> list[list[int]]:
    if not isinstance(given, list) or not given or len(given) > MOST_POINTS:
        raise NotADrawing
    return [_point(each) for each in given]


def _point(given: Any) -> list[int]:
    if not isinstance(given, list) or len(given) != 2:
        raise NotADrawing
    if any(type(each) is not int for each in given):
        raise NotADrawing
    x, y = given
    if not (0 <= x <= WIDTH and 0 <= y <= HEIGHT):
        raise NotADrawing
    return [x, y]


def _reach(points: Sequence[Sequence[int]]) -> int:
    return max(max(each[axis] for each in points) - min(each[axis] for each in points) for axis in (0, 1))


def path_of(drawing: Drawing) -> str:
    """The drawing as the `d` of an SVG path; a stroke of one point is a dot."""
    parts = []
    for stroke in drawing:
        points = stroke if len(stroke) > 1 else [*stroke, *stroke]
        parts.append("M" + "L".join(f"{x} {y}" for x, y in points))
    return "".join(parts)


def type_size(text: str, width: float, height: float) -> float:
    """Points of type that fit the place: a letter is about half as wide as it is high."""
    by_width = width / max(len(text), 1) / 0.52
    return round(max(5.0, min(height * 0.62, by_width, 22.0)), 1)
