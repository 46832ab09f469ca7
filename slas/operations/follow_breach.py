"""The breach of a window follows its newest evaluation."""

from __future__ import annotations

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.canonical import digest, to_plain
from clm.lib.sequences import next_number
from slas import events
from slas.judging import Judged
from slas.models import Breach, Evaluation, EvaluationWindow
from slas.states import BreachState, Outcome

NAMED = 5


@transaction.atomic
def follow_breach(*, actor: Actor, window: EvaluationWindow, evaluation: Evaluation, judged: Judged) -> Breach | None:
    """A miss has its breach with the evidence frozen as it was judged; anything else withdraws the one there is.

    Within the transaction that judged the (locked) window, under its permission.
    """
    require(actor, "slas.evaluate_window", window)
    breach = Breach.objects.select_for_update().filter(window=window).first()
    if judged.outcome != Outcome.MISSED:
        return _withdraw(actor, evaluation, breach, judged)
    if breach is None:
        return _open(actor, window, evaluation, judged)
    _freeze(breach, evaluation, judged)
    breach.save(update_fields=["evaluation", "evidence", "evidence_digest"])
    if breach.state == BreachState.WITHDRAWN:
        previous = move(actor, breach, to=BreachState.OPEN, reason="missed after all by a later revision")
        record(actor, events.breach_followed("breach.opened", breach, previous))
    else:
        record(actor, events.breach_followed("breach.revised", breach, breach.state))
    return breach


def _open(actor: Actor, window: EvaluationWindow, evaluation: Evaluation, judged: Judged) -> Breach:
    breach = Breach(
        organization_id=window.organization_id,
        contract_id=window.commitment.contract_id,
        commitment=window.commitment,
        window=window,
        reference=next_number(Breach, "reference", f"B-{clock.today().year}-"),
        opened_at=clock.now(),
    )
    _freeze(breach, evaluation, judged)
    breach.save()
    record(actor, events.breach_followed("breach.opened", breach))
    return breach


def _freeze(breach: Breach, evaluation: Evaluation, judged: Judged) -> None:
    breach.evaluation = evaluation
    figures = judged.figures() | {"revision": evaluation.revision, "digest": evaluation.digest}
    breach.evidence = to_plain({"figures": figures, **judged.evidence})
    breach.evidence_digest = digest(breach.evidence)


def _withdraw(actor: Actor, evaluation: Evaluation, breach: Breach | None, judged: Judged) -> Breach | None:
    if breach is None or breach.state == BreachState.WITHDRAWN:
        return breach
    breach.evaluation = evaluation
    breach.save(update_fields=["evaluation"])
    reason = f"judged {evaluation.outcome} by revision {evaluation.revision}: {_why(breach, judged)}"
    previous = move(actor, breach, to=BreachState.WITHDRAWN, reason=reason)
    record(actor, events.breach_followed("breach.withdrawn", breach, previous, reason))
    return breach


def _why(breach: Breach, judged: Judged) -> str:
    """What has come since the evidence was frozen: the exclusions accepted, else the telemetry."""
    known = {row["id"] for row in breach.evidence.get("exclusions", ())}
    rows = [row for row in to_plain(judged.evidence).get("exclusions", ()) if row["id"] not in known]
    if not rows:
        return "the telemetry that is known has changed"
    return "; ".join(["time was left out by agreement", *(str(row["reason"])[:200] for row in rows[:NAMED])])
