"""Comments in a document that came back become threads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from contracts.adapters.word_remarks import Remark
from contracts.events import comments as events
from contracts.models import Clause, Comment, Contract, Thread, Version
from contracts.models.comment import Audience
from contracts.operations.comments.guards import MOST_QUOTE, MOST_TEXT, tell_of_answer
from contracts.queries.paper_comments import Known, flat
from contracts.states import ThreadState

VERB = "contracts.receive_version"


@transaction.atomic
def take_comments(*, actor: Actor, version: Version, sent: Version, remarks: Sequence[Remark]) -> list[Remark]:
    """Each comment of the document that is not known yet stands in a shared thread on its clause, under the name that
    the document gives and nobody's of the house; an answer stands in the thread that it answers, and opens it again. A
    thread that the document says is done is resolved. Answers what was new. `sent` is what the document answers.
    """
    contract = lock_row(Contract, version.contract_id)
    require(actor, VERB, contract)
    said = [each for each in remarks if each.text.strip()]
    taking = Taking.of(actor, contract, version, sent) if said else None
    return taking.run(said) if taking else []


@dataclass
class Taking:
    """One document's comments, the threads that they belong to by the document's names for them, and what is known."""

    actor: Actor
    version: Version
    known: Known
    clauses: Sequence[Clause]
    same: dict[str, Clause]
    threads: dict[str, Thread] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, actor: Actor, contract: Contract, version: Version, sent: Version) -> Taking:
        clauses = list(Clause.objects.filter(version=version).order_by("position"))
        before: dict[str, list[Clause]] = {}
        for clause in Clause.objects.filter(version=sent):
            before.setdefault(clause.text.strip(), []).append(clause)
        # Our next draft is begun from what was sent, so what stands there unchanged is the better place for a thread.
        same = {text: found[0] for text, found in before.items() if len(found) == 1}
        return cls(actor, version, Known.of(contract, clauses), clauses, same)

    def run(self, remarks: Sequence[Remark]) -> list[Remark]:
        self.done = {remark.key for remark in remarks if remark.is_done}
        new = [remark for remark in remarks if not self._is_known(remark)]
        for remark in sorted(new, key=lambda each: bool(each.parent)):
            thread = self.threads.get(remark.parent) if remark.parent else self.known.thread_of(remark.key)
            comment = self._answer(thread, remark) if thread else self._begin(remark)
            if remark.key:
                self.threads.setdefault(remark.key, comment.thread)
            if remark.is_done and not remark.parent:
                self._move(comment.thread, ThreadState.RESOLVED)
        return new

    def _is_known(self, remark: Remark) -> bool:
        clause = self._clause(remark)
        found = self.known.take(remark, clause.pk if clause else None)
        if found is None:
            return False
        thread = found[0]
        if remark.key:
            self.threads[remark.key] = thread
        if remark.is_done and not remark.parent:
            self._move(thread, ThreadState.RESOLVED)
        return True

    def _clause(self, remark: Remark) -> Clause | None:
        return next((each for each in self.clauses if each.start <= remark.start < each.end), None)

    def _begin(self, remark: Remark) -> Comment:
        clause = self._clause(remark)
        place = self.same.get(clause.text.strip(), clause) if clause else None
        is_quoted = place is not None and flat(remark.anchor) in flat(place.text)
        thread = Thread.objects.create(
            organization_id=self.actor.organization_id,
            contract_id=self.version.contract_id,
            audience=Audience.SHARED,
            clause=place,
            number=place.number if place else "",
            heading=place.heading if place else "",
            quote=remark.anchor[:MOST_QUOTE] if is_quoted else "",
            started_at=_time(remark),
        )
        comment = self._say(thread, remark, thread.started_at)
        record(self.actor, events.thread_started(thread, comment, verb=VERB))
        return comment

    def _answer(self, thread: Thread, remark: Remark) -> Comment:
        if remark.key not in self.done and remark.parent not in self.done:
            self._move(thread, ThreadState.OPEN)
        last = Comment.objects.filter(thread=thread).latest("written_at", "id")
        comment = self._say(thread, remark, max(_time(remark), last.written_at))
        tell_of_answer(self.actor, comment)
        record(self.actor, events.thread_replied(thread, comment, verb=VERB))
        return comment

    def _say(self, thread: Thread, remark: Remark, at: datetime) -> Comment:
        return Comment.objects.create(
            organization_id=self.actor.organization_id,
            thread=thread,
            outside_author=remark.author,
            came_with=self.version,
            key=remark.key,
            text=remark.text.strip()[:MOST_TEXT],
            written_at=at,
        )

    def _move(self, thread: Thread, to: ThreadState) -> None:
        if thread.state == to:
            return
        previous = move(self.actor, thread, to=to)
        type_ = "thread.resolved" if to == ThreadState.RESOLVED else "thread.reopened"
        record(self.actor, events.thread_moved(type_, VERB, thread, previous))


def _time(remark: Remark) -> datetime:
    """As the document says it, but not later than now: what is answered to it stands behind it."""
    now = clock.now()
    return min(datetime.fromisoformat(remark.at), now) if remark.at else now
