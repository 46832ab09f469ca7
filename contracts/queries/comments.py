"""Reads of comments: the threads of a contract with where they stand in its present text, and who may be named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse

from clm.access.objects import people_granted
from clm.access.permissions import can, visible
from clm.accounts.models import Membership
from clm.lib.actor import Actor
from contracts import queries
from contracts.access import VIEW_INSIDE
from contracts.access.comments import TO_OTHER_SIDE
from contracts.access.drafts import side_of
from contracts.access.other_side import Names, names_shown
from contracts.engine.lineage import Labelled, carried, families
from contracts.models import Change, Clause, Comment, Contract, Draft, DraftClause, Mention, Thread
from contracts.models.comment import Audience
from contracts.papers.reader import body_offset
from contracts.queries.drafts import clause_rows, labels_of
from contracts.states import DraftState, ThreadState

MOST_OFFERED = 8
FILTERS: dict[str, dict[str, str]] = {
    "open": {"state": ThreadState.OPEN},
    "resolved": {"state": ThreadState.RESOLVED},
    "internal": {"audience": Audience.INTERNAL},
    "shared": {"audience": Audience.SHARED},
}


@dataclass(frozen=True)
class Place:
    """Where a thread stands now. `key` is the clause's id in the text that is shown and `text` its words there,
    `is_earlier`: it is not there, `is_removed`: it was taken out of the draft."""

    label: str = ""
    url: str = ""
    key: UUID | None = None
    is_earlier: bool = False
    in_draft: bool = False
    is_removed: bool = False
    text: str = ""


@dataclass(frozen=True)
class ShownComment:
    """`author` as this actor may read it; of one that came in a document, what the document says."""

    comment: Comment
    author: str
    is_mine: bool
    mentions: tuple[str, ...]


@dataclass(frozen=True)
class ShownThread:
    """A thread as this actor reads it. `waits`: the other side has it once the text that it is about is theirs too.
    `is_reworded`: the clause still stands, and the words of the quote do not."""

    thread: Thread
    comments: tuple[ShownComment, ...]
    place: Place
    quote: str
    waits: bool
    may_write: bool
    is_reworded: bool = False


def thread_rows() -> QuerySet[Thread]:
    """Threads with all that is shown of them: five queries, however many there are."""
    named = Prefetch("mentions", Mention.objects.select_related("person"))
    said = Comment.objects.select_related("author", "came_with").defer("came_with__text").prefetch_related(named)
    rows = Thread.objects.select_related("clause__version", "draft_clause__draft", "draft_clause__became__version")
    rows = rows.defer(
        "clause__text", "clause__version__text", "draft_clause__body", "draft_clause__became__version__text"
    )
    return rows.prefetch_related(Prefetch("comments", said))


def threads(actor: Actor, contract: Contract, shown: str = "") -> QuerySet[Thread]:
    """The contract's threads that this actor reads, oldest first; `shown` is one of FILTERS, or all."""
    rows = visible(actor, thread_rows().filter(contract=contract))
    return rows.filter(**FILTERS.get(shown, {})).order_by("started_at", "id")


def open_threads(actor: Actor, contract: Contract) -> int:
    return visible(actor, Thread.objects.filter(contract=contract, state=ThreadState.OPEN)).count()


def shown_threads(actor: Actor, contract: Contract, rows: Iterable[Thread]) -> list[ShownThread]:
    """The threads with their places in the newest version that this actor sees."""
    found = list(rows)
    names = names_shown(actor, contract)
    places = _places(actor, contract, found)
    return [_shown(actor, thread, names, places[thread.pk]) for thread in found]


def _shown(actor: Actor, thread: Thread, names: Names, place: Place) -> ShownThread:
    said = tuple(
        ShownComment(
            comment=comment,
            author=names.of(comment.author) if comment.author else comment.outside_author,
            is_mine=comment.author is not None and comment.author_id == actor.person_id,
            mentions=tuple(str(row.person) for row in comment.mentions.all() if names.tells(row.person_id)),
        )
        for comment in thread.comments.all()
    )
    may_write = can(actor, TO_OTHER_SIDE if thread.is_shared else "contracts.reply_to_thread")
    quote = _quote(actor, thread)
    is_reworded = bool(quote and place.key) and not stands_in(quote, place.text)
    return ShownThread(thread, said, place, quote, thread.is_shared and _waits(thread), may_write, is_reworded)


def _quote(actor: Actor, thread: Thread) -> str:
    """Words of one side's draft are told to the other side only where they are in what it was handed."""
    if thread.draft_clause is None or thread.draft_clause.draft.side == side_of(actor):
        return thread.quote
    became = thread.draft_clause.became
    return thread.quote if became is not None and stands_in(thread.quote, _whole(became)) else ""


def stands_in(quote: str, text: str) -> bool:
    """Whether the words are there, however their lines are broken."""
    return _flat(quote) in _flat(text)


def _flat(text: str) -> str:
    return " ".join(text.split())


def _whole(clause: Clause | DraftClause) -> str:
    """What may be quoted of a clause."""
    return f"{clause.number} {clause.heading} {clause.text}"


def _waits(thread: Thread) -> bool:
    """Whether the text that the thread is about is still one side's own."""
    if thread.draft_clause is not None:
        clause: Clause | None = thread.draft_clause.became
        if clause is None:
            return True
    else:
        clause = thread.clause
    return clause is not None and clause.version.shared_at is None and clause.version.state != "final"


def _places(actor: Actor, contract: Contract, rows: Sequence[Thread]) -> dict[UUID, Place]:
    """Thread -> where it is; four queries, and one more with a quote in the newest version."""
    versions = list(queries.versions(actor, contract).only("pk", "number"))
    newest, seen = next(iter(versions), None), {version.pk for version in versions}
    clauses = Clause.objects.filter(version=newest).order_by("position").values_list("pk", "number", "heading")
    targets = {row[0]: Labelled(*row) for row in clauses} if newest else {}
    family, labels = families_of(contract), _labels_in_draft(rows)
    url = reverse("version", args=[newest.pk]) if newest else ""
    anchors = {thread.pk: anchor_of(actor, thread) for thread in rows}
    keys = {pk: carried(anchor, list(targets.values()), family) for pk, anchor in anchors.items() if anchor}
    texts = _texts(keys[thread.pk] for thread in rows if thread.quote and keys.get(thread.pk))
    found = {}
    for thread in rows:
        key = keys.get(thread.pk)
        on_version = _on_version(anchors[thread.pk], targets.get(key) if key else None, url, texts)
        if on_version.is_earlier:
            on_version = replace(on_version, url=_begun_at(thread, seen))
        found[thread.pk] = _in_draft(thread, labels) or on_version
    return found


def _on_version(
    anchor: Labelled[UUID] | None, target: Labelled[UUID] | None, url: str, texts: Mapping[UUID, str]
) -> Place:
    if anchor is None:
        return Place()
    if target is None:
        return Place(_label(anchor), is_earlier=True)
    return Place(_label(target), f"{url}#clause-{target.key}", target.key, text=texts.get(target.key, ""))


def _begun_at(thread: Thread, seen: set[UUID]) -> str:
    """The page of the clause that the thread was begun on, where it is in a version that the reader sees."""
    clause = thread.draft_clause.became if thread.draft_clause is not None else thread.clause
    if clause is None or clause.version_id not in seen:
        return ""
    return f"{reverse('version', args=[clause.version_id])}#clause-{clause.pk}"


def _in_draft(thread: Thread, labels: Mapping[UUID, str]) -> Place | None:
    """Where a thread on a clause of an open draft is, under the number that the clause has there now."""
    clause = thread.draft_clause
    if clause is None or clause.draft.state != DraftState.OPEN:
        return None
    number = clause.number if clause.is_removed else labels.get(clause.pk, "")
    label = _label(Labelled(clause.pk, number, clause.heading))
    url = f"{reverse('draft', args=[thread.contract_id])}#clause-{clause.pk}"
    return Place(label, url, clause.pk, in_draft=True, is_removed=clause.is_removed, text=_whole(clause))


def _label(clause: Labelled[UUID]) -> str:
    return f"{clause.number} {clause.heading}".strip()


def clause_to_comment(actor: Actor, contract: Contract, clause_id: Any, draft_clause_id: Any) -> Place | None:
    """The clause that a comment is about to be written on, with its words; None for the contract, or where the actor
    sees no such clause."""
    if isinstance(draft_clause_id, UUID):
        rows = DraftClause.objects.filter(draft__contract=contract, pk=draft_clause_id).select_related("draft")
        row = visible(actor, rows).first()
        if row is None:
            return None
        number = today(list(clause_rows(row.draft))).get(row.pk) or row.number
        url = f"{reverse('draft', args=[contract.pk])}#clause-{row.pk}"
        return Place(_label(Labelled(row.pk, number, row.heading)), url, row.pk, in_draft=True, text=row.text)
    if not isinstance(clause_id, UUID):
        return None
    clause = visible(actor, Clause.objects.filter(version__contract=contract, pk=clause_id)).first()
    if clause is None:
        return None
    url = f"{reverse('version', args=[clause.version_id])}#clause-{clause.pk}"
    text = clause.text[body_offset(clause) :].strip()
    return Place(_label(Labelled(clause.pk, clause.number, clause.heading)), url, clause.pk, text=text)


def _texts(keys: Iterable[UUID | None]) -> dict[UUID, str]:
    """What may be quoted of these clauses of a version."""
    wanted = {key for key in keys if key}
    if not wanted:
        return {}
    return {clause.pk: _whole(clause) for clause in Clause.objects.filter(pk__in=wanted)}


def _labels_in_draft(rows: Sequence[Thread]) -> dict[UUID, str]:
    """Today's numbers of the clauses of the open drafts that the threads are on: a side has one."""
    clauses = [thread.draft_clause for thread in rows if thread.draft_clause is not None]
    drafts = {clause.draft for clause in clauses if clause.draft.state == DraftState.OPEN}
    return {pk: label for draft in drafts for pk, label in today(list(clause_rows(draft))).items()}


def today(clauses: Sequence[DraftClause]) -> dict[UUID, str]:
    """Draft clause -> the number that it has now."""
    shown = labels_of(clauses).shown
    return {clause.pk: shown.get(str(clause.pk), "") for clause in clauses}


def anchor_of(actor: Actor, thread: Thread) -> Labelled[UUID] | None:
    """The clause that the thread was begun on, under the label that this actor may read; None for the contract."""
    if thread.clause_id:
        return Labelled(thread.clause_id, thread.number, thread.heading)
    if thread.draft_clause is None:
        return None
    became = thread.draft_clause.became
    if thread.draft_clause.draft.side != side_of(actor):
        return Labelled(became.pk, became.number, became.heading) if became is not None else None
    return Labelled(thread.draft_clause.pk, thread.number, thread.heading)


def families_of(contract: Contract) -> dict[UUID, UUID]:
    """Which clauses of the contract's versions and drafts came of each other."""
    rows = DraftClause.objects.filter(draft__contract=contract).values_list("pk", "origin_id", "became_id")
    return families((pk, other) for pk, *others in rows for other in others if other is not None)


def draft_threads(actor: Actor, draft: Draft) -> dict[UUID | None, list[ShownThread]]:
    """Draft clause -> its open threads, in the order of the draft; None, last: those on the contract, and on clauses
    that the draft does not have or that were removed from it."""
    contract = draft.contract
    found = list(threads(actor, contract, "open"))
    clauses = {clause.pk: clause for clause in clause_rows(draft)}
    labels, family, names = today(list(clauses.values())), families_of(contract), names_shown(actor, contract)
    targets = [Labelled(each.pk, each.number, each.heading) for each in clauses.values()]
    standing = [target for target in targets if not clauses[target.key].is_removed]
    placed: dict[UUID | None, list[ShownThread]] = {}
    for thread in found:
        anchor = anchor_of(actor, thread)
        key = _carried_in_draft(anchor, targets, standing, family)
        place = _beside(anchor, clauses[key] if key else None, labels)
        stands = key if key and not place.is_removed else None
        placed.setdefault(stands, []).append(_shown(actor, thread, names, place))
    return {key: placed[key] for key in (*clauses, None) if key in placed}


def threads_by_change(actor: Actor, contract: Contract, changes: Sequence[Change]) -> dict[UUID, list[ShownThread]]:
    """Change -> the open threads on the clause that it changes, oldest first; changes without any are left out."""
    if not changes:
        return {}
    changed = {_changed_clause(change): change.pk for change in changes}
    targets = [Labelled(_changed_clause(change), change.number, change.heading) for change in changes]
    family = _with_answers(families_of(contract), changes)
    found: dict[UUID, list[ShownThread]] = {}
    for shown in shown_threads(actor, contract, threads(actor, contract, "open")):
        anchor = anchor_of(actor, shown.thread)
        key = carried(anchor, targets, family) if anchor else None
        if key is not None:
            found.setdefault(changed[key], []).append(shown)
    return found


def _changed_clause(change: Change) -> UUID:
    return change.received_clause_id or change.sent_clause_id or change.pk


def _with_answers(family: dict[UUID, UUID], changes: Sequence[Change]) -> dict[UUID, UUID]:
    """The families, with each clause that came back joined to the one that was sent."""
    pairs = [(head, key) for key, head in family.items()]
    answered = [(each.sent_clause_id, each.received_clause_id) for each in changes]
    return families([*pairs, *((sent, came) for sent, came in answered if sent and came)])


def _carried_in_draft(
    anchor: Labelled[UUID] | None,
    targets: Sequence[Labelled[UUID]],
    standing: Sequence[Labelled[UUID]],
    family: dict[UUID, UUID],
) -> UUID | None:
    """The clause that came of the anchor, be it removed; else the one that stands under its name."""
    if anchor is None:
        return None
    return carried(anchor, targets, family) or carried(anchor, standing, family)


def _beside(anchor: Labelled[UUID] | None, clause: DraftClause | None, labels: Mapping[UUID, str]) -> Place:
    """Where a thread is in the draft that is written: at its clause under today's number, wherever it was moved to."""
    if anchor is None:
        return Place()
    if clause is None:
        return Place(_label(anchor), is_earlier=True)
    number = clause.number if clause.is_removed else labels[clause.pk]
    label = _label(Labelled(clause.pk, number, clause.heading))
    return Place(label, key=clause.pk, in_draft=True, is_removed=clause.is_removed, text=_whole(clause))


def people_to_mention(actor: Actor, contract: Contract, audience: str) -> list[Membership]:
    """Members who will read the thread, by name. The other side is offered its own people and those who wrote to it."""
    rows = readers_of(contract, audience)
    if not can(actor, VIEW_INSIDE):
        names = names_shown(actor, contract)
        rows = rows.filter(user__in=[*(names.told or ()), *names.theirs])
    return list(rows.exclude(user=actor.person_id).select_related("user").order_by("user__name", "user__email"))


def people_like(actor: Actor, contract: Contract, audience: str, typed: str) -> list[Membership]:
    """Those of them whose name has the words that were typed behind an @, beginnings of names first; one more than
    MOST_OFFERED says that there are more."""
    words = typed.casefold().split()
    found = [row for row in people_to_mention(actor, contract, audience) if _is_like(str(row.user), words)]
    begins = " ".join(words)
    return sorted(found, key=lambda row: not str(row.user).casefold().startswith(begins))[: MOST_OFFERED + 1]


def _is_like(name: str, words: Sequence[str]) -> bool:
    """Whether each word begins a word of the name."""
    parts = re.split(r"[^\w]+", name.casefold()) + name.casefold().split()
    return all(any(part.startswith(word) for part in parts) for word in words)


def readers_of(contract: Contract, audience: str) -> QuerySet[Membership]:
    """Members who see the contract; people of the other side only where the audience is shared."""
    granted = people_granted("see_confidential_contract", contract).values("pk")
    other_side = Q(roles=["counterparty"])
    inside = ~other_side & ~Q(roles=["integration"])
    if contract.is_confidential:
        inside &= Q(user__in=granted)
    if audience == Audience.SHARED:
        inside |= other_side & Q(user__in=granted)
    return Membership.objects.filter(inside, removed_at=None, user__is_active=True)


def counts(actor: Actor, contract: Contract) -> Mapping[str, int]:
    """How many threads each filter shows; one query."""
    rows = visible(actor, Thread.objects.filter(contract=contract)).values_list("state", "audience")
    found = list(rows)
    return {
        name: sum(1 for state, audience in found if {"state": state, "audience": audience}.items() >= wanted.items())
        for name, wanted in FILTERS.items()
    }


def comment_choices(people: Iterable[Membership]) -> list[tuple[str, Any]]:
    return [(str(row.user_id), str(row.user)) for row in people]
