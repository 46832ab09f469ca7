"""Changes that turn what a clause says, however few they are: "is not liable" for "is liable", 60 days for 30."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import pairwise, product
from typing import Literal

from contracts.engine.composition import VARIABLE
from contracts.engine.decisive_words import (
    BETWEEN_PLACES,
    DUTIES,
    KINDS,
    LEAST_STEM,
    NUMBERS,
    OPPOSITES,
    PHRASES,
    PLACES,
    PREFIXES,
    QUALIFIERS,
    SIDES,
    UNITS,
    VOID_HEADINGS,
)
from contracts.engine.words import matching

Where = Literal["words", "blank", "heading"]
FIGURES = "figure "  # how the sense of a number or a unit begins
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’-][^\W\d_]+)*|_+|[^\w\s]")
_KIND = {word: kind for kind, words in KINDS.items() for word in words}
_OPPOSITE = frozenset(OPPOSITES) | frozenset((other, one) for one, other in OPPOSITES)
_OPEN = frozenset("{[_")  # what a blank that nobody filled begins with
_BLANK = "____"  # what is read of one with a name, whose words are no words of the text
_READ_PHRASES = [(tuple(words.split()), key, sense) for words, (key, sense) in PHRASES.items()]
_BEGINNING = {
    first: sorted((each for each in _READ_PHRASES if each[0][0] == first), key=lambda each: -len(each[0]))
    for first in {words[0] for words, _key, _sense in _READ_PHRASES}
}
_BEFORE_SIGN = re.compile(r" (?=[.,;:)])|(?<=\() ")
# A sentence of so many words is gone where more than this share of them is, and less than this share was added.
LEAST_SENTENCE, GONE, REPLACED = 6, 0.6, 0.5
SHOWN_WORDS = 12
MOST_BETWEEN = 6  # so many words between two that decide are shown with them
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Turn:
    """What decides: `put` stands in the clause in place of `left`, either may be empty; in its words, in a blank of the
    position, or in its heading."""

    where: Where
    left: str
    put: str


@dataclass(frozen=True, slots=True)
class _Word:
    """`key` is what it is compared by, `sense` what it decides: nothing for most words."""

    shown: str
    key: str
    sense: str = ""


def turns(
    position: str, text: str, *, blanks: Collection[str] = (), answers: Collection[str] = (), heading: str = ""
) -> tuple[Turn, ...]:
    """What in the text turns the position, in reading order. `position` has its blanks filled: `blanks` are what stands
    in them, where names and figures are free, and so is what a questionnaire was answered (`answers`). `heading` is
    the clause's, where it is not the library's own."""
    found = [
        _of_heading(heading),
        *(_of_blank(value) for value in blanks if _plain(value) not in answers_plain(answers)),
    ]
    return (*(turn for turn in found if turn), *_of_words(_read(position), _read(text)))


def answers_plain(answers: Collection[str]) -> frozenset[str]:
    return frozenset(map(_plain, answers))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def is_void_heading(heading: str) -> bool:
    """Whether it says that what stands below does not count: Intentionally omitted."""
    return _of_heading(heading) is not None


def _of_heading(heading: str) -> Turn | None:
    void = [word.shown for word in _read(heading) if word.key in VOID_HEADINGS]
    return Turn("heading", "", " ".join(void)) if void else None


def _of_blank(value: str) -> Turn | None:
    """Names and figures are what blanks are for; a denial or a condition is not."""
    put = _passage(_read(value), lambda word: bool(word.sense) and not word.sense.startswith(FIGURES))
    return Turn("blank", "", put) if put else None


def _of_words(old: Sequence[_Word], new: Sequence[_Word]) -> Iterator[Turn]:
    spoken_of = {word.key for word in old}
    at_old = at_new = 0
    ends = (len(old), len(old), len(new), len(new))
    same = list(matching([word.key for word in old], [word.key for word in new]))
    yield from _dropped(old, len(new), {at for a0, a1, _b0, _b1 in same for at in range(a0, a1)})
    for a0, a1, b0, b1 in [*same, ends]:
        left, put = old[at_old:a0], new[at_new:b0]
        if left or put:
            yield from _of_change(left, put, spoken_of)
        at_old, at_new = a1, b1


def _dropped(old: Sequence[_Word], size: int, kept: Collection[int]) -> Iterator[Turn]:
    """The sentences that are gone and have no others in their place: of a text of that `size`, `kept` of the position's
    words by their places."""
    begin, added = 0, size - len(kept)
    for at, word in enumerate(old):
        if word.key != "." and at < len(old) - 1:
            continue
        words = old[begin : at + 1]
        left = sum(1 for place in range(begin, at + 1) if place not in kept)
        if len(words) >= LEAST_SENTENCE and left > len(words) * GONE and added < left * REPLACED:
            yield Turn("words", _sentence(words), "")
        begin = at + 1


def _sentence(words: Sequence[_Word]) -> str:
    """As much of it as one knows it by."""
    shown = _BEFORE_SIGN.sub("", " ".join(word.shown for word in words[:SHOWN_WORDS]))
    return f"{shown} …" if len(words) > SHOWN_WORDS else shown


def _of_change(left: Sequence[_Word], put: Sequence[_Word], spoken_of: Collection[str]) -> Iterator[Turn]:
    """One place of the text; figures that stand in a blank that was open there are free."""
    if any(word.shown[0] in _OPEN for word in left):
        left, put = ([word for word in words if not word.sense.startswith(FIGURES)] for words in (left, put))
    if [word.sense for word in left if word.sense] != [word.sense for word in put if word.sense]:
        yield Turn("words", _said(left), _said(put))
        return
    for one, other in product(left, put):
        if _is_opposite(one.key, other.key) or (
            one.key != other.key and one.key in SIDES and other.key in SIDES and other.key in spoken_of
        ):
            yield Turn("words", one.shown, other.shown)


def _said(words: Sequence[_Word]) -> str:
    return _passage(words, lambda word: bool(word.sense) or word.key in DUTIES)


def _passage(words: Sequence[_Word], decides: Callable[[_Word], bool]) -> str:
    """The words that decide, with what stands between them where that is not long: "5 % per year"."""
    places = [at for at, word in enumerate(words) if decides(word)]
    shown = [words[at].shown for at in places[:1]]
    for at, further in pairwise(places):
        between = [word.shown for word in words[at + 1 : further]]
        shown += [*(between if len(between) <= MOST_BETWEEN else ["…"]), words[further].shown]
    return _BEFORE_SIGN.sub("", " ".join(shown))


def _is_opposite(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    is_denied = len(short) >= LEAST_STEM and any(long == prefix + short for prefix in PREFIXES)
    return is_denied or (one, other) in _OPPOSITE


def _read(text: str) -> list[_Word]:
    """The words with what they decide; a figure that is said twice ("thirty (30)") once."""
    tokens = _TOKEN.findall(VARIABLE.sub(_BLANK, text.replace("’", "'")))
    kept: list[_Word] = []
    place = False  # whether the words read last name a section
    for at, token in enumerate(tokens):
        word = _word(token)
        follows = tokens[at + 1] if at + 1 < len(tokens) else ""
        place = word.key in PLACES or (place and (_is_label(token) or token.lower() in BETWEEN_PLACES))
        if token[0].isdigit() and ((place and not _measured(follows)) or _is_marker(tokens, at)):
            word = _Word(token, token)
        if word.shown == "May" and (tokens == ["May"] or follows[:1].isdigit() or (at and tokens[at - 1][0].isdigit())):
            word = _Word(token, "may")  # the month
        kept.append(word)
    return _once(list(_joined(kept)))


def _joined(words: Sequence[_Word]) -> Iterator[_Word]:
    """Each phrase as the one word that it is read as."""
    at = 0
    while at < len(words):
        word, length = _phrase(words, at)
        yield word
        at += length


def _phrase(words: Sequence[_Word], at: int) -> tuple[_Word, int]:
    """The phrase that begins there, else the word; with how many words it takes."""
    for phrase, key, sense in _BEGINNING.get(words[at].key, ()):
        part = words[at : at + len(phrase)]
        if tuple(word.key for word in part) == phrase:
            return _Word(" ".join(word.shown for word in part), key, sense), len(phrase)
    return words[at], 1


@lru_cache(maxsize=8192)
def _word(token: str) -> _Word:
    key = token.lower().removesuffix("'s").removesuffix("'")
    if token[0].isdigit() or _number(key):
        value = _value(token) if token[0].isdigit() else _number(key)
        return _Word(token, value, f"{FIGURES}{value}")
    unit = UNITS.get(key) or UNITS.get(key.removesuffix("s"))
    if unit:
        return _Word(token, unit, f"{FIGURES}{unit}")
    return _Word(token, key, "denial" if key.endswith("n't") else _KIND.get(key, ""))


def _value(digits: str) -> str:
    """`10,000.00` and `10000` are the same."""
    try:
        value = Decimal(digits.replace(",", "") if _THOUSANDS.fullmatch(digits) else digits)
    except InvalidOperation:  # "2.1.3", or signs of another country: compared as it is written
        return digits
    return format(value.normalize(), "f")


def _number(word: str) -> str:
    """Also `twenty-four`; nothing for other words."""
    if word in NUMBERS:
        return NUMBERS[word]
    parts = [NUMBERS.get(part, "") for part in word.split("-")]
    if len(parts) == 2 and all(part.isdecimal() for part in parts):
        return str(sum(map(int, parts)))
    return ""


def _is_label(token: str) -> bool:
    return token[0].isdigit() or len(token) == 1 or set(token.lower()) <= set("ivx")


def _measured(token: str) -> bool:
    is_unit = bool(token) and _word(token).sense.startswith(FIGURES) and not token[0].isdigit()
    return is_unit or token.lower() in QUALIFIERS


def _is_marker(tokens: Sequence[str], at: int) -> bool:
    """Whether the number only counts the parts of a text: "1." or "(2)" before a sentence's first word."""
    before = tokens[at - 1] if at else ""
    behind = tokens[at + 1] if at + 1 < len(tokens) else ""
    further = tokens[at + 2] if at + 2 < len(tokens) else ""
    if len(tokens[at]) > 2 or behind not in (".", ")") or not further:
        return False
    if behind == ")" and _measured(further):
        return False
    if before == "(":
        return behind == ")" and (at < 2 or not _word(tokens[at - 2]).sense.startswith(FIGURES))
    return before in ("", ".", ";", ":")


def _once(words: Sequence[_Word]) -> list[_Word]:
    """Without the second of two that say the same figure, its brackets and all."""
    kept: list[_Word] = []
    at = 0
    while at < len(words):
        again = words[at : at + 3]
        is_again = len(again) == 3 and again[0].shown == "(" and again[2].shown == ")" and bool(kept)
        if is_again and again[1].sense.startswith(FIGURES) and again[1].sense == kept[-1].sense:
            at += 3
            continue
        kept.append(words[at])
        at += 1
    return kept
