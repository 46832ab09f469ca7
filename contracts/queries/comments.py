"""Reads of comments: the threads of a contract with where they stand in its present text, and who may be named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
from contracts.models import Clause, Comment, Contract, Draft, DraftClause, Mention, Thread
from contracts.models.comment import Audience
from contracts.states import DraftState, ThreadState

FILTERS: dict[str, dict[str, str]] = {
    "open": {"state": ThreadState.OPEN},
    "resolved": {"state": ThreadState.RESOLVED},
    "internal": {"audience": Audience.INTERNAL},
    "shared": {"audience": Audience.SHARED},
}


@dataclass(frozen=True)
class Place:
    """Where a thread stands now. `key` is the clause's id in the text that is shown, `is_earlier`: it is not there."""

    label: str = ""
    url: str = ""
    key: UUID | None = None
    is_earlier: bool = False
    in_draft: bool = False


@dataclass(frozen=True)
class ShownComment:
    comment: Comment
    author: str
    is_mine: bool
    mentions: tuple[str, ...]


@dataclass(frozen=True)
class ShownThread:
    """A thread as this actor reads it. `waits`: the other side has it once the text that it is about is theirs too."""

    thread: Thread
    comments: tuple[ShownComment, ...]
    place: Place
    quote: str
    waits: bool
    may_write: bool


def thread_rows() -> QuerySet[Thread]:
    """Threads with all that is shown of them: five queries, however many there are."""
    named = Prefetch("mentions", Mention.objects.select_related("person"))
    said = Prefetch("comments", Comment.objects.select_related("author").prefetch_related(named))
    rows = Thread.objects.select_related("clause__version", "draft_clause__draft", "draft_clause__became__version")
    rows = rows.defer(
        "clause__text", "clause__version__text", "draft_clause__body", "draft_clause__became__version__text"
    )
    return rows.prefetch_related(said)


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
            author=names.of(comment.author),
            is_mine=comment.author_id == actor.person_id,
            mentions=tuple(str(row.person) for row in comment.mentions.all() if names.tells(row.person_id)),
        )
        for comment in thread.comments.all()
    )
    may_write = can(actor, TO_OTHER_SIDE if thread.is_shared else "contracts.reply_to_thread")
    return ShownThread(thread, said, place, _quote(actor, thread), thread.is_shared and _waits(thread), may_write)


def _quote(actor: Actor, thread: Thread) -> str:
    """Words of one side's draft are told to the other side only where they are in what it was handed."""
    if thread.draft_clause is None or thread.draft_clause.draft.side == side_of(actor):
        return thread.quote
    became = thread.draft_clause.became
    return thread.quote if became is not None and _flat(thread.quote) in _flat(became.text) else ""


def _flat(text: str) -> str:
    return " ".join(text.split())


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
    """Thread -> where it is; three queries."""
    newest = queries.versions(actor, contract).first()
    clauses = Clause.objects.filter(version=newest).order_by("position").values_list("pk", "number", "heading")
    targets = [Labelled(*row) for row in clauses] if newest else []
    family = families_of(contract)
    url = reverse("version", args=[newest.pk]) if newest else ""
    return {thread.pk: _place(actor, thread, targets, family, url) for thread in rows}


def _place(
    actor: Actor, thread: Thread, targets: Sequence[Labelled[UUID]], family: dict[UUID, UUID], url: str
) -> Place:
    anchor = anchor_of(actor, thread)
    if anchor is None:
        return Place()
    label = f"{anchor.number} {anchor.heading}".strip()
    if thread.draft_clause is not None and thread.draft_clause.draft.state == DraftState.OPEN:
        return Place(label, f"/contracts/{thread.contract_id}/draft/#clause-{anchor.key}", anchor.key, in_draft=True)
    key = carried(anchor, targets, family)
    if key is None:
        return Place(label, is_earlier=True)
    target = next(each for each in targets if each.key == key)
    return Place(f"{target.number} {target.heading}".strip(), f"{url}#clause-{key}", key)


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
    """Draft clause -> its open threads; None: those on the contract, and on clauses that the draft does not have."""
    contract = draft.contract
    found = list(threads(actor, contract, "open"))
    rows = DraftClause.objects.filter(draft=draft, is_removed=False).order_by("place")
    targets = [Labelled(*row) for row in rows.values_list("pk", "number", "heading")]
    family, names = families_of(contract), names_shown(actor, contract)
    placed: dict[UUID | None, list[ShownThread]] = {}
    for thread in found:
        anchor = anchor_of(actor, thread)
        key = carried(anchor, targets, family) if anchor else None
        label = f"{anchor.number} {anchor.heading}".strip() if anchor else ""
        place = Place(label, key=key, is_earlier=anchor is not None and key is None, in_draft=key is not None)
        placed.setdefault(key, []).append(_shown(actor, thread, names, place))
    return placed


def people_to_mention(actor: Actor, contract: Contract, audience: str) -> list[Membership]:
    """Members who will read the thread, by name. The other side is offered its own people and those who wrote to it."""
    rows = readers_of(contract, audience)
    if not can(actor, VIEW_INSIDE):
        names = names_shown(actor, contract)
        rows = rows.filter(user__in=[*(names.told or ()), *names.theirs])
    return list(rows.exclude(user=actor.person_id).select_related("user").order_by("user__name", "user__email"))


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
