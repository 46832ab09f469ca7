"""What the verbs of drafts share: the order of locks, words as they are kept, revisions, and the end of a turn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Sum
from django.db.models.functions import Coalesce, Length
from django.urls import reverse
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid, NotVisible
from clm.lib.locks import lock_row
from clm.notify.tell import settle as settle_notice
from clm.notify.tell import tell
from contracts.access.other_side import their_people
from contracts.engine.body import Body, checked, plain, without_controls
from contracts.events import drafts as events
from contracts.models import ClauseEdit, Contract, Draft, DraftClause, Turn, UnsavedWords, Version
from contracts.queries.drafts import NEGOTIABLE, is_open
from contracts.states import Side

MAX_HEADING = 300
MAX_LEVEL = 9
MAX_CLAUSES = 5000
MAX_SIGNS = 3_000_000  # of all headings and texts of a draft: about a thousand pages
Outcome = ClauseEdit.Outcome


@dataclass(frozen=True, slots=True)
class Words:
    """What stands in a clause."""

    heading: str
    body: Body
    text: str

    def are_in(self, clause: DraftClause) -> bool:
        return self.heading == clause.heading and self.body == clause.body


@dataclass(frozen=True, slots=True)
class Editor:
    """Where sent words come from: one opening of a clause, and when the last words that it knows to be kept were."""

    session: str = ""
    kept_at: datetime | None = None

    def is_beyond(self, unsaved: UnsavedWords) -> bool:
        """Whether it kept these itself, and has seen that they were, before it sent what it sends."""
        is_own = bool(self.session) and unsaved.session == self.session
        return is_own and self.kept_at is not None and unsaved.at <= self.kept_at


NO_EDITOR = Editor()


def words_of(heading: str, body: Any) -> Words:
    """Raises Invalid `words_wrong`."""
    short = " ".join(without_controls(heading).split())
    if len(short) > MAX_HEADING:
        message = _("A heading has at most %(limit)s signs.") % {"limit": MAX_HEADING}
        raise Invalid("words_wrong", message, fields={"heading": [message]})
    try:
        document = checked(body)
    except ValueError as wrong:
        raise Invalid("words_wrong", str(wrong), fields={"body": [str(wrong)]}) from wrong
    return Words(short, document, plain(document))


def locked_draft(actor: Actor, verb: str, draft_id: UUID) -> Draft:
    """The draft locked, with its contract as it is now. Raises NotVisible, Forbidden."""
    draft = lock_row(Draft, draft_id, "contract", "base")
    require(actor, verb, draft)
    return draft


def locked_clause(actor: Actor, verb: str, clause_id: UUID) -> DraftClause:
    """The clause as it is now, its draft locked and joined."""
    draft_id = DraftClause.objects.filter(pk=clause_id).values_list("draft_id", flat=True).first()
    if draft_id is None:
        raise NotVisible
    draft = locked_draft(actor, verb, draft_id)
    clause = lock_row(DraftClause, clause_id, "origin", "library_version__clause")
    clause.draft = draft
    return clause


def turn_over(**detail: Any) -> DomainError:
    return DomainError("turn_over", _("This draft was handed over: it is no longer your turn."), detail=detail)


def check_open(draft: Draft) -> None:
    """Raise DomainError `turn_over` unless the draft's side may still write."""
    if not is_open(draft):
        raise turn_over()


def keep_edit(actor: Actor, clause: DraftClause, based_on: int, words: Words, outcome: str, **facts: Any) -> ClauseEdit:
    return ClauseEdit.objects.create(
        organization_id=clause.organization_id,
        draft_clause=clause,
        based_on=based_on,
        heading=words.heading,
        body=words.body,
        text=words.text,
        outcome=outcome,
        at=clock.now(),
        **({"author_id": actor.person_id} | facts),
    )


def refused_edit(
    actor: Actor, verb: str, clause: DraftClause, based_on: int, words: Words, *, session: str = ""
) -> ClauseEdit:
    """The words are kept beside the clause of a draft whose turn is over; the same words again are kept once."""
    closed = (Outcome.TURN_OVER, Outcome.UNSAVED_KEPT)
    rows = ClauseEdit.objects.filter(draft_clause=clause, author_id=actor.person_id, outcome__in=closed)
    last = rows.order_by("-at", "-id").first()
    if last is not None and (last.heading, last.body) == (words.heading, words.body):
        return last
    edit = keep_edit(actor, clause, based_on, words, Outcome.TURN_OVER, session=session)
    put_unsaved_away(actor, clause, words, is_sent=True, editor=Editor(session))
    record(actor, events.words_kept(verb, clause, based_on, Outcome.TURN_OVER))
    return edit


def write_words(
    actor: Actor,
    clause: DraftClause,
    words: Words,
    *,
    based_on: int,
    outcome: str,
    sent: Words | None = None,
    editor: Editor = NO_EDITOR,
) -> None:
    """The clause has the words under its next revision, and the edit row that says so. `sent` are those that the actor
    wrote themselves, where these come of them; `editor` is where they came from.

    Raises DomainError `draft_full`."""
    check_size(clause.draft, signs=len(words.heading) + len(words.text) - len(clause.heading) - len(clause.text))
    _keep_first(clause)
    clause.heading, clause.body, clause.text = words.heading, words.body, words.text
    clause.revision += 1
    clause.changed_by_id, clause.changed_at = actor.person_id, clock.now()
    clause.save(update_fields=["heading", "body", "text", "revision", "changed_by", "changed_at"])
    given = {"heading": sent.heading, "body": sent.body} if sent is not None and sent != words else None
    keep_edit(actor, clause, based_on, words, outcome, revision=clause.revision, session=editor.session, sent=given)
    put_unsaved_away(actor, clause, sent or words, is_sent=sent is not None, editor=editor)
    touch(clause.draft)


def _keep_first(clause: DraftClause) -> None:
    """The words that the draft began with, so that later ones can be merged on top of them."""
    if clause.revision != 1 or ClauseEdit.objects.filter(draft_clause=clause, revision=1).exists():
        return
    first_edit(clause).save(force_insert=True)


def first_edit(clause: DraftClause) -> ClauseEdit:
    return ClauseEdit(
        organization_id=clause.organization_id,
        draft_clause=clause,
        based_on=1,
        revision=1,
        heading=clause.heading,
        body=clause.body,
        text=clause.text,
        author_id=clause.draft.created_by_id,
        at=clause.draft.created_at,
        outcome=Outcome.SAVED,
    )


def words_at(clause: DraftClause, revision: int) -> Words:
    """What stood in the clause under a revision. Raises Invalid `revision_unknown`."""
    if revision == clause.revision:
        return Words(clause.heading, clause.body, clause.text)
    edit = ClauseEdit.objects.filter(draft_clause=clause, revision=revision).first()
    if edit is None:
        message = _("This clause never had revision %(number)s.") % {"number": revision}
        raise Invalid("revision_unknown", message, fields={"revision": [message]})
    return Words(edit.heading, edit.body, edit.text)


def put_unsaved_away(
    actor: Actor, clause: DraftClause, words: Words, *, is_sent: bool = False, editor: Editor = NO_EDITOR
) -> None:
    """The actor's unsaved words are gone where they are these, and where the editor that sends these is beyond them.
    Others of this editor's, or of no editor's, are gone where these have every sign of them in the same order: who
    types on takes up what the browser kept before. What is left waits for its editor, or becomes kept words where no
    editor sends these."""
    for unsaved in UnsavedWords.objects.filter(draft_clause=clause, person_id=actor.person_id):
        is_same = (unsaved.heading, unsaved.body) == (words.heading, words.body)
        is_near = is_sent and unsaved.session in ("", editor.session)
        if not (is_same or editor.is_beyond(unsaved) or (is_near and _takes_up(words, unsaved))):
            if editor.session:
                continue
            _kept(unsaved).save(force_insert=True)
        unsaved.delete()


def _takes_up(words: Words, unsaved: UnsavedWords) -> bool:
    signs = iter(f"{words.heading}\n{words.text}")
    return all(sign in signs for sign in f"{unsaved.heading}\n{unsaved.text}" if not sign.isspace())


def touch(draft: Draft) -> None:
    """Something in the locked draft changed."""
    draft.revision += 1
    draft.save(update_fields=["revision"])


def place_after(draft: Draft, after: UUID | None) -> int:
    """The place behind a clause of the draft; None: at the beginning. Raises Invalid `clause_unknown`."""
    if after is None:
        return 1
    place = DraftClause.objects.filter(draft=draft, pk=after).values_list("place", flat=True).first()
    if place is None:
        message = _("This draft has no such clause.")
        raise Invalid("clause_unknown", message, fields={"after": [message]})
    return place + 1


def make_room(draft: Draft, place: int) -> None:
    """Every clause from the place on moves one further."""
    DraftClause.objects.filter(draft=draft, place__gte=place).update(place=F("place") + 1)


def check_size(draft: Draft, *, signs: int, clauses: int = 0) -> None:
    """Raise DomainError `draft_full` where the draft would hold too much with so many more signs and clauses."""
    if signs <= 0 and clauses <= 0:
        return
    length = Coalesce(Sum(Length("heading") + Length("text")), 0)
    held = DraftClause.objects.filter(draft=draft).aggregate(signs=length, clauses=Count("pk"))
    refuse_too_much(clauses=held["clauses"] + clauses if clauses else 0, signs=held["signs"] + max(signs, 0))


def refuse_too_much(*, clauses: int, signs: int) -> None:
    """Raise DomainError `draft_full` for more than a draft holds."""
    detail = {"clauses": MAX_CLAUSES, "signs": MAX_SIGNS}
    if clauses > MAX_CLAUSES:
        message = _("A draft holds at most %(limit)s clauses: make a contract of its own of a part.")
        raise DomainError("draft_full", message % {"limit": MAX_CLAUSES}, detail=detail)
    if signs > MAX_SIGNS:
        message = _("A draft holds at most %(limit)s signs: make a contract of its own of a part.")
        raise DomainError("draft_full", message % {"limit": MAX_SIGNS}, detail=detail)


def checked_level(level: int) -> int:
    if not 1 <= level <= MAX_LEVEL:
        message = _("Levels go from 1 to %(limit)s.") % {"limit": MAX_LEVEL}
        raise Invalid("level_wrong", message, fields={"level": [message]})
    return level


def settle(actor: Actor, edit: ClauseEdit) -> ClauseEdit:
    """A row that says that kept words were seen to."""
    words = Words(edit.heading, edit.body, edit.text)
    return keep_edit(actor, edit.draft_clause, edit.based_on, words, Outcome.SETTLED, settles=edit)


def own_kept_words(actor: Actor, edit_id: UUID, **where: Any) -> ClauseEdit:
    """One's own words that were kept and are not settled. Raises NotVisible, DomainError `words_settled`."""
    rows = ClauseEdit.objects.filter(author_id=actor.person_id, **where)
    rows = rows.exclude(outcome__in=(Outcome.SAVED, Outcome.MERGED, Outcome.SETTLED))
    edit = rows.select_related("draft_clause__draft").filter(pk=edit_id).first()
    if edit is None:
        raise NotVisible
    if ClauseEdit.objects.filter(settles=edit).exists():
        raise DomainError("words_settled", _("These words were seen to already."))
    return edit


def keep_unsaved(draft: Draft) -> int:
    """What is in people's browsers when the draft closes becomes kept words of theirs; answers how many."""
    rows = UnsavedWords.objects.filter(draft_clause__draft=draft).select_related("draft_clause")
    kept = [_kept(words) for words in rows if not _is_saved(words)]
    ClauseEdit.objects.bulk_create(kept)
    rows.delete()
    return len(kept)


def _is_saved(words: UnsavedWords) -> bool:
    return Words(words.heading, words.body, words.text).are_in(words.draft_clause)


def _kept(words: UnsavedWords) -> ClauseEdit:
    return ClauseEdit(
        organization_id=words.organization_id,
        draft_clause=words.draft_clause,
        based_on=words.revision,
        heading=words.heading,
        body=words.body,
        text=words.text,
        author_id=words.person_id,
        at=words.at,
        outcome=Outcome.UNSAVED_KEPT,
        session=words.session,
    )


def present_turn(contract: Contract) -> Turn:
    """The open turn of a locked contract; made where the contract has none yet."""
    row = Turn.objects.filter(contract=contract, ended_at=None).first()
    return row or _new_turn(contract, 1, contract.created_at)


def _new_turn(contract: Contract, number: int, began_at: Any) -> Turn:
    return Turn.objects.create(
        organization_id=contract.organization_id,
        contract=contract,
        number=number,
        side=contract.turn,
        began_at=began_at,
        created_at=clock.now(),
    )


def flip_turn(actor: Actor, contract: Contract, *, verb: str, version: Version | None = None, note: str = "") -> Turn:
    """It is the other side's turn on the locked contract; the turn that ended keeps the version and the note. Who has
    something to write now is told, unless a turn without a version was only taken back."""
    ended, now = present_turn(contract), clock.now()
    ended.ended_at, ended.ended_by_id, ended.version, ended.note = now, actor.user_id, version, note
    ended.save(update_fields=["ended_at", "ended_by", "version", "note"])
    contract.turn = Side(contract.turn).other
    contract.save(update_fields=["turn"])
    began = _new_turn(contract, ended.number + 1, now)
    record(actor, events.turn_flipped(contract, verb, began))
    settle_notice(_notice_of(ended))
    if version is not None:
        _tell(actor, contract, began, note)
    return began


def tell_invited(actor: Actor, contract: Contract) -> None:
    """People of the other side who see the locked contract only now are told where it is their turn already."""
    sent = Turn.objects.filter(contract=contract, side=Side.OURS, version__shared_at__isnull=False)
    ended = sent.order_by("-number").first()
    began = Turn.objects.filter(contract=contract, ended_at=None).first()
    if contract.turn == Side.THEIRS and contract.state in NEGOTIABLE and began is not None and ended is not None:
        _tell(actor, contract, began, ended.note)


def _notice_of(turn: Turn) -> str:
    return f"turn:{turn.pk}"


def _tell(actor: Actor, contract: Contract, turn: Turn, note: str) -> None:
    """The owner and who began our last draft; or the people of the other side who see the contract. With what was said
    when the turn before ended: what the other side is told of is a draft of ours, and its note is for them."""
    if turn.side == Side.OURS:
        last = Draft.objects.filter(contract=contract, side=Side.OURS).order_by("-number").first()
        people = {contract.owner_id} | ({last.created_by_id} if last else set())
    else:
        people = their_people(contract)
    tell(
        people - {actor.person_id},
        kind="contract.your_turn",
        title=_("It is your turn: %(contract)s") % {"contract": contract.title},
        body=note,
        url=reverse("contract", args=[contract.pk]),
        subject=contract,
        dedupe_key=_notice_of(turn),
    )


def renumber(clauses: Iterable[DraftClause]) -> None:
    """Places from 1 without gaps, in the order given."""
    rows = list(clauses)
    for place, clause in enumerate(rows, 1):
        clause.place = place
    DraftClause.objects.bulk_update(rows, ["place"], batch_size=500)
