"""Words that an answer and the template beside it both say: they are said once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from contracts.adapters.word_fitting import Place

LEAST = 2  # words that both say, at least
# What makes a name of its own of the answer in one place: no question is called so, for names have no capitals.
_SAID = "_Said"
_ARTICLES = {"a", "an", "the"}
_MARKS = ".,;:()\"“”'’"


def said_once(
    found: Sequence[tuple[Place, str]], values: Mapping[str, Any], part: int
) -> tuple[list[tuple[Place, str]], dict[str, str]]:
    """The places with what is to stand in them (see `word_fitting.fitting`), and the answers that are shorter there,
    by names of their own in this part of the document."""
    placed: list[tuple[Place, str]] = []
    shorter: dict[str, str] = {}
    for place, words in found:
        name = words[1:-1]
        answer = values.get(name) if words.startswith("{") else None
        short = without_echo(place.before, answer, place.after) if isinstance(answer, str) else answer
        if isinstance(short, str) and short != answer:
            name = f"{name}{_SAID}{part}_{len(shorter)}"
            shorter[name] = short
            placed.append((replace(place, name=name), f"{{{name}}}"))
        else:
            placed.append((place, words))
    return placed, shorter


def without_echo(before: str, answer: str, after: str) -> str:
    """The answer without the words at its beginning that stand right before it, and those at its end that stand right
    behind it. An answer may begin with one word more that stands further before: “the courts (of any kind) located in”
    and “courts located in Kent”."""
    words = answer.split()
    begin = _begun(before, words) if before[-1:].isspace() else 0
    end = _ended(words[begin:], after) if after[:1].isspace() else 0
    if not begin and not end:
        return answer
    return " ".join(words[begin : len(words) - end])


def _begun(before: str, words: Sequence[str]) -> int:
    said, own = _folded(before.split()), _folded(words)
    for offset in range(3):
        lead = [word for word in own[:offset] if word not in _ARTICLES]
        if len(lead) > 1 or not all(word in {each.strip(_MARKS) for each in said} for word in lead):
            continue
        for count in range(min(len(said), len(own) - offset - 1), LEAST - 1, -1):
            if said[-count:] == own[offset : offset + count]:
                return offset + count
    return 0


def _ended(words: Sequence[str], after: str) -> int:
    said, own = [each.rstrip(_MARKS) for each in _folded(after.split())], _folded(words)
    counts = range(min(len(said), len(own) - 1), LEAST - 1, -1)
    return next((count for count in counts if said[:count] == own[-count:]), 0)


def _folded(words: Sequence[str]) -> list[str]:
    return [word.casefold() for word in words]
