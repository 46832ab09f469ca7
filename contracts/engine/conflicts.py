"""Where two contracts with one party do not agree, by what each of them says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Saying:
    """`value` is what is compared, `quote` the words it was read from; `key` is the clause's, empty where it is a fact
    of the contract."""

    topic: str
    value: str
    quote: str = ""
    key: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Disagreement:
    topic: str
    first: Saying
    second: Saying


def disagreements(first: Sequence[Saying], second: Sequence[Saying]) -> Iterator[Disagreement]:
    """One a topic at most, by what each says first on it. Where a contract says several things of a topic, one that the
    other says too is enough: they agree."""
    mine, theirs = _by_topic(first), _by_topic(second)
    for topic in ("law", "payment", "cap", "exclusivity"):
        pair = _apart(topic, mine.get(topic, ()), theirs.get(topic, ()))
        if pair is not None:
            yield Disagreement(topic, *pair)


def _by_topic(said: Iterable[Saying]) -> Mapping[str, list[Saying]]:
    found: dict[str, list[Saying]] = {}
    for each in said:
        if each.value:
            found.setdefault(each.topic, []).append(each)
    return found


def _apart(topic: str, mine: Sequence[Saying], theirs: Sequence[Saying]) -> tuple[Saying, Saying] | None:
    if not mine or not theirs:
        return None
    if topic == "law":
        mine, theirs = mine[:1], theirs[:1]  # the first clause on it is the one of the contract itself
    if topic == "exclusivity":
        mine, theirs = _strictest(mine), _strictest(theirs)
    same = any(_agree(topic, one.value, other.value) for one in mine for other in theirs)
    return None if same else (mine[0], theirs[0])


def _strictest(said: Sequence[Saying]) -> Sequence[Saying]:
    """A contract that is exclusive in one thing is exclusive, whatever else it leaves open."""
    return [each for each in said if each.value == "exclusive"] or said


def _agree(topic: str, one: str, other: str) -> bool:
    """A country's law and that of a part of it may be the same."""
    if topic == "law":
        return one == other or one.startswith(f"{other}-") or other.startswith(f"{one}-")
    return one == other


def outlives(ends_on: date | None, master_ends_on: date | None, *, master_renews_itself: bool) -> bool:
    """Whether what is made under a master ends after it. One that renews by itself goes on."""
    if ends_on is None or master_ends_on is None or master_renews_itself:
        return False
    return ends_on > master_ends_on
