"""Reads about turns and drafts: rows, today's numbers, and what is shown to whoever writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from clm.access.permissions import can, visible
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.access.drafts import side_of
from contracts.access.other_side import note_for
from contracts.engine.numbering import Placed, numbers
from contracts.engine.references import Numbered, addresses
from contracts.models import Change, ClauseEdit, Contract, Draft, DraftClause, Receipt, Turn, UnsavedWords, Version
from contracts.states import ContractState, DraftState, Side

NEGOTIABLE = frozenset({ContractState.DRAFT, ContractState.IN_REVIEW, ContractState.IN_NEGOTIATION})
KEPT = (ClauseEdit.Outcome.CONFLICT, ClauseEdit.Outcome.TURN_OVER, ClauseEdit.Outcome.UNSAVED_KEPT)


@dataclass(frozen=True, slots=True)
class Labels:
    """By clause: the number before it, and how references name it."""

    shown: Mapping[str, str]
    referred: Mapping[str, str]


def draft_rows() -> QuerySet[Draft]:
    return Draft.objects.select_related("contract", "base", "version")


def clause_rows(draft: Draft) -> QuerySet[DraftClause]:
    """All clauses in order, removed ones included, with what is shown beside them; `is_plain` are those that the
    other side added without a number."""
    rows = DraftClause.objects.filter(draft=draft).select_related(
        "origin", "library_version__clause", "changed_by", "held_by"
    )
    unnumbered = Change.objects.filter(draft_clause=OuterRef("pk"), sent_clause=None, received_clause__number="")
    return rows.annotate(is_plain=Exists(unnumbered)).order_by("place")


def open_draft(actor: Actor, contract: Contract) -> Draft | None:
    """The draft that the actor's side writes; None where there is none."""
    return visible(actor, draft_rows().filter(contract=contract, state=DraftState.OPEN)).first()


def is_open(draft: Draft) -> bool:
    """Whether it is its side's turn and the draft is not handed over. Fetch the draft with its contract joined."""
    return draft.state == DraftState.OPEN and draft.contract.turn == draft.side


def base_for(contract: Contract, side: Side) -> Version | None:
    """What the side's next draft begins from: we from what the other side's unanswered text answers, else from our
    newest, whether it was sent or not; they from the newest that they have."""
    answered = _unanswered(contract) if side is Side.OURS else None
    if answered is not None:
        return answered.sent
    rows = Version.objects.filter(contract=contract)
    found = rows.filter(side=Side.OURS) if side is Side.OURS else rows.filter(shared_at__isnull=False)
    return found.order_by("-number").first()


def _unanswered(contract: Contract) -> Receipt | None:
    """What came back last, where we have sent nothing since."""
    rows = Receipt.objects.filter(version__contract=contract, version__shared_at__isnull=False)
    found = rows.select_related("version", "sent").order_by("-version__number").first()
    sent = last_sent(contract)
    if found is None or (sent is not None and sent.number > found.version.number):
        return None
    return found


def last_sent(contract: Contract) -> Version | None:
    """Our newest text that the other side has."""
    rows = Version.objects.filter(contract=contract, side=Side.OURS, shared_at__isnull=False)
    return rows.order_by("-number").first()


def labels_of(clauses: Sequence[DraftClause]) -> Labels:
    """Today's numbers of a draft's clauses, fetched with their origins and in order."""
    placed = [
        Placed(
            key=str(clause.pk),
            level=clause.level,
            label=clause.number,
            origin=clause.origin.position if clause.origin else None,
            origin_level=clause.origin.level if clause.origin else None,
            is_removed=clause.is_removed,
            is_plain=getattr(clause, "is_plain", False),
        )
        for clause in clauses
    ]
    shown = numbers(placed)
    kept = [clause for clause in clauses if not clause.is_removed]
    referred = addresses([Numbered(str(each.pk), each.level, shown.get(str(each.pk), "")) for each in kept])
    return Labels(shown, {key: label for key, label in referred.items() if label})


@dataclass(frozen=True, slots=True)
class TurnNow:
    """Whose turn it is for the reader, and since when."""

    is_ours: bool
    since: datetime
    number: int


def turn_now(actor: Actor, contract: Contract) -> TurnNow:
    """One query. A contract that was never handed over has been on our side since it was created."""
    row = Turn.objects.filter(contract=contract, ended_at=None).first()
    since = row.began_at if row else contract.created_at
    return TurnNow(contract.turn == side_of(actor), since, row.number if row else 1)


def turns(actor: Actor, contract: Contract) -> list[Turn]:
    """All turns that there were, newest first; `is_own` says which were the reader's side's, `said` is the note to
    what was handed over, as far as the reader may read it."""
    rows = list(visible(actor, Turn.objects.filter(contract=contract).select_related("version")).order_by("-number"))
    for row in rows:
        row.is_own = row.side == side_of(actor)  # type: ignore[attr-defined]
        row.said = note_for(actor, row.version) if row.version else ""  # type: ignore[attr-defined]
    return rows


def kept_words(actor: Actor, draft: Draft) -> list[ClauseEdit]:
    """The reader's own words that were sent for this draft or one before it and not saved, until they are settled."""
    rows = ClauseEdit.objects.filter(
        author_id=actor.person_id,
        outcome__in=KEPT,
        settled_by=None,
        draft_clause__draft__contract_id=draft.contract_id,
        draft_clause__draft__side=draft.side,
        draft_clause__draft__number__lte=draft.number,
    )
    return list(rows.select_related("author", "draft_clause").order_by("at", "id"))


def unsaved_words(actor: Actor, draft: Draft) -> list[UnsavedWords]:
    rows = UnsavedWords.objects.filter(draft_clause__draft=draft, person_id=actor.person_id)
    return list(rows.order_by("draft_clause__place", "at"))


def can_edit(actor: Actor, draft: Draft) -> bool:
    return is_open(draft) and can(actor, "contracts.edit_clause", draft)


def shown_draft(actor: Actor, draft: Draft) -> dict[str, Any]:
    """The draft as contracts/pages/draft_endpoints.py says; a fixed number of queries."""
    clauses = list(clause_rows(draft))
    labels = labels_of(clauses)
    return {
        "id": draft.pk,
        "contract": draft.contract_id,
        "number": draft.number,
        "state": draft.state,
        "side": draft.side,
        "revision": draft.revision,
        "base": {"id": draft.base.pk, "number": draft.base.number} if draft.base else None,
        "can_edit": can_edit(actor, draft),
        "referred": labels.referred,
        "clauses": [shown_clause(actor, clause, labels) for clause in clauses],
        "kept": [shown_edit(edit) for edit in kept_words(actor, draft)],
        "unsaved": [shown_words(words) for words in unsaved_words(actor, draft)],
    }


def pulse(actor: Actor, draft: Draft) -> dict[str, Any]:
    """What changes from moment to moment, without the texts."""
    clauses = list(clause_rows(draft).defer("body", "text", "origin__text"))
    labels = labels_of(clauses)
    return {
        "state": draft.state,
        "can_edit": can_edit(actor, draft),
        "revision": draft.revision,
        "labels": labels.shown,
        "referred": labels.referred,
        "order": [clause.pk for clause in clauses],
        "clauses": {
            str(clause.pk): {
                "revision": clause.revision, "is_removed": clause.is_removed, "held": _held(actor, clause),
            }
            for clause in clauses
        },
    }  # fmt: skip


def shown_clause(actor: Actor, clause: DraftClause, labels: Labels) -> dict[str, Any]:
    return {
        "id": clause.pk,
        "place": clause.place,
        "level": clause.level,
        "number": clause.number,
        "label": labels.shown.get(str(clause.pk), ""),
        "heading": clause.heading,
        "body": clause.body,
        "text": clause.text,
        "revision": clause.revision,
        "is_removed": clause.is_removed,
        "origin": clause.origin_id,
        "library": _library(actor, clause),
        "changed_by": str(clause.changed_by) if clause.changed_by else "",
        "changed_at": clause.changed_at,
        "held": _held(actor, clause),
    }


def shown_change(actor: Actor, clause: DraftClause, *, merged: bool = False) -> dict[str, Any]:
    """The answer to a change of a clause: with the numbers of all, which it may have changed."""
    draft = draft_rows().get(pk=clause.draft_id)
    clauses = list(clause_rows(draft))
    labels = labels_of(clauses)
    found = next(each for each in clauses if each.pk == clause.pk)
    return {
        "clause": shown_clause(actor, found, labels),
        "merged": merged,
        "draft_revision": draft.revision,
        "labels": labels.shown,
        "referred": labels.referred,
        "order": [each.pk for each in clauses],
    }


def shown_edit(edit: ClauseEdit) -> dict[str, Any]:
    names = ("heading", "body", "text", "at", "outcome", "based_on", "revision")
    return {
        "id": edit.pk,
        "clause": edit.draft_clause_id,
        "by": str(edit.author),
        **{name: getattr(edit, name) for name in names},
    }


def shown_words(words: UnsavedWords) -> dict[str, Any]:
    names = ("session", "revision", "heading", "body", "text", "at")
    return {"clause": words.draft_clause_id, **{name: getattr(words, name) for name in names}}


def edits_of(actor: Actor, clause: DraftClause) -> list[ClauseEdit]:
    """What was sent for the clause, newest first, as far as the actor may read it."""
    rows = ClauseEdit.objects.filter(draft_clause=clause).exclude(outcome=ClauseEdit.Outcome.SETTLED)
    return list(visible(actor, rows.select_related("author")).order_by("-at", "-id")[:200])


def _library(actor: Actor, clause: DraftClause) -> dict[str, Any] | None:
    """What the clause was taken from; the other side is not told what its own text rests on with us."""
    held = clause.library_version
    if held is None or not can(actor, "contracts.view_library"):
        return None
    return {
        "version": held.pk,
        "clause": held.clause_id,
        "title": held.clause.title,
        "position": clause.library_position,
    }


def _held(actor: Actor, clause: DraftClause) -> dict[str, Any] | None:
    if clause.held_by is None or clause.held_until is None or clause.held_until <= clock.now():
        return None
    is_mine = clause.held_by_id == actor.user_id
    return {"by": str(clause.held_by), "until": clause.held_until, "is_mine": is_mine}
