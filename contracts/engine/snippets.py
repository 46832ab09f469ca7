"""The place of a text where what was searched for stands, in parts: words that were hit, and what is around them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 180
# Hits that are looked at for the best place: a word that stands everywhere need not be read to the end.
LOOKED_AT = 60
# A word, the next one, and how many words further on it stands.
Pair = tuple[str, str, int]
_LEXEME = re.compile(r"'((?:[^']|'')+)'")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Part:
    text: str
    is_hit: bool


def lexemes_of(tsquery: str) -> list[str]:
    """The stems in PostgreSQL's text of a query ('payrol' & 'insur':*), without those that must not stand there."""
    wanted = re.sub(r"!\s*\([^)]*\)|!\s*'(?:[^']|'')+'", "", tsquery)
    return list(dict.fromkeys(match.replace("''", "'") for match in _LEXEME.findall(wanted)))


def snippet(text: str, lexemes: Iterable[str], pairs: Iterable[Pair] = (), width: int = WIDTH) -> list[Part]:
    """About `width` characters with the most different hits, the first of equals; empty where nothing is hit. A word is
    hit that begins with a stem: only to show, for the index has found the text already. Of `pairs`, words that must
    stand next to each other, the first place is shown where one does."""
    pattern = _pattern(lexemes)
    if pattern is None:
        return []
    together = _pair_pattern(pairs)
    phrase = together.search(text) if together else None
    hits = []
    for match in pattern.finditer(text, phrase.start() if phrase else 0):
        hits.append((match.start(), match.end(), match.group().casefold()))
        if len(hits) == LOOKED_AT:
            break
    if not hits:
        return []
    first = 0 if phrase else max(range(len(hits)), key=lambda index: (_different(hits, index, width), -index))
    start = max(0, hits[first][0] - width // 4)
    end = min(len(text), start + width)
    start, end = _at_words(text, start, end)
    inside = [(begin, stop) for begin, stop, _word in hits if start <= begin and stop <= end]
    return _parts(text, start, end, inside)


def _pattern(lexemes: Iterable[str]) -> re.Pattern[str] | None:
    stems = [_stem(each) for each in lexemes if each]
    return re.compile(rf"\b(?:{'|'.join(stems)})\w*", re.IGNORECASE) if stems else None


def _stem(lexeme: str) -> str:
    """Stems end before what changes: "policy" has the stem "polici"."""
    return re.escape(lexeme[:-1]) + "[iy]" if lexeme.endswith("i") else re.escape(lexeme)


def _pair_pattern(pairs: Iterable[Pair]) -> re.Pattern[str] | None:
    """The second word so many words behind the first."""
    places = [rf"{_stem(one)}\w*\W+(?:\w+\W+){{{apart - 1}}}{_stem(other)}" for one, other, apart in pairs]
    return re.compile(rf"\b(?:{'|'.join(places)})", re.IGNORECASE) if places else None


def _different(hits: list[tuple[int, int, str]], index: int, width: int) -> int:
    begin = hits[index][0]
    near = (word for start, _end, word in hits[index : index + 12] if start < begin + width * 3 // 4)
    return len({word[:4] for word in near})


def _at_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Whole words at both ends, where a word ends near."""
    if start and not text[start - 1].isspace():
        gap = re.search(r"\s", text[start : start + 30])
        start += gap.end() if gap else 0
    if end < len(text) and not text[end].isspace():
        cut = text.rfind(" ", max(start, end - 30), end)
        end = cut if cut > start else end
    return start, end


def _parts(text: str, start: int, end: int, hits: list[tuple[int, int]]) -> list[Part]:
    parts, place = [Part("…", False)] if start else [], start
    for begin, stop in hits:
        parts += [Part(_SPACE.sub(" ", text[place:begin]), False), Part(text[begin:stop], True)]
        place = stop
    parts.append(Part(_SPACE.sub(" ", text[place:end]) + ("…" if end < len(text) else ""), False))
    return [part for part in parts if part.text]
