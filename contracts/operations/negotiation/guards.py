"""What the verbs about changes share: the order of locks, our draft, where a clause goes, and how it comes back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clm.audit.moves import move
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, NotVisible
from clm.lib.locks import lock_row
from contracts.engine.body import Body, body_of
from contracts.engine.references import Numbered, Numbering, retied, tied
from contracts.models import Change, Clause, Contract, Draft, DraftClause
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.guards import locked_draft
from contracts.papers.reader import body_offset
from contracts.queries.changes import IN_OUR_DRAFT, counterpart, newest_receipt
from contracts.queries.drafts import clause_rows, labels_of
from contracts.states import ChangeState, Side


def locked_change(change_id: UUID) -> Change:
    """The change as it is now, its contract locked before it: ask permission next. Raises NotVisible."""
    contract_id = Change.objects.filter(pk=change_id).values_list("contract_id", flat=True).first()
    if contract_id is None:
        raise NotVisible
    contract = lock_row(Contract, contract_id)
    change = lock_row(
        Change, change_id, "version__contract", "sent_clause", "received_clause", "draft_clause__draft", "decided_by"
    )
    change.contract = contract
    return change


def check_ours(change: Change) -> None:
    """Raise DomainError `turn_over` unless it is our turn and the change is of what came back last."""
    receipt = newest_receipt(change.contract)
    if change.contract.turn != Side.OURS or receipt is None or receipt.version_id != change.version_id:
        raise DomainError("turn_over", _("What came back was answered already: its changes are decided."))


def check_undecided(change: Change) -> None:
    if change.state != ChangeState.OPEN:
        raise DomainError("change_decided", _("This change was decided already: take the decision back first."))


def our_draft(actor: Actor, change: Change) -> Draft:
    """Our open draft, locked; begun where there is none. Raises DomainError `other_base`."""
    draft = locked_draft(actor, "contracts.edit_clause", begin_draft(actor=actor, contract_id=change.contract_id).pk)
    receipt = newest_receipt(change.contract)
    if receipt is None or draft.base_id != receipt.sent_id:
        raise DomainError(
            "other_base", _("Our draft was not begun from what was sent: write the change into it by hand.")
        )
    return draft


def in_draft(draft: Draft, clause: Clause | None) -> DraftClause:
    """Our clause that began as the sent one, locked. Raises DomainError `clause_gone`."""
    found = counterpart(draft, clause)
    if found is None:
        raise DomainError("clause_gone", _("Our draft has no such clause."))
    found = lock_row(DraftClause, found.pk, "origin", "library_version__clause")
    found.draft = draft
    return found


def words_in(clause: Clause | None) -> list[str]:
    """The lines of a clause without number and heading."""
    if clause is None:
        return []
    return [line.strip() for line in clause.text[body_offset(clause) :].split("\n") if line.strip()]


def tied_body(change: Change, draft: Draft, made: DraftClause | None = None) -> Body:
    """The received clause's words, their references tied to the clauses of our draft by the received version's
    numbers; those to a clause that our draft has not stay words. `made` is ours for the received
    clause, where the change does not say so yet."""
    received, body = change.received_clause, body_of(words_in(change.received_clause))
    if received is None:
        return body
    clauses = Clause.objects.filter(version_id=received.version_id).order_by("position")
    rows = clauses.values_list("pk", "level", "number")
    numbering = Numbering.of([Numbered(str(pk), level, number) for pk, level, number in rows])
    ours = {str(key): str(value) for key, value in _ours(change, draft).items()}
    if made is not None:
        ours[str(received.pk)] = str(made.pk)
    return retied(tied(body, numbering, str(received.pk)), ours, labels_of(list(clause_rows(draft))).referred)


def tied_words(draft: Draft, lines: list[str], clause: DraftClause | None = None) -> Body:
    """Our own words for a clause, their references tied by our draft's present numbers."""
    rows = list(clause_rows(draft))
    shown = labels_of(rows).shown
    kept = [row for row in rows if not row.is_removed]
    numbering = Numbering.of([Numbered(str(row.pk), row.level, shown.get(str(row.pk), "")) for row in kept])
    return tied(body_of(lines), numbering, str(clause.pk) if clause else "")


def _ours(change: Change, draft: Draft) -> dict[UUID, UUID]:
    """Received clause -> the clause of our draft that it is."""
    rows = DraftClause.objects.filter(draft=draft, origin__isnull=False)
    drafted = dict(rows.values_list("origin_id", "pk"))
    found = {new: drafted[old] for new, old in _unchanged(change).items() if old in drafted}
    for row in _siblings(change).filter(received_clause__isnull=False):
        began = drafted.get(row.sent_clause_id) if row.sent_clause_id else None
        ours = row.draft_clause_id if stands_in(row, draft) else began
        if row.received_clause_id and ours:
            found[row.received_clause_id] = ours
    return found


def stands_in(change: Change, draft: Draft) -> bool:
    """Whether our draft has the decision: their words, or ours for them."""
    held = change.draft_clause
    return change.state in IN_OUR_DRAFT and held is not None and held.draft_id == draft.pk


def place_for(change: Change, draft: Draft) -> UUID | None:
    """Behind which clause of our draft theirs stands: that of the nearest clause before it that our draft has too,
    at the place where they have it."""
    received = change.received_clause
    if received is None:
        return None
    before = Clause.objects.filter(version_id=received.version_id, position__lt=received.position)
    ids = list(before.order_by("-position").values_list("pk", flat=True))
    known = {row.received_clause_id: row for row in _siblings(change).filter(received_clause__in=ids)}
    matched = _unchanged(change)
    for pk in ids:
        row = known.get(pk)
        if row is not None and row.kind == Change.Kind.MOVED and not _moved_in(row, draft):
            continue
        if row is not None and row.draft_clause and row.draft_clause.draft_id == draft.pk:
            return row.draft_clause_id
        origin = row.sent_clause_id if row is not None else matched.get(pk)
        found = DraftClause.objects.filter(draft=draft, origin_id=origin).first() if origin else None
        if found is not None:
            return found.pk
    return None


def _moved_in(row: Change, draft: Draft) -> bool:
    return row.state == ChangeState.ACCEPTED and stands_in(row, draft)


def _siblings(change: Change) -> QuerySet[Change]:
    return Change.objects.filter(version_id=change.version_id).select_related("draft_clause")


def _unchanged(change: Change) -> dict[UUID, UUID]:
    """Received clause -> sent clause, of those that are alike: they are the rest, in order."""
    receipt = newest_receipt(change.contract)
    if receipt is None:
        return {}
    rows = list(_siblings(change).values_list("sent_clause_id", "received_clause_id"))
    taken_old, taken_new = {row[0] for row in rows}, {row[1] for row in rows}
    ids = Clause.objects.order_by("position").values_list("pk", flat=True)
    old = [pk for pk in ids.filter(version_id=receipt.sent_id) if pk not in taken_old]
    new = [pk for pk in ids.filter(version_id=change.version_id) if pk not in taken_new]
    return dict(zip(new, old, strict=False))


def decide(actor: Actor, change: Change, to: str, **facts: Any) -> str:
    """The change is decided; facts are `counter`, `draft_clause` and `undo`. Answers the state before."""
    before: str = move(actor, change, to=to)
    for name, value in facts.items():
        setattr(change, name, value)
    change.decided_by_id, change.decided_at = actor.user_id, clock.now()
    change.save(update_fields=["decided_by", "decided_at", *facts])
    return before
