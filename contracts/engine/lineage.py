"""Which clause of a text came of which clause of an earlier one."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Labelled(Generic[K]):
    """A clause by its id, with the number and heading that it has."""

    key: K
    number: str
    heading: str


def families(pairs: Iterable[tuple[K, K]]) -> dict[K, K]:
    """Clause -> the one that stands for all that are joined to it by pairs of (came from, became)."""
    heads: dict[K, K] = {}

    def head_of(key: K) -> K:
        heads.setdefault(key, key)
        while heads[key] != key:
            heads[key] = heads[heads[key]]
            key = heads[key]
        return key

    for one, other in pairs:
        heads[head_of(other)] = head_of(one)
    return {key: head_of(key) for key in list(heads)}


def carried(clause: Labelled[K], targets: Sequence[Labelled[K]], family: dict[K, K]) -> K | None:
    """Where the clause is among `targets`: itself, one of its family, the same number and heading, the only one of the
    same heading, or the same number where neither has a heading. None: it is not there."""
    keys = {target.key for target in targets}
    if clause.key in keys:
        return clause.key
    head = family.get(clause.key)
    if head is not None:
        kin = next((target.key for target in targets if family.get(target.key) == head), None)
        if kin is not None:
            return kin
    return _by_label(clause, targets)


def _by_label(clause: Labelled[K], targets: Sequence[Labelled[K]]) -> K | None:
    heading, number = _plain(clause.heading), _plain(clause.number)
    alike = [target for target in targets if _plain(target.heading) == heading]
    if not heading:
        same = [target.key for target in alike if number and _plain(target.number) == number]
    else:
        same = [target.key for target in alike if _plain(target.number) == number] or [each.key for each in alike]
    return same[0] if len(same) == 1 else None


def _plain(text: str) -> str:
    return " ".join(text.split()).strip(" .").casefold()
