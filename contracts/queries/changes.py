"""Reads about what came back: the changes from what was sent to what was received, and those still to decide."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from clm.access.permissions import visible
from clm.documents.extraction import DOCX, Refused
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.adapters.surroundings import Surroundings, as_sent, differing
from contracts.adapters.word_changes import Reading, Tracked, read_changes
from contracts.engine.compare import ClauseText, Row, compare
from contracts.engine.numbering import name_of
from contracts.engine.words import diff_words
from contracts.models import Change, Clause, Contract, Draft, Receipt, UnsavedWords, Version
from contracts.papers import Paper, read_paper
from contracts.papers.reader import WORDS, body_offset
from contracts.queries.drafts import NEGOTIABLE, last_sent
from contracts.states import ChangeState, DraftState, Side

Tracking = Change.Tracking
IN_OUR_DRAFT = (ChangeState.ACCEPTED, ChangeState.COUNTERED)


@dataclass(frozen=True)
class Answer:
    """A document that came back, as it was read; `reading` is None where it is no Word file."""

    paper: Paper
    reading: Reading | None


def read_answer(content: bytes, file_name: str) -> Answer:
    """Text, clauses, tracked changes and comments of a document, read in bounded processes: outside of a transaction.

    Raises Invalid with the refusal's code beside the field `file`.
    """
    paper = read_paper(content, file_name)
    if paper.media_type != DOCX:
        return Answer(paper, None)
    try:
        return Answer(paper, read_changes(content))
    except Refused as refusal:
        raise Invalid(refusal.code, refusal.message, fields={"file": [refusal.message]}) from refusal


def plain_words(text: str) -> str:
    """What counts when two texts are asked whether they are one: the words, however they are broken into lines."""
    return " ".join(text.split())


def reads_back(answer: Answer, sent: Version) -> bool:
    """With every tracked change rejected it is what was sent, also beside the clauses."""
    before = answer.paper.text if answer.reading is None else answer.reading.rejected
    around = answer.paper.surroundings if answer.reading is None else answer.reading.around
    return plain_words(before) == plain_words(sent.text) and not differing(surroundings_sent(sent), around)


def surroundings_sent(version: Version) -> Surroundings:
    """What stands beside the clauses of a version, as the other side has it."""
    return as_sent(version.surroundings) if version.side == Side.OURS else version.surroundings


def clause_texts(clauses: Sequence[Clause]) -> list[ClauseText]:
    return [ClauseText(clause.number, clause.heading, clause.text) for clause in clauses]


def clauses_of(version: Version) -> list[Clause]:
    return list(Clause.objects.filter(version=version).order_by("position"))


@dataclass(frozen=True)
class Differences:
    """The clauses of two versions and their rows; from these the changes are made."""

    old: Sequence[Clause]
    new: Sequence[Clause]
    rows: Sequence[Row]

    def changes(self) -> Iterator[tuple[Row, Clause | None, Clause | None]]:
        for row in self.rows:
            old = None if row.old_position is None else self.old[row.old_position]
            new = None if row.new_position is None else self.new[row.new_position]
            if row.kind != "unchanged" or (old and new and (old.level != new.level or is_renamed(old, new))):
                yield row, old, new


def is_renamed(old: Clause, new: Clause) -> bool:
    """Whether a clause has another name in place of its number, as an annex that became a schedule. Numbers that count
    are each paper's own."""
    return name_of(old.number) != name_of(new.number)


def differences(sent: Version, received: Version) -> Differences:
    old, new = clauses_of(sent), clauses_of(received)
    return Differences(old, new, compare(clause_texts(old), clause_texts(new)).rows)


# A change and its place in reading order.
Placed = tuple[int, Tracked]


def _start(placed: Placed) -> int:
    return placed[1].start


def _between(changes: Sequence[Placed], start: int, end: int) -> list[Placed]:
    """Those of the changes, sorted by where they begin, that begin there."""
    first = bisect_left(changes, start, key=_start)
    return list(changes[first : bisect_left(changes, end, key=_start)])


@dataclass(frozen=True)
class Marks:
    """Which tracked changes lie in which clause, and which clauses differ from what was sent without any."""

    reading: Reading
    is_whole: bool
    silent: frozenset[int]
    unknown: tuple[str, ...]
    # Where each clause that was sent stands in the text with every tracked change rejected, by its position.
    spans: Mapping[int, tuple[int, int]]

    @classmethod
    def of(cls, reading: Reading, sent: Version, clauses: Sequence[Clause]) -> Marks:
        is_whole = plain_words(reading.rejected) == plain_words(sent.text)
        if reading.rejected == sent.text:
            return cls(reading, True, frozenset(), (), {each.position: (each.start, each.end) for each in clauses})
        before = [ClauseText(each.number, each.heading, each.text) for each in reading.before]
        rows = compare(clause_texts(clauses), before).rows
        spans = {
            row.old_position: (reading.before[row.new_position].start, reading.before[row.new_position].end)
            for row in rows
            if row.old_position is not None and row.new_position is not None
        }
        if is_whole:
            return cls(reading, True, frozenset(), (), spans)
        unlike = [row for row in rows if row.kind != "unchanged"]
        silent = frozenset(row.old_position for row in unlike if row.old_position is not None)
        added = tuple(plain_words(row.new.text) for row in unlike if row.old is None and row.new is not None)
        return cls(reading, False, silent, added, spans)

    @cached_property
    def _new(self) -> list[Placed]:
        return sorted(((at, each) for at, each in enumerate(self.reading.changes) if each.is_new), key=_start)

    @cached_property
    def _gone(self) -> list[Placed]:
        return sorted(((at, each) for at, each in enumerate(self.reading.changes) if not each.is_new), key=_start)

    def within(self, old: Clause | None, new: Clause | None) -> list[Tracked]:
        """The changes in the clause, in reading order, by their places: what is new in the text as it came, what is
        gone in the text as it was before."""
        came = _between(self._new, new.start, new.end) if new else ()
        left = _between(self._gone, *self.spans[old.position]) if old and old.position in self.spans else ()
        return [each for _at, each in sorted([*came, *left], key=lambda placed: placed[0])]

    def tracking(self, found: Sequence[Tracked], old: Clause | None, new: Clause | None) -> str:
        is_silent = old is not None and old.position in self.silent
        if old is None and new is not None:
            is_silent = plain_words(new.text) in self.unknown
        if not found:
            return Tracking.TRACKED if self.is_whole and self.reading.is_tracked else Tracking.SILENT
        return Tracking.PARTLY if is_silent else Tracking.TRACKED


def made_changes(received: Version, sent: Version, reading: Reading | None, *, here: bool = False) -> list[Change]:
    """The changes of a version that answers another, not yet kept. `here`: it was written in this product."""
    found = differences(sent, received)
    for clause in found.old:
        clause.version = sent
    marks = Marks.of(reading, sent, found.old) if reading is not None else None
    made = [] if here else _outside(received, sent, reading)
    for position, (row, old, new) in enumerate(found.changes(), len(made) + 1):
        tracked = marks.within(old, new) if marks else []
        tracking = marks.tracking(tracked, old, new) if marks else Tracking.SILENT
        made.append(_change(received, position, row, old, new, tracked, Tracking.HERE if here else tracking))
    return made


def _outside(received: Version, sent: Version, reading: Reading | None) -> list[Change]:
    """What differs beside the clauses: tracked where it is as we sent it once every tracked change is rejected."""
    before = surroundings_sent(sent)
    silent = {kind for kind, _old, _new in differing(before, reading.around)} if reading else set()
    return [
        Change(
            organization_id=received.organization_id,
            contract_id=received.contract_id,
            version=received,
            position=position,
            kind=kind,
            old_text=old,
            new_text=new,
            tracking=Tracking.TRACKED if reading and kind not in silent else Tracking.SILENT,
        )
        for position, (kind, old, new) in enumerate(differing(before, received.surroundings), 1)
    ]


def _change(
    received: Version,
    position: int,
    row: Row,
    old: Clause | None,
    new: Clause | None,
    marks: Sequence[Tracked],
    tracking: str,
) -> Change:
    shown = new or old
    times = [datetime.fromisoformat(each.at) for each in marks if each.at]
    return Change(
        organization_id=received.organization_id,
        contract_id=received.contract_id,
        version=received,
        position=position,
        kind=_kind(row, old, new),
        sent_clause=old,
        received_clause=new,
        number=shown.number if shown else "",
        heading=shown.heading if shown else "",
        old_text=old.text.strip() if old else "",
        new_text=new.text.strip() if new else "",
        old_level=old.level if old else None,
        new_level=new.level if new else None,
        tracking=tracking,
        author=", ".join(dict.fromkeys(each.author for each in marks if each.author))[:300],
        changed_at=max(times, default=None),
        marks=[asdict(each) for each in marks][:200],
    )


def _kind(row: Row, old: Clause | None, new: Clause | None) -> str:
    if row.kind != "unchanged" or old is None or new is None:
        return row.kind
    return Change.Kind.CHANGED if is_renamed(old, new) else Change.Kind.LEVEL


def change_rows() -> QuerySet[Change]:
    rows = Change.objects.select_related("contract", "version", "decided_by", "draft_clause__draft")
    return rows.defer("contract__search", "version__text", "draft_clause__body", "draft_clause__text")


def newest_receipt(contract: Contract) -> Receipt | None:
    """What came back last, as long as we have not answered it."""
    rows = Receipt.objects.filter(version__contract=contract, version__shared_at__isnull=False)
    rows = rows.select_related("version__created_by", "sent")
    return rows.order_by("-version__number").first()


def unanswered_receipt(contract: Contract) -> Receipt | None:
    """What came back last, where we have sent nothing since."""
    found, sent = newest_receipt(contract), last_sent(contract)
    if found is None or (sent is not None and sent.number > found.version.number):
        return None
    return found


def waiting_answers(actor: Actor) -> QuerySet[Any]:
    """What came back and we have not answered, in the contracts that the actor sees, longest waiting first; `left` is
    how many of its changes nobody decided, or whose decision went with an abandoned draft."""
    of_contract = Version.objects.filter(contract=OuterRef("version__contract"), shared_at__isnull=False)
    newest = of_contract.order_by("-number").values("pk")[:1]
    lost = Q(state__in=IN_OUR_DRAFT, draft_clause__draft__state=DraftState.ABANDONED)
    open_ = Change.objects.filter(Q(state=ChangeState.OPEN) | lost, version=OuterRef("version")).order_by()
    counted = open_.values("version").annotate(number=Count("pk")).values("number")
    rows = visible(actor, Receipt.objects.select_related("version__contract").defer("version__text", "remarks"))
    waiting = rows.filter(
        version=Subquery(newest),
        version__contract__turn=Side.OURS,
        version__contract__state__in=NEGOTIABLE,
    )
    return waiting.annotate(left=Coalesce(Subquery(counted), 0)).order_by("version__created_at", "pk")


def left_open(receipt: Receipt, *, lost: bool) -> QuerySet[Change]:
    """Changes of an answer that nobody decided; with `lost` also those whose decision went with an abandoned draft."""
    gone = Q(state__in=IN_OUR_DRAFT, draft_clause__draft__state=DraftState.ABANDONED)
    is_open = Q(state=ChangeState.OPEN)
    return Change.objects.filter(is_open | gone if lost else is_open, version_id=receipt.version_id)


def refused_in(receipt: Receipt) -> QuerySet[Change]:
    """Changes of an answer that we rejected, or countered."""
    states = (ChangeState.REJECTED, ChangeState.COUNTERED)
    return Change.objects.filter(version_id=receipt.version_id, state__in=states)


def has_unsent_words(draft: Draft) -> bool:
    """Whether anything was written in it since it began, saved or not."""
    return draft.revision > 1 or UnsavedWords.objects.filter(draft_clause__draft=draft).exists()


def words_in(clause: Clause | None) -> list[str]:
    """The lines of a clause without number and heading."""
    if clause is None:
        return []
    return [line.strip() for line in clause.text[body_offset(clause) :].split("\n") if line.strip()]


def changes_of(actor: Actor, version: Version) -> list[Change]:
    return list(visible(actor, change_rows().filter(version=version)).order_by("position"))


def undecided(draft: Draft) -> QuerySet[Change]:
    """Changes of what our draft answers that it does not answer yet: open ones, and those whose decision stands in a
    draft that was abandoned."""
    came = Receipt.objects.filter(version__contract_id=draft.contract_id, version__shared_at__isnull=False)
    newest = came.order_by("-version__number").values("version")
    lost = Q(state__in=IN_OUR_DRAFT) & ~Q(draft_clause__draft_id=draft.pk)
    return Change.objects.filter(Q(state=ChangeState.OPEN) | lost, version=newest[:1])


def is_open_draft(change: Change) -> bool:
    """Whether the decision stands in a draft that is still written."""
    held = change.draft_clause
    return held is not None and held.draft.state == "open"


def spans_of(change: Change) -> list[tuple[str, str]]:
    """What components/diff.html draws of one change."""
    return [(WORDS[str(each.op)], each.text) for each in diff_words(change.old_text, change.new_text)]


def remarks_by_change(receipt: Receipt, changes: Sequence[Change]) -> tuple[dict[Any, list[dict[str, Any]]], list[Any]]:
    """The comments of the file beside the change in whose clause they stand, and the others."""
    beside: dict[Any, list[dict[str, Any]]] = {}
    others = []
    clauses = {change.received_clause_id: change.pk for change in changes if change.received_clause_id}
    spans = Clause.objects.filter(pk__in=clauses).values_list("pk", "start", "end") if receipt.remarks else []
    for remark in receipt.remarks:
        found = next((clauses[pk] for pk, start, end in spans if start <= remark["start"] < end), None)
        beside.setdefault(found, []).append(remark) if found else others.append(remark)
    return beside, others
