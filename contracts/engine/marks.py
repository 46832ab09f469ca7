"""Reading the number at the start of a clause, and the heading that follows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
SPAN = 200  # a mark and its heading stand within this many characters of the clause's start
MAX_ROMAN = 60
DECIMAL = r"\d{1,3}(?:\.\d{1,3}){0,5}"
NAMED = re.compile(
    rf"(?P<word>article|section|clause|part|chapter)\s+(?P<value>{DECIMAL}|[ivxlc]{{1,7}}\b)(?P<end>[.:)]|(?=\s)|$)",
    re.IGNORECASE,
)
SIGN = re.compile(rf"§{{1,2}}\s?(?P<value>{DECIMAL})[.:]?(?=\s|$)")
NUMBER = re.compile(rf"(?P<value>{DECIMAL})(?P<end>[.)](?!\d)|(?=\s|$|[A-Z]))")
BRACKETED = re.compile(r"\((?P<value>[A-Za-z]{1,2}|[ivxlc]{1,7}|[IVXLC]{1,6}|\d{1,3})\)")
LETTERED = re.compile(r"(?P<value>[A-Za-z]|[ivxl]{1,6}|[IVXL]{1,6})(?P<end>[.)])(?=\s|$)")
PART = re.compile(
    r"(?P<word>exhibit|schedule|annex|appendix|attachment|addendum)\s+(?:no\.?\s*)?"
    r"(?P<value>[A-Z]{1,2}\b|[ivx]{1,5}\b|\d{1,3})"
    r"(?P<rest>[-.]\d{1,3})?\s*(?P<end>[:.–—-]?)(?=\s|$)",
    re.IGNORECASE,
)
WORDS = re.compile(r"\d*[^\W\d_][\w’'-]*")
RUN_IN = re.compile(r"[^.:\n]{2,120}?(?P<end>\.(?=\s|$)|:(?=\s|$)|\s[–—-]{1,2}\s)")
DEFINED = re.compile(
    r"(?P<term>[“\"][^”\"\n]{1,80}[”\"])\s+"
    r"(?:means?|shall mean|is defined|has the meaning|refers to|includes)\b"
)
UNCAPITALIZED = """
a an and as at but by for from in into nor of on or per the to under upon with without vs via
"""
SMALL_WORDS = frozenset(UNCAPITALIZED.split())
VERBS = "shall will must may is are was were has have agrees agree means hereby"
SENTENCE_WORDS = frozenset(VERBS.split())
BLANKS = re.compile(r"_{3,}|/s/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mark:
    """A clause's number: `scheme` tells lists apart, `path` is its value ("2.1" is (2, 1)).

    `label` is the number as it is shown, `length` how many characters it takes at the start of the text.
    """

    scheme: str
    path: tuple[int, ...]
    label: str
    length: int


DASHES = "\u2013\u2014-"
SET_OFF = ".:" + DASHES  # between a heading and its words
NEAR = 60  # a heading begins within this many characters of its clause
SIGNED = "$€£¥."  # behind a minus, as digits are


def roman_value(text: str) -> int | None:
    """The value of a well-formed roman numeral up to MAX_ROMAN."""
    total = 0
    lowered = text.lower()
    if not lowered or any(sign not in ROMAN_DIGITS for sign in lowered):
        return None
    for sign, after in zip(lowered, lowered[1:] + " ", strict=True):
        value = ROMAN_DIGITS[sign]
        total += -value if ROMAN_DIGITS.get(after, 0) > value else value
    return total if 0 < total <= MAX_ROMAN and roman_text(total) == lowered else None


def roman_text(value: int) -> str:
    text = ""
    for size, sign in ((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):
        text += sign * (value // size)
        value %= size
    return text


def letter_value(text: str) -> int | None:
    """a is 1, z is 26, aa is 27, bb is 28."""
    lowered = text.lower()
    if len(set(lowered)) != 1 or len(lowered) > 2 or not lowered.isascii() or not lowered.isalpha():
        return None
    return ord(lowered[0]) - ord("a") + 1 + 26 * (len(lowered) - 1)


def decimal_path(text: str) -> tuple[int, ...]:
    """ "2.1" is (2, 1); "2.0" is the clause (2,) itself."""
    path = tuple(int(part) for part in text.split("."))
    return path[:-1] if len(path) > 1 and path[-1] == 0 else path


def readings(text: str) -> list[Mark]:
    """Every way to read a number at the start of the text, the likelier first: "(i)" is roman or a letter."""
    head = text[:SPAN]
    if named := NAMED.match(head):
        return list(named_readings(named))
    if sign := SIGN.match(head):
        return [Mark("dec", decimal_path(sign["value"]), sign["value"], sign.end())]
    if number := NUMBER.match(head):
        value = number["value"]
        closed = number["end"] == ")" and "." not in value
        scheme, label = ("dec)", f"{value})") if closed else ("dec", value)
        return [Mark(scheme, decimal_path(value), label, number.end())]
    if bracketed := BRACKETED.match(head):
        value = bracketed["value"]
        if value.isdigit():
            return [Mark("(dec)", (int(value),), f"({value})", bracketed.end())]
        return list(letter_readings(value, "(", ")", bracketed.end()))
    if lettered := LETTERED.match(head):
        return list(letter_readings(lettered["value"], "", lettered["end"], lettered.end()))
    return []


def named_readings(found: re.Match[str]) -> Iterator[Mark]:
    """ "Section 4.2" counts with the bare numbers; "Article IV" is a list of its own."""
    word, value = found["word"].lower(), found["value"]
    if value[0].isdigit():
        path = decimal_path(value)
        bare = word in ("section", "clause")
        scheme = "dec" if bare or len(path) > 1 else word
        yield Mark(scheme, path, value if scheme == "dec" else f"{word.title()} {value}", found.end())
    elif (count := roman_value(value)) is not None:
        yield Mark(word, (count,), f"{word.title()} {value.upper()}", found.end())


def letter_readings(value: str, before: str, after: str, length: int) -> Iterator[Mark]:
    case = "upper" if value[0].isupper() else "lower"
    label = f"{before}{value}{after}".removesuffix(".")
    letter, roman = letter_value(value), roman_value(value)
    if letter is not None:
        yield Mark(f"{before}{case} letter{after}", (letter,), label, length)
    if roman is not None and value in (value.lower(), value.upper()):
        yield Mark(f"{before}{case} roman{after}", (roman,), label, length)


def part_mark(text: str) -> Mark | None:
    """ "EXHIBIT A", "Schedule 2 - Fees": a heading, never a reference that opens a sentence."""
    found = PART.match(text[:SPAN])
    if found is None or len(text) > 140 or text.rstrip().endswith((",", ";")):
        return None
    rest = text[found.end() :].strip()
    if found["value"].islower() and found["value"].isalpha() and roman_value(found["value"]) is None:
        return None
    if rest and not (found["end"] or is_capitals(rest) or is_title(rest)):
        return None
    label = f"{found['word'].title()} {found['value'].upper()}{found['rest'] or ''}"
    return Mark("part", (0,), label, found.end())


def is_capitals(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return len(letters) >= 2 and all(not character.islower() for character in letters)


def is_title(text: str) -> bool:
    """True for a short line whose longer words mostly begin with a capital, and that is no sentence."""
    words = WORDS.findall(text)
    weighty = [word for word in words if word.lower() not in SMALL_WORDS]
    if not weighty or len(words) > 12 or any(word in SENTENCE_WORDS for word in words):
        return False
    capitals = sum(not word[0].islower() for word in weighty)
    return not words[0][0].islower() and words[-1] not in SMALL_WORDS and capitals >= 0.7 * len(weighty)


def heading_in(text: str) -> str:
    """The heading at the start of a clause's text (its number taken off), or "" where it has none.

    A defined term ("“Affiliate” means ...") is its clause's heading.
    """
    head = text[:SPAN].strip()
    if defined := DEFINED.match(head):
        return defined["term"]
    line = text.strip()
    if is_whole_heading(line):
        return line.rstrip(" .:–—-")
    found = RUN_IN.match(head)
    if found is None or found.end() == len(line):
        return ""
    candidate = head[: found.start("end")].strip()
    words = candidate.split()
    if len(words) > (16 if is_capitals(candidate) else 10) or SENTENCE_WORDS.intersection(words):
        return ""
    short = len(words) <= 5 and candidate[0].isupper() and found["end"] == "."
    return candidate if short or is_title(candidate) or is_capitals(candidate) else ""


def is_whole_heading(line: str) -> bool:
    if not line or len(line) > 110 or "\n" in line or line.endswith((",", ";")) or BLANKS.search(line):
        return False
    if not line[0].isalnum() and line[0] not in "“\"'‘[{(":
        return False
    words = line.split()
    if ". " in line or len(words) > 14:
        return False
    if is_capitals(line) or is_title(line):
        return True
    plain = ";" not in line and line[-1] not in ".:" and line[0].isupper()
    return plain and len(words) <= 6 and not SENTENCE_WORDS.intersection(words)


def words_begin(text: str, at: int) -> int:
    """Where the words begin behind a number or heading that ends at `at`.

    Blanks are passed over, and on the line of the heading what sets it off: a full stop, a colon, a dash. A sign is of
    the words ("-5 %", ".5 %"), and so is what begins the next line.
    """
    while at < len(text) and text[at] in " \t\n" + SET_OFF:
        rest = text[at + 1 :].lstrip(" \t")
        is_sign = text[at] in SET_OFF and bool(rest) and (rest[0].isdigit() or rest[0] in SIGNED)
        if is_sign and (text[at] in DASHES or text[at + 1].isdigit()):
            break
        at += 1
        if text[at - 1] == "\n":
            return at + len(text[at:]) - len(text[at:].lstrip(" \t\n"))
    return at


def words_at(number: str, heading: str, text: str) -> int:
    """Where a clause's words begin: how many code points of its text are its number and heading."""
    found = text.find(heading[:SPAN]) if heading else -1
    if 0 <= found < NEAR:
        return words_begin(text, found + len(heading))
    if number and text[: len(number)].casefold() == number.casefold():
        return words_begin(text, len(number))
    return 0
