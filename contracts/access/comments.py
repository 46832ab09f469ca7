"""Who may read and write comments: everyone who sees the contract, the other side only what is shared with it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from clm.access.permissions import visible
from clm.access.registry import register_verbs, register_visibility, seen_through
from clm.access.subjects import register_subjects
from clm.accounts.roles import EVERYONE, Role
from clm.lib.actor import Actor
from contracts.access import EDITORS, VIEW_INSIDE
from contracts.models import Clause, Comment, Contract, FormerWords, Mention, Thread
from contracts.models.comment import Audience
from contracts.states import DraftState, Side

VIEW = "contracts.view_comment"
# What the other side reads is written by those who negotiate.
TO_OTHER_SIDE = "contracts.write_to_other_side"
WRITERS = EVERYONE - {Role.AUDITOR}


def register() -> None:
    register_verbs(
        {
            VIEW: EVERYONE,
            "contracts.start_thread": WRITERS,
            "contracts.reply_to_thread": WRITERS,
            "contracts.edit_comment": WRITERS,
            "contracts.resolve_thread": WRITERS,
            "contracts.reopen_thread": WRITERS,
            TO_OTHER_SIDE: EDITORS | {Role.COUNTERPARTY},
        }
    )
    register_subjects(Thread)
    register_visibility(Thread, VIEW, _threads)
    register_visibility(Comment, VIEW, seen_through("thread", lambda: Thread))
    for inside in (FormerWords, Mention):
        register_visibility(inside, VIEW_INSIDE, seen_through("comment", lambda: Comment))


def _threads(actor: Actor, rows: QuerySet[Thread]) -> QuerySet[Thread]:
    """Where the contract is seen. A draft's threads are its side's until it is handed over, and the other side reads
    only what is shared, on texts that it has."""
    seen = rows.filter(contract__in=visible(actor, Contract.objects.all()).values("pk"))
    if not actor.is_counterparty:
        theirs = Q(draft_clause__draft__side=Side.THEIRS) & ~Q(draft_clause__draft__state=DraftState.HANDED_OVER)
        return seen.exclude(theirs)
    clauses = visible(actor, Clause.objects.all()).values("pk")
    on_text = Q(clause=None) | Q(clause__in=clauses)
    on_draft = Q(draft_clause=None) | Q(draft_clause__draft__side=Side.THEIRS) | Q(draft_clause__became__in=clauses)
    return seen.filter(on_text, on_draft, audience=Audience.SHARED)
