"""Comments in Word files: the threads that a document of ours takes along, and which comments of one that came back are
known already."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db.models import Q, QuerySet

from clm.accounts.models import Organization
from contracts.access.other_side import their_people
from contracts.adapters.word_remarks import Remark
from contracts.adapters.word_talk import Said, Talk
from contracts.engine.lineage import Labelled, carried
from contracts.models import Clause, Comment, Contract, Thread, Version
from contracts.models.comment import Audience
from contracts.models.version import Source
from contracts.queries.comments import families_of, thread_rows
from contracts.states import ThreadState, VersionState

MOST_SECONDS = 1  # documents keep whole seconds


def flat(text: str) -> str:
    """What counts of words when two are asked whether they are the same: no blanks."""
    return "".join(text.split())


def key_of(comment: Comment) -> str:
    """How every document of ours names the comment: MS-DOCX 2.6.2.3 has eight hexadecimal digits, 1 to 7FFFFFFF."""
    number = int.from_bytes(sha256(comment.pk.bytes).digest()[:4], "big") & 0x7FFFFFFF
    return f"{number or 1:08X}"


def talks_on(version: Version) -> list[Talk]:
    """What is said to the other side on the version's clauses and on the contract as a whole, oldest first: shared
    threads alone. None on a final text, nor on a document that the other side sent, which has its own."""
    if version.state == VersionState.FINAL or version.source == Source.RECEIVED:
        return []
    rows = list(_shared(version.contract).filter(_on_text_of(version)).order_by("started_at", "id"))
    if not rows:
        return []
    clauses = {clause.pk: clause for clause in Clause.objects.filter(version=version).order_by("position")}
    names = Names.of(version.contract)
    placed = _placed(version.contract, rows, list(clauses.values()))
    return [_talk(row, clauses[key], names) for row in rows if (key := placed[row.pk]) is not None]


def _shared(contract: Contract) -> QuerySet[Thread]:
    return thread_rows().filter(contract=contract, audience=Audience.SHARED)


def _on_text_of(version: Version) -> Q:
    """On texts that both sides have, on this one, or on the contract as a whole."""
    places = Q(clause=None, draft_clause=None)
    for text in ("clause__version", "draft_clause__became__version"):
        given = Q(**{f"{text}__shared_at__isnull": False}) | Q(**{f"{text}__state": VersionState.FINAL})
        places |= given | Q(**{text: version})
    return places


def _placed(contract: Contract, rows: Sequence[Thread], clauses: Sequence[Clause]) -> dict[UUID, UUID | None]:
    """Thread -> the clause among these that it stands at: the first one where it is about the whole contract."""
    targets = [Labelled(each.pk, each.number, each.heading) for each in clauses]
    family = families_of(contract)
    anchors = {row.pk: _anchor(row) for row in rows}
    first = targets[0].key if targets else None
    whole = {row.pk: first for row in rows if is_whole(row)}
    return {pk: carried(anchor, targets, family) if anchor else whole.get(pk) for pk, anchor in anchors.items()}


def is_whole(thread: Thread) -> bool:
    """It was begun on the contract, and on no clause."""
    return thread.clause_id is None and thread.draft_clause_id is None


def _anchor(thread: Thread) -> Labelled[UUID] | None:
    clause = thread.clause or (thread.draft_clause.became if thread.draft_clause else None)
    return Labelled(clause.pk, clause.number, clause.heading) if clause is not None else None


@dataclass(frozen=True)
class Names:
    """Who wrote, as a document that goes out says it. Whoever writes to the other side is named to it; ours beside the
    organization."""

    house: str
    theirs: frozenset[UUID]

    @classmethod
    def of(cls, contract: Contract) -> Names:
        house = Organization.objects.get(pk=contract.organization_id).name
        return cls(house, frozenset(their_people(contract)))

    def writer(self, comment: Comment) -> str:
        if comment.author is None or comment.author.pk in self.theirs:
            return comment.writer
        return f"{comment.writer} ({self.house})"


def _talk(thread: Thread, clause: Clause, names: Names) -> Talk:
    said = [Said(key_of(each), names.writer(each), each.written_at, each.text) for each in thread.comments.all()]
    quote = thread.quote if flat(thread.quote) in flat(clause.text) else ""
    is_done = thread.state == ThreadState.RESOLVED
    return Talk(clause.start, clause.end, clause.text, quote, tuple(said), is_done, is_whole(thread))


@dataclass
class Known:
    """The shared comments of a contract, to be found again in a document that came back; each is found once."""

    comments: list[tuple[Thread, Comment]]
    former: Mapping[UUID, set[str]]
    places: Mapping[UUID, UUID | None]
    names: Names
    # What a remark may be found by -> the comments, oldest first: work grows with comments and remarks, not with both.
    found_by: dict[Hashable, list[tuple[Thread, Comment]]] = field(default_factory=dict, init=False)
    taken: set[UUID] = field(default_factory=set, init=False)

    @classmethod
    def of(cls, contract: Contract, clauses: Sequence[Clause]) -> Known:
        """`clauses` are those of the document."""
        rows = list(_shared(contract).prefetch_related("comments__former_words"))
        said = [(row, comment) for row in rows for comment in row.comments.all()]
        former: dict[UUID, set[str]] = {
            each.pk: {flat(words.text) for words in each.former_words.all()} for _, each in said
        }
        return cls(said, former, _placed(contract, rows, clauses), Names.of(contract))

    def __post_init__(self) -> None:
        for pair in self.comments:
            for mark in self._marks(*pair):
                self.found_by.setdefault(mark, []).append(pair)

    def take(self, remark: Remark, clause: UUID | None) -> tuple[Thread, Comment] | None:
        """The comment that the remark is: of the same words, and named as in a document before, or of the same second,
        or of the same name at the same clause (of none: files may be cleaned of names)."""
        for mark in _marks_of(remark, clause):
            pair = self._first(mark)
            if pair is not None:
                self.taken.add(pair[1].pk)
                return pair
        return None

    def thread_of(self, key: str) -> Thread | None:
        """The thread of a comment whose words are others now."""
        found = self._first(("key", key)) if key else None
        return found[0] if found else None

    def _first(self, mark: Hashable) -> tuple[Thread, Comment] | None:
        return next((pair for pair in self.found_by.get(mark, ()) if pair[1].pk not in self.taken), None)

    def _marks(self, thread: Thread, comment: Comment) -> Iterator[Hashable]:
        """As `_marks_of` asks for them."""
        keys = {key for key in (key_of(comment), comment.key) if key}
        clause, names = self.places[thread.pk], {self.names.writer(comment), comment.writer, None}
        yield from (("key", key) for key in keys)
        for words in {flat(comment.text)} | self.former[comment.pk]:
            yield from (("key", words, key) for key in keys)
            yield ("second", words, int(comment.written_at.timestamp()))
            if clause is not None:
                yield from (("place", words, clause, name) for name in names)


def _marks_of(remark: Remark, clause: UUID | None) -> Iterator[Hashable]:
    """What tells which comment it is, the surest first."""
    words = flat(remark.text)
    if remark.key:
        yield ("key", words, remark.key)
    if remark.at:
        second = int(datetime.fromisoformat(remark.at).timestamp())
        yield from (("second", words, second + off) for off in (0, -MOST_SECONDS, MOST_SECONDS))
    if clause is not None:
        yield ("place", words, clause, remark.author if remark.author and remark.at else None)
