"""What the verbs about changes share: the order of locks, what is read for a decision, and how one is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clm.access.base import give_ids
from clm.audit.moves import move_all
from clm.events.record import Event
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, NotVisible
from clm.lib.locks import lock_row
from contracts.engine.body import Body, body_of, paragraphs_of, plain, references_in
from contracts.engine.looks import dressed, marked_body
from contracts.engine.merge import merge, merged_heading
from contracts.engine.references import Numbered, Numbering, nodes_in, retied, tied
from contracts.events import changes as events
from contracts.models import Change, Clause, ClauseEdit, Contract, Draft, DraftClause, Receipt, UnsavedWords, Version
from contracts.operations.drafting.abandon_draft import close_overtaken
from contracts.operations.drafting.begin_draft import begin_draft, clauses_to_begin
from contracts.operations.drafting.guards import (
    MAX_HEADING,
    MAX_LEVEL,
    Outcome,
    Words,
    check_size,
    first_edit,
    locked_draft,
    put_unsaved_away,
    words_at,
    words_of,
)
from contracts.papers.reader import body_in
from contracts.queries.changes import (
    IN_OUR_DRAFT,
    has_unsent_words,
    left_open,
    newest_receipt,
    refused_in,
    unanswered_receipt,
)
from contracts.queries.drafts import Labels, clause_rows, labels_of
from contracts.states import ChangeState, DraftState, Side

Kind = Change.Kind


def locked_change(change_id: UUID) -> Change:
    """The change as it is now, its contract locked before it: ask permission next. Raises NotVisible."""
    contract_id = Change.objects.filter(pk=change_id).values_list("contract_id", flat=True).first()
    if contract_id is None:
        raise NotVisible
    contract = lock_row(Contract, contract_id)
    change = lock_row(Change, change_id, "draft_clause__draft", "decided_by")
    change.contract = contract
    return change


def check_ours(contract: Contract, version_id: UUID) -> Receipt:
    """What came back last. Raises DomainError `turn_over` unless it is our turn and that is this version."""
    receipt = newest_receipt(contract)
    if contract.turn != Side.OURS or receipt is None or receipt.version_id != version_id:
        raise DomainError("turn_over", _("What came back was answered already: its changes are decided."))
    return receipt


def check_undecided(change: Change) -> None:
    if change.state != ChangeState.OPEN:
        raise DomainError("change_decided", _("This change was decided already: take the decision back first."))


def check_in_clauses(change: Change) -> None:
    """Our draft holds clauses alone. Raises DomainError `outside_clauses`."""
    if change.is_outside:
        message = _("This is outside of the clauses: ours stays. To take theirs over, upload a version that has it.")
        raise DomainError("outside_clauses", message)


def settle_negotiation(actor: Actor, version: Version) -> None:
    """Nothing is left hanging when a text becomes final: drafts in which nothing was written are closed. The contract
    is locked.

    Raises DomainError `changes_open`, `changes_refused`, `draft_open`.
    """
    _check_decided(version)
    rows = Draft.objects.select_for_update().filter(contract_id=version.contract_id, state=DraftState.OPEN)
    drafts = list(rows)
    for draft in drafts:
        draft.contract = version.contract
        if has_unsent_words(draft):
            raise _draft_open(draft)
    for draft in drafts:
        close_overtaken(actor, draft)


def _check_decided(version: Version) -> None:
    receipt = unanswered_receipt(version.contract)
    if receipt is None:
        return
    left = left_open(receipt, lost=receipt.version_id != version.pk).count()
    if left:
        message = _("%(count)s of the other side's changes are not decided yet: decide them first.")
        raise DomainError("changes_open", message % {"count": left}, detail={"open": left})
    rejected = list(refused_in(receipt).defer("old_text", "new_text")) if receipt.version_id == version.pk else []
    refused = len(rejected)
    if refused and all(change.is_outside for change in rejected):
        message = _(
            "This document differs from ours outside of the clauses: hand over and sign our text, or upload this one"
            " as a version of ours."
        )
        raise DomainError("changes_refused", message, detail={"refused": refused})
    if refused:
        message = _(
            "This text holds %(count)s changes that were not accepted: accept them, or hand over and sign our text."
        )
        raise DomainError("changes_refused", message % {"count": refused}, detail={"refused": refused})


def _draft_open(draft: Draft) -> DomainError:
    message = _("Our draft has words that were not sent: hand it over, or abandon it.")
    if draft.side == Side.THEIRS:
        message = _("The other side is writing: wait until it hands over, or upload its answer.")
    return DomainError("draft_open", message, detail={"side": draft.side})


@dataclass
class Desk:
    """What a decision needs, read once: our draft with its clauses in order, the paper that was sent, the one that came
    back, and its changes. Decisions are made here, and `put_down` writes what became of the draft."""

    actor: Actor
    receipt: Receipt
    draft: Draft
    rows: list[DraftClause]
    sent: Sequence[Clause]
    received: Sequence[Clause]
    changes: dict[UUID, Change]
    firsts: dict[UUID, ClauseEdit]
    taken: set[UUID] = field(default_factory=set)
    added: list[DraftClause] = field(default_factory=list)
    written: dict[UUID, DraftClause] = field(default_factory=dict)
    edits: list[ClauseEdit] = field(default_factory=list)
    moved_undo: dict[UUID, Change] = field(default_factory=dict)
    as_read: dict[UUID, tuple[int, int, bool, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in self.rows:
            row.draft = self.draft
        self.as_read = {row.pk: _standing(row) for row in self.rows}
        self.size = sum(len(row.heading) + len(row.text) for row in self.rows)

    @cached_property
    def by_id(self) -> dict[UUID, DraftClause]:
        return {row.pk: row for row in self.rows}

    @cached_property
    def by_origin(self) -> dict[UUID, DraftClause]:
        return {row.origin_id: row for row in self.rows if row.origin_id}

    @cached_property
    def by_received(self) -> dict[UUID, Change]:
        return {row.received_clause_id: row for row in self.changes.values() if row.received_clause_id}

    @cached_property
    def by_sent(self) -> dict[UUID, Change]:
        return {row.sent_clause_id: row for row in self.changes.values() if row.sent_clause_id}

    @cached_property
    def pairs(self) -> dict[UUID, UUID]:
        """Received clause -> sent clause; those without a change are alike, and the rest of both in order."""
        pairs = {row.received_clause_id: row.sent_clause_id for row in self.changes.values()}
        old = [clause.pk for clause in self.sent if clause.pk not in self.by_sent]
        new = [clause.pk for clause in self.received if clause.pk not in self.by_received]
        alike = dict(zip(new, old, strict=False))
        return alike | {new: old for new, old in pairs.items() if new and old}

    @cached_property
    def theirs(self) -> dict[UUID, Clause]:
        return {clause.pk: clause for clause in self.received}

    @cached_property
    def before(self) -> dict[UUID, Clause]:
        return {clause.pk: clause for clause in self.sent}

    @cached_property
    def numbering(self) -> Numbering:
        """How the paper that came back numbers its clauses."""
        numbered = [Numbered(str(each.pk), each.level, each.number) for each in self.received]
        return Numbering.of(numbered, [each.text for each in self.received])

    @cached_property
    def labels(self) -> Labels:
        return labels_of(self.rows)

    def in_draft(self, change: Change) -> DraftClause:
        """Our clause that began as the sent one. Raises DomainError `clause_gone`."""
        found = self.by_origin.get(change.sent_clause_id) if change.sent_clause_id else None
        if found is None:
            raise DomainError("clause_gone", _("Our draft has no such clause."))
        return found

    def is_taken(self, change: Change) -> bool:
        """Whether it was accepted, and stands in this draft."""
        is_accepted = change.state == ChangeState.ACCEPTED and change.draft_clause_id in self.by_id
        return is_accepted or change.pk in self.taken

    def ours_for(self, received: UUID) -> DraftClause | None:
        """Our clause for one of theirs."""
        change = self.by_received.get(received)
        if change is not None and change.sent_clause_id is None:
            is_here = change.state in IN_OUR_DRAFT or change.pk in self.taken
            return self.by_id.get(change.draft_clause_id) if is_here and change.draft_clause_id else None
        return self.by_origin.get(self.pairs[received]) if received in self.pairs else None

    def spot_for(self, change: Change) -> DraftClause | None:
        """Behind which clause of ours theirs stands: that of the nearest clause before it that our draft has where they
        have it. None: at the beginning."""
        at = next(index for index, each in enumerate(self.received) if each.pk == change.received_clause_id)
        for clause in reversed(self.received[:at]):
            before = self.by_received.get(clause.pk)
            is_elsewhere = before is not None and before.kind == Kind.MOVED and not self.is_taken(before)
            found = None if is_elsewhere else self.ours_for(clause.pk)
            if found is not None:
                return found
        return None

    def home_of(self, row: DraftClause) -> DraftClause | None:
        """Behind which clause it stood in what was sent: the nearest one before it that still stands there."""
        at = next(index for index, each in enumerate(self.sent) if each.pk == row.origin_id)
        return next((found for each in reversed(self.sent[:at]) if (found := self._at_home(each.pk))), None)

    def _at_home(self, sent: UUID) -> DraftClause | None:
        change = self.by_sent.get(sent)
        if change is not None and change.kind == Kind.MOVED and self.is_taken(change):
            return None
        return self.by_origin.get(sent)

    def is_at_home(self, row: DraftClause) -> bool:
        """Whether nobody of ours moved it: it follows the clause that it followed in what was sent."""
        at = self.rows.index(row)
        old = (each for each in reversed(self.rows[:at]) if each.origin_id and self._at_home(each.origin_id))
        return next(old, None) is self.home_of(row)

    def put_behind(self, row: DraftClause, before: DraftClause | None) -> None:
        """The clause alone: those below it stay, as they do where the other side moved it."""
        if before is row:
            return
        self.rows.remove(row)
        self.rows.insert(0 if before is None else self.rows.index(before) + 1, row)

    def theirs_tied(self, change: Change, made: DraftClause | None = None) -> Body:
        """The received clause's words, their references tied to our clauses by the received paper's numbers. Where our
        draft has not the clause (yet), the reference waits under that clause's own id: see `follow`. `made` is ours for
        the received clause, where the change does not say so yet."""
        received = self.theirs[change.received_clause_id] if change.received_clause_id else None
        if received is None:
            return body_of([])
        body = tied(body_in(received), self.numbering, str(received.pk))
        keys = {}
        for key in references_in(body):
            found = self.ours_for(UUID(key))
            keys[key] = str(found.pk) if found else key
        if made is not None:
            keys[str(received.pk)] = str(made.pk)
        return retied(body, keys, self.labels.referred)

    def ours_tied(self, lines: Sequence[str], here: DraftClause | None = None) -> Body:
        """Our own words for a clause, their references tied by our draft's present numbers; words that it has already
        keep their marks."""
        kept = [row for row in self.rows if not row.is_removed]
        numbered = [Numbered(str(row.pk), row.level, self.labels.shown[str(row.pk)]) for row in kept]
        numbering = Numbering.of(numbered, [row.text for row in kept])
        body = tied(marked_body("\n".join(lines)), numbering, str(here.pk) if here else "")
        return retied(
            dressed(body, here.body) if here else body,
            {str(row.pk): str(row.pk) for row in kept},
            self.labels.referred,
        )

    def merged(self, row: DraftClause, change: Change) -> Words:
        """Their words on top of ours; what both began from are the words that our draft began with.

        Raises DomainError `words_clash`.
        """
        received = self.theirs[change.received_clause_id] if change.received_clause_id else None
        if received is None:
            return Words(row.heading, row.body, row.text)
        first = self.first_words(row)
        theirs = _like(first.body, self.theirs_tied(change))
        # A plain text or a PDF says nothing of marks: what they left as it was looks as it did.
        both = merge(first.body, theirs if received.marks else dressed(theirs, first.body), row.body)
        heading = merged_heading(first.heading, received.heading[:MAX_HEADING], row.heading)
        if both.clashes or heading is None:
            raise DomainError(
                "words_clash", _("Our draft says something else in the same place: counter the change, or reject it.")
            )
        return words_of(heading, both.body)

    def first_words(self, row: DraftClause) -> Words:
        """What stood in the clause when the draft began."""
        first = self.firsts.get(row.pk)
        return Words(first.heading, first.body, first.text) if first else Words(row.heading, row.body, row.text)

    def words_before(self, row: DraftClause, revision: int) -> Words:
        return self.first_words(row) if revision == 1 else words_at(row, revision)

    def write(self, row: DraftClause, words: Words) -> None:
        """The clause has the words under its next revision; the same words change nothing."""
        if words.are_in(row):
            return
        if row.revision == 1 and row.pk not in self.firsts:
            self.firsts[row.pk] = first_edit(row)
            self.edits.append(self.firsts[row.pk])
        based_on = row.revision
        row.heading, row.body, row.text = words.heading, words.body, words.text
        row.revision += 1
        row.changed_by_id, row.changed_at = self.actor.person_id, clock.now()
        self._keep(row, based_on)
        self.written[row.pk] = row

    def add(self, change: Change, level: int, heading: str, after: DraftClause | None) -> DraftClause:
        """A clause without words comes into the draft: `fill` it."""
        now = clock.now()
        row = DraftClause(
            organization_id=self.draft.organization_id,
            draft=self.draft,
            level=level,
            heading=heading,
            body=body_of([]),
            changed_by_id=self.actor.person_id,
            changed_at=now,
            created_at=now,
        )
        give_ids([row])
        received = self.theirs[change.received_clause_id] if change.received_clause_id else None
        row.is_plain = received is not None and not received.number  # type: ignore[attr-defined]
        self.rows.insert(0 if after is None else self.rows.index(after) + 1, row)
        self.by_id[row.pk] = row
        self.added.append(row)
        return row

    def fill(self, row: DraftClause, body: Body) -> None:
        """The words of a clause that was added, under revision 1."""
        words = words_of(row.heading, body)
        row.body, row.text = words.body, words.text
        self._keep(row, 1)
        self.firsts[row.pk] = self.edits[-1]

    def _keep(self, row: DraftClause, based_on: int) -> None:
        edit = ClauseEdit(
            organization_id=row.organization_id,
            draft_clause_id=row.pk,
            based_on=based_on,
            revision=row.revision,
            heading=row.heading,
            body=row.body,
            text=row.text,
            author_id=self.actor.person_id,
            at=clock.now(),
            outcome=Outcome.SAVED,
        )
        self.edits.append(edit)

    def follow(self, keys: dict[str, str]) -> None:
        """References in all clauses go to other ids, and decisions that stand in those clauses can still be taken
        back."""
        for row in self.rows:
            found = references_in(row.body)
            if not found & keys.keys():
                continue
            before = row.revision
            ties = {key: keys.get(key, key) for key in found}
            body = retied(row.body, ties, dict(nodes_in(row.body)) | dict(self.labels.referred))
            self.write(row, Words(row.heading, body, plain(body)))
            for change in self.changes.values():
                if change.draft_clause_id == row.pk and change.undo.get("made") == before:
                    change.undo["made"] = row.revision
                    self.moved_undo[change.pk] = change

    def put_down(self) -> None:
        """The draft is written as it stands here. Raises DomainError `draft_full`."""
        if self.added:
            self.__dict__.pop("labels", None)
            waiting = {str(each.pk) for each in self.received}
            keys = {key: str(row.pk) for key in waiting if (row := self.ours_for(UUID(key))) is not None}
            self.follow(keys)
        grown = sum(len(row.heading) + len(row.text) for row in self.rows) - self.size
        check_size(self.draft, signs=grown, clauses=len(self.added))
        for place, row in enumerate(self.rows, 1):
            row.place = place
        DraftClause.objects.bulk_create(self.added, batch_size=500)
        names = ["heading", "body", "text", "revision", "changed_by", "changed_at"]
        _update([row for row in self.written.values() if row.pk in self.as_read], names)
        placed = [row for row in self.rows if self.as_read.get(row.pk) not in (None, _standing(row))]
        _update(placed, ["place", "level", "is_removed", "number"])
        ClauseEdit.objects.bulk_create(self.edits, batch_size=500)
        _update(list(self.moved_undo.values()), ["undo"])
        self._put_unsaved_away()
        self.draft.revision += 1
        self.draft.save(update_fields=["revision"])

    def _put_unsaved_away(self) -> None:
        mine = UnsavedWords.objects.filter(draft_clause__in=list(self.written), person_id=self.actor.person_id)
        for pk in list(mine.values_list("draft_clause_id", flat=True)):
            row = self.written[pk]
            put_unsaved_away(self.actor, row, Words(row.heading, row.body, row.text))


def _update(rows: Sequence[Any], names: list[str]) -> None:
    """Known rows as they are now, in one statement: `bulk_update` grows with rows times columns."""
    if rows:
        model = type(rows[0])
        model._default_manager.bulk_create(
            rows, batch_size=500, update_conflicts=True, update_fields=names, unique_fields=["id"]
        )


def _standing(row: DraftClause) -> tuple[int, int, bool, str]:
    return row.place, row.level, row.is_removed, row.number


def desk_of(actor: Actor, contract: Contract) -> Desk:
    """Our open draft, locked, begun where there is none, and what our decisions on the newest answer need. The contract
    is locked. Raises DomainError `other_base`."""
    draft = locked_draft(actor, "contracts.edit_clause", begin_draft(actor=actor, contract_id=contract.pk).pk)
    receipt = newest_receipt(contract)
    if receipt is None or draft.base_id != receipt.sent_id:
        raise DomainError(
            "other_base", _("Our draft was not begun from what was sent: write the change into it by hand.")
        )
    edits = ClauseEdit.objects.filter(draft_clause__draft=draft, revision=1)
    return _desk(actor, receipt, draft, list(clause_rows(draft)), {edit.draft_clause_id: edit for edit in edits})


def _desk(
    actor: Actor, receipt: Receipt, draft: Draft, rows: list[DraftClause], firsts: dict[UUID, ClauseEdit]
) -> Desk:
    changes = Change.objects.filter(version_id=receipt.version_id).order_by("position")
    return Desk(
        actor,
        receipt,
        draft,
        rows,
        list(Clause.objects.filter(version_id=receipt.sent_id).order_by("position")),
        list(Clause.objects.filter(version_id=receipt.version_id).order_by("position")),
        {change.pk: change for change in changes},
        firsts,
    )


def words_to_counter(actor: Actor, change: Change) -> list[str]:
    """The lines that a counter begins with: theirs, or ours where they left the clause out. References show our
    numbers; one to a clause that our draft has not says that it is a number of theirs. Nothing is written."""
    receipt = Receipt.objects.select_related("sent").get(version_id=change.version_id)
    drafts = Draft.objects.filter(contract_id=change.contract_id, side=Side.OURS, state=DraftState.OPEN)
    draft = drafts.filter(base=receipt.sent).first()
    if draft is not None:
        rows = list(clause_rows(draft))
    else:
        draft = Draft(organization_id=change.organization_id, contract_id=change.contract_id, side=Side.OURS)
        rows = clauses_to_begin(draft, receipt.sent)
    desk = _desk(actor, receipt, draft, rows, {})
    row = desk.by_origin.get(change.sent_clause_id) if change.sent_clause_id else None
    if change.received_clause_id is None:
        return [line for line in paragraphs_of(row.body, desk.labels.referred) if line] if row else []
    body = desk.theirs_tied(change)
    theirs = {key: _("[their %(number)s]") % {"number": shown} for key, shown in nodes_in(body)}
    return [line for line in paragraphs_of(body, theirs | dict(desk.labels.referred)) if line]


def _like(base: Body, body: Body) -> Body:
    """A reference to a clause that the base refers to too is written as there: today's number is no change of words."""
    written = dict(nodes_in(base))
    return retied(body, {key: key for key, _shown in nodes_in(body)}, dict(nodes_in(body)) | written)


def level_of(clause: Clause | None) -> int:
    """A clause's level as a draft has it."""
    return min(max(clause.level, 1), MAX_LEVEL) if clause else 1


def decide(actor: Actor, verb: str, changes: Iterable[Change], to: str) -> list[Event]:
    """The changes are decided by the actor; what else stands in them (`counter`, `draft_clause`, `undo`) is kept.

    Answers what the verb records."""
    decided, now = list(changes), clock.now()
    before = move_all(actor, decided, to=to)
    for change in decided:
        change.decided_by_id, change.decided_at = actor.user_id, now
    _update(decided, ["decided_by", "decided_at", "counter", "draft_clause", "undo"])
    pairs = zip(decided, before, strict=True)
    return [events.change_decided(verb, change, previous) for change, previous in pairs]
