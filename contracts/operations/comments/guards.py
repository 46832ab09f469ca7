"""What the verbs of comments share: what may be said, about what, to whom, and who is told of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from clm.access.permissions import require, sees, visible
from clm.accounts.actors import actor_of_membership
from clm.accounts.models import Membership, User
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.notify.tell import tell
from contracts.access.comments import TO_OTHER_SIDE
from contracts.access.other_side import names_shown, their_people
from contracts.models import Clause, Comment, Contract, DraftClause, Mention, Thread
from contracts.models.comment import Audience
from contracts.states import DraftState, Side

MOST_TEXT, MOST_QUOTE = 20_000, 4_000  # characters


def checked_text(text: str) -> str:
    """The words without white space around them. Raises Invalid `comment_empty`, `comment_too_long`."""
    said = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not said:
        raise _beside("text", "comment_empty", _("Write something."))
    if len(said) > MOST_TEXT:
        raise _beside("text", "comment_too_long", _("A comment has at most %(most)s characters.") % {"most": MOST_TEXT})
    return said


def check_audience(actor: Actor, audience: str) -> None:
    """Raises Forbidden for who may not write to the other side, Invalid `audience_unknown`."""
    if audience not in Audience.values or (actor.is_counterparty and audience != Audience.SHARED):
        raise _beside("audience", "audience_unknown", _("Say who reads it."))
    if audience == Audience.SHARED:
        require(actor, TO_OTHER_SIDE)


def place_of(
    actor: Actor, contract: Contract, clause_id: UUID | None, draft_clause_id: UUID | None, quote: str
) -> dict[str, Any]:
    """The fields of a thread that say what it is about: a clause that the actor sees, with words of it, or nothing.

    Raises Invalid `place_unknown`, `quote_differs`.
    """
    clauses = visible(actor, Clause.objects.filter(version__contract=contract))
    clause = clauses.filter(pk=clause_id).first() if clause_id else None
    side = Side.THEIRS if actor.is_counterparty else Side.OURS
    drafted = DraftClause.objects.filter(draft__contract=contract, draft__side=side, draft__state=DraftState.OPEN)
    draft_clause = drafted.filter(pk=draft_clause_id).first() if draft_clause_id else None
    if (clause_id and clause is None) or (draft_clause_id and draft_clause is None) or (clause and draft_clause):
        raise _beside("clause", "place_unknown", _("There is no such clause here."))
    shown = clause or draft_clause
    said = quote.replace("\x00", "").strip()[:MOST_QUOTE]
    if said and (shown is None or _flat(said) not in _flat(f"{shown.number} {shown.heading} {shown.text}")):
        raise _beside("quote", "quote_differs", _("These words are not in the clause."))
    label = {"number": shown.number, "heading": shown.heading} if shown else {}
    return {"clause": clause, "draft_clause": draft_clause, "quote": said, **label}


def _flat(text: str) -> str:
    return " ".join(text.split())


def say(actor: Actor, thread: Thread, text: str, mentions: Iterable[UUID]) -> Comment:
    """The comment, with the people whom it names, and everyone told whom it concerns."""
    comment = Comment.objects.create(
        organization_id=actor.organization_id,
        thread=thread,
        author_id=actor.person_id,
        text=checked_text(text),
        written_at=clock.now(),
    )
    named = mention(actor, comment, mentions)
    _tell_readers(actor, comment, {person.pk for person in named})
    return comment


def mention(actor: Actor, comment: Comment, mentions: Iterable[UUID]) -> list[User]:
    """Those who are named by id or as "@Name" in the text and were not yet; each is told. Raises Invalid
    `mention_unseen` beside the field, and nobody is told, where one of them does not read the thread. Of two people
    of one name the one who is named by id is meant."""
    by_id = set(mentions) - {actor.person_id}
    members = _members(actor, comment)
    named = [row for row in members if row.user_id in by_id]
    if by_id - {row.user_id for row in named}:
        raise _beside("mentions", "mention_unseen", _("Somebody named is not here."))
    chosen = {str(row.user).casefold() for row in named}
    at_names = [
        row
        for row in _named_in(comment.text, members)
        if row.user_id != actor.person_id and str(row.user).casefold() not in chosen
    ]
    for row, field in [*((row, "mentions") for row in named), *((row, "text") for row in at_names)]:
        if not sees(actor_of_membership(row), comment.thread):
            raise _beside(field, "mention_unseen", _why_not(row, comment.thread))
    known = set(Mention.objects.filter(comment=comment).values_list("person_id", flat=True))
    fresh = {row.user_id: row.user for row in (*named, *at_names) if row.user_id not in known}
    organization_id = actor.organization_id
    Mention.objects.bulk_create(
        [Mention(organization_id=organization_id, comment=comment, person=person) for person in fresh.values()]
    )
    _tell(actor, comment, fresh, "comment.mentioned", _("%(who)s mentioned you: %(contract)s"))
    return list(fresh.values())


def _members(actor: Actor, comment: Comment) -> list[Membership]:
    """Whom the actor may know of: everyone for our own people, for the other side those whose names it is told."""
    rows = Membership.objects.filter(removed_at=None, user__is_active=True).select_related("user")
    if actor.is_counterparty:
        names = names_shown(actor, comment.thread.contract)
        rows = rows.filter(user__in=[*(names.told or ()), *names.theirs])
    return list(rows)


def _named_in(text: str, members: list[Membership]) -> list[Membership]:
    """Members whose name stands in the text behind an @, the longest name first: "@Ann Lee" is not "@Ann"."""
    if "@" not in text:
        return []
    left, found = text, []
    for row in sorted(members, key=lambda row: -len(str(row.user))):
        left, times = re.subn(rf"(?<!\w)@{re.escape(str(row.user))}(?!\w)", " ", left, flags=re.IGNORECASE)
        if times:
            found.append(row)
    return found


def _why_not(row: Membership, thread: Thread) -> str:
    name = {"name": str(row.user)}
    if row.roles == ["counterparty"] and not thread.is_shared:
        return _("%(name)s is of the other side and does not read what is said among us.") % name
    if row.roles == ["counterparty"] and row.user_id in their_people(thread.contract):
        return _("%(name)s reads this once the text is handed over: name them then.") % name
    return _("%(name)s does not see this contract.") % name


def _tell_readers(actor: Actor, comment: Comment, told: set[UUID]) -> None:
    """Who wrote in the thread before; of what is shared also the other side, or the contract's owner."""
    thread = comment.thread
    people = _writers(thread)
    if thread.is_shared:
        people |= {thread.contract.owner_id} if actor.is_counterparty else their_people(thread.contract)
    people -= told | {actor.person_id}
    _tell(actor, comment, people, "comment.written", _("%(who)s commented: %(contract)s"))


def tell_of_answer(actor: Actor, comment: Comment) -> None:
    """Who wrote in the thread is told of an answer that came in a document; its writer is nobody of the house."""
    people = _writers(comment.thread) - {actor.person_id}
    _tell(actor, comment, people, "comment.written", _("%(who)s commented: %(contract)s"))


def _writers(thread: Thread) -> set[UUID]:
    rows = Comment.objects.filter(thread=thread, author__isnull=False)
    return set(rows.values_list("author_id", flat=True))


def _tell(actor: Actor, comment: Comment, people: Iterable[UUID], kind: str, title: str) -> None:
    thread = comment.thread
    tell(
        people,
        kind=kind,
        title=title % {"who": comment.writer or _("The other side"), "contract": thread.contract.title},
        body=comment.text[:2000],
        url=reverse("thread", args=[thread.pk]),
        subject=thread,
        dedupe_key=f"{kind}:{comment.pk}:{comment.edited_at or ''}",
    )


def _beside(field: str, code: str, message: str) -> Invalid:
    return Invalid(code, message, fields={field: [message]})
