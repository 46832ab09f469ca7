"""What changed between two versions of an agreement, clause by clause and word by word."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from contracts.engine.words import Segment, diff_words

RowKind = Literal["unchanged", "changed", "added", "removed", "moved"]

SPACE = re.compile(r"\s+")
TOKEN = re.compile(r"\w+|[^\w\s]")
SAME_CLAUSE = 0.5  # share of words in common from which two texts are versions of one clause
SAME_HEADED = 0.2  # the same for two clauses with the same heading
CANDIDATES = 6  # how many of the likeliest counterparts of a clause are looked at closely
COMMON_SHARE = 0.2  # a word in more clauses than this tells none of them apart
MAX_TWINS = 400  # beyond this many clauses of one text they are paired in order


@dataclass(frozen=True, slots=True)
class ClauseText:
    """One clause as compared. `text` may begin with the number; `heading` is usually part of it too."""

    number: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One clause of either version, or both.

    Joining the `equal` and `delete` segments gives the old text, `equal` and `insert` the new one, to
    the character. A row is `is_edited` when its words differ; a moved row may be edited too. A new
    number alone (`is_renumbered`) is no change.
    """

    kind: RowKind
    old: ClauseText | None
    new: ClauseText | None
    old_position: int | None
    new_position: int | None
    segments: tuple[Segment, ...]
    is_edited: bool = False

    @property
    def is_renumbered(self) -> bool:
        return self.old is not None and self.new is not None and self.old.number != self.new.number


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of rows by kind; `moved` rows that are edited too are counted in `moved_and_edited` as well."""

    unchanged: int = 0
    changed: int = 0
    added: int = 0
    removed: int = 0
    moved: int = 0
    moved_and_edited: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rows in the new version's order; a removed clause stands after the clause it used to follow."""

    rows: tuple[Row, ...]
    summary: Summary


@dataclass(frozen=True, slots=True)
class Prepared:
    """A clause with what it is matched by: its words without its number, counted."""

    body: str
    words: Counter[str]
    size: int
    number: str
    heading: str


Pair = tuple[int, int]


def compare(old: Sequence[ClauseText], new: Sequence[ClauseText]) -> Comparison:
    """The clauses of both versions matched by text, heading and number, with their differences."""
    before, after = [prepared(clause) for clause in old], [prepared(clause) for clause in new]
    pairs = matched(before, after)
    stayed = set(longest_rising(sorted(pairs)))
    rows = [row_of(pair, old, new, before, after, pair not in stayed) for pair in pairs]
    kept_old, kept_new = {i for i, _ in pairs}, {j for _, j in pairs}
    rows += [only(clause, at, added=True) for at, clause in enumerate(new) if at not in kept_new]
    removed = [only(clause, at, added=False) for at, clause in enumerate(old) if at not in kept_old]
    ordered = in_reading_order(rows, removed, stayed)
    return Comparison(tuple(ordered), summary_of(ordered))


def prepared(clause: ClauseText) -> Prepared:
    body = SPACE.sub(" ", without_number(clause)).strip()
    words = Counter(TOKEN.findall(body.lower()))
    heading = SPACE.sub(" ", clause.heading).strip().lower()
    return Prepared(body, words, words.total(), clause.number, heading)


def without_number(clause: ClauseText) -> str:
    """The text after the number at its start, with the mark that ends it ("2.1." or "Section 2.1")."""
    text = clause.text.lstrip()
    if not clause.number:
        return text
    mark = rf"(?:(?:section|clause|§+)\s*)?{re.escape(clause.number)}[.):]?(?=\s|$)"
    found = re.match(mark, text, re.IGNORECASE)
    return text[found.end() :] if found else text


def matched(old: Sequence[Prepared], new: Sequence[Prepared]) -> list[Pair]:
    """One-to-one pairs: first clauses of the same text, then versions of one clause, the likest first."""
    pairs = pairs_of_same_text(old, new)
    taken_old, taken_new = {i for i, _ in pairs}, {j for _, j in pairs}
    rest_old = [i for i in range(len(old)) if i not in taken_old]
    rest_new = [j for j in range(len(new)) if j not in taken_new]
    scored = [
        (score, pair)
        for pair in candidates(old, new, rest_old, rest_new)
        if (score := likeness(old[pair[0]], new[pair[1]])) > 0
    ]
    return pairs + greedy(scored)


def pairs_of_same_text(old: Sequence[Prepared], new: Sequence[Prepared]) -> list[Pair]:
    where: defaultdict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, clauses in enumerate((old, new)):
        for index, clause in enumerate(clauses):
            where[clause.body][side].append(index)
    pairs: list[Pair] = []
    for olds, news in where.values():
        if len(olds) > MAX_TWINS or len(news) > MAX_TWINS:
            pairs += zip(olds, news, strict=False)
        else:
            pairs += greedy([(twin_score(old[i], new[j]), (i, j)) for i in olds for j in news])
    return pairs


def twin_score(old: Prepared, new: Prepared) -> float:
    return 1.0 + (old.number == new.number) + (old.heading == new.heading)


def greedy(scored: Iterable[tuple[float, Pair]]) -> list[Pair]:
    """The best pair first, each clause once; of equal ones the nearer, whichever version comes first."""
    used_old: set[int] = set()
    used_new: set[int] = set()
    pairs: list[Pair] = []
    for _, _, _, (i, j) in sorted((-score, abs(i - j), i + j, (i, j)) for score, (i, j) in scored):
        if i not in used_old and j not in used_new:
            used_old.add(i)
            used_new.add(j)
            pairs.append((i, j))
    return pairs


def likeness(old: Prepared, new: Prepared) -> float:
    """0 for different clauses; else the share of words in common, raised by a common heading and number."""
    common = (old.words & new.words).total()
    size = old.size + new.size
    share = 2 * common / size if size else 1.0
    headed = bool(old.heading) and old.heading == new.heading
    numbered = bool(old.number) and old.number == new.number
    if headed and numbered:
        return 1.0 + share
    if share >= SAME_CLAUSE or (headed and share >= SAME_HEADED):
        return share + 0.3 * headed + 0.15 * numbered
    return 0.0


def candidates(
    old: Sequence[Prepared], new: Sequence[Prepared], rest_old: Sequence[int], rest_new: Sequence[int]
) -> set[Pair]:
    """Pairs worth a close look: those that share a heading or a number, and those that share telling words."""
    pairs = set(heading_pairs(old, new, rest_old, rest_new))
    pairs.update(number_pairs(old, new, rest_old, rest_new))
    pairs.update((i, j) for j, i in heading_pairs(new, old, rest_new, rest_old))
    postings_new = postings(new, rest_new)
    postings_old = postings(old, rest_old)
    for i in rest_old:
        pairs.update((i, j) for j in nearest(old[i], postings_new, new))
    for j in rest_new:
        pairs.update((i, j) for i in nearest(new[j], postings_old, old))
    return pairs


def heading_pairs(
    old: Sequence[Prepared], new: Sequence[Prepared], rest_old: Sequence[int], rest_new: Sequence[int]
) -> Iterator[Pair]:
    """Each old clause with the nearest new ones of its heading, those of its number too first."""
    by_heading: defaultdict[str, list[int]] = defaultdict(list)
    for j in rest_new:
        by_heading[new[j].heading].append(j)
    for i in rest_old:
        if old[i].heading:
            alike = by_heading[old[i].heading]
            near = sorted(alike, key=lambda j: (new[j].number != old[i].number, abs(i - j), j))
            yield from ((i, j) for j in near[:CANDIDATES])


def number_pairs(
    old: Sequence[Prepared], new: Sequence[Prepared], rest_old: Sequence[int], rest_new: Sequence[int]
) -> Iterator[Pair]:
    """Each old clause with the nearest new ones of its number: what is said in common words alone has no other sign."""
    by_number: defaultdict[str, list[int]] = defaultdict(list)
    for j in rest_new:
        by_number[new[j].number].append(j)
    for i in rest_old:
        if old[i].number:
            near = sorted(by_number[old[i].number], key=lambda j: (abs(i - j), j))
            yield from ((i, j) for j in near[:CANDIDATES])


def postings(clauses: Sequence[Prepared], indexes: Sequence[int]) -> dict[str, list[int]]:
    """Word -> the clauses that hold it, for the words that tell clauses apart."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for index in indexes:
        for word in clauses[index].words:
            found[word].append(index)
    most = max(12, int(COMMON_SHARE * len(indexes)))
    return {word: where for word, where in found.items() if len(where) <= most}


def nearest(clause: Prepared, where: dict[str, list[int]], others: Sequence[Prepared]) -> list[int]:
    shared: Counter[int] = Counter()
    for word in clause.words:
        for index in where.get(word, ()):
            shared[index] += 1

    def share(index: int) -> float:
        return shared[index] / (len(others[index].words) + len(clause.words))

    return sorted(shared, key=lambda index: (-share(index), index))[:CANDIDATES]


def longest_rising(pairs: Sequence[Pair]) -> list[Pair]:
    """The most pairs that keep their order in both versions; `pairs` is sorted by the old position."""
    tails: list[int] = []
    ends: list[int] = []
    back: list[int] = []
    for at, (_, j) in enumerate(pairs):
        place = bisect_left(tails, j)
        tails[place : place + 1] = [j]
        ends[place : place + 1] = [at]
        back.append(ends[place - 1] if place else -1)
    chain: list[Pair] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        chain.append(pairs[at])
        at = back[at]
    return chain[::-1]


def row_of(
    pair: Pair,
    old: Sequence[ClauseText],
    new: Sequence[ClauseText],
    before: Sequence[Prepared],
    after: Sequence[Prepared],
    has_moved: bool,
) -> Row:
    i, j = pair
    edited = before[i].body != after[j].body or before[i].heading != after[j].heading
    kind: RowKind = "moved" if has_moved else "changed" if edited else "unchanged"
    segments = diff_words(old[i].text, new[j].text)
    return Row(kind, old[i], new[j], i, j, segments, is_edited=edited)


def only(clause: ClauseText, at: int, *, added: bool) -> Row:
    """The row of a clause that one version alone has."""
    if added:
        segments = (Segment("insert", clause.text),) if clause.text else ()
        return Row("added", None, clause, None, at, segments, is_edited=True)
    segments = (Segment("delete", clause.text),) if clause.text else ()
    return Row("removed", clause, None, at, None, segments, is_edited=True)


def in_reading_order(rows: Iterable[Row], removed: Iterable[Row], stayed: set[Pair]) -> list[Row]:
    """New order; each removed row right after the nearest clause before it that kept its place."""
    anchors = sorted(stayed)
    olds = [i for i, _ in anchors]
    keyed: list[tuple[tuple[int, int, int], Row]] = []
    for row in rows:
        keyed.append(((row.new_position or 0, 0, 0), row))
    for row in removed:
        position = row.old_position or 0
        before = bisect_left(olds, position) - 1
        keyed.append(((anchors[before][1] if before >= 0 else -1, 1, position), row))
    return [row for _, row in sorted(keyed, key=lambda item: item[0])]


def summary_of(rows: Iterable[Row]) -> Summary:
    rows = list(rows)
    kinds = Counter(row.kind for row in rows)
    both = sum(1 for row in rows if row.kind == "moved" and row.is_edited)
    return Summary(
        unchanged=kinds["unchanged"],
        changed=kinds["changed"],
        added=kinds["added"],
        removed=kinds["removed"],
        moved=kinds["moved"],
        moved_and_edited=both,
    )
