"""Alerts open while an error budget burns too fast, a person sees them, and they clear by themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.canonical import to_plain
from clm.lib.locks import lock_row
from slas import events
from slas.burning import Burns, burns_of, figures_of, trace_of
from slas.engine.burn_rate import Urgency
from slas.models import Alert, AlertKind, Commitment
from slas.operations.guards import clear_alert
from slas.states import AlertState

KINDS = {AlertKind.BURN_PAGE: Urgency.PAGE, AlertKind.BURN_TICKET: Urgency.TICKET}


@transaction.atomic
def follow_alerts(*, actor: Actor, commitments: Sequence[Commitment]) -> set[UUID]:
    """Of each commitment whose budget burns too fast there is one alert of a kind, and none of others. Answers which
    commitments lose budget right now: those are looked at again soon.

    Within the transaction that judges their (locked) windows, under its permission. Two windows of one commitment may
    be judged at once: who changes something waits for the commitment.
    """
    for commitment in commitments:
        require(actor, "slas.evaluate_window", commitment)
    now = clock.now()
    burning = burns_of(commitments, now)
    wanted = {pk: _wanted(burns) for pk, burns in burning.items()}
    standing = _standing(burning)
    for pk in sorted(pk for pk in burning if wanted[pk] != set(standing[pk])):
        Commitment.objects.select_for_update(no_key=True).get(pk=pk)
        _bring_about(actor, burning[pk], wanted[pk], _standing([pk])[pk], now)
    return {pk for pk, burns in burning.items() if burns.is_burning or wanted[pk]}


@transaction.atomic
def acknowledge_alert(*, actor: Actor, alert_id: UUID, note: str = "") -> Alert:
    """Someone looks after it; it clears by itself once the budget burns no more."""
    alert = lock_row(Alert, alert_id)
    require(actor, "slas.acknowledge_alert", alert)
    previous = move(actor, alert, to=AlertState.ACKNOWLEDGED, reason=note)
    record(actor, events.alert_moved("slas.acknowledge_alert", alert, previous, note))
    return alert


def _wanted(burns: Burns) -> set[str]:
    return {str(kind) for kind, urgency in KINDS.items() if burns.firing(urgency)}


def _standing(commitment_ids: Sequence[UUID] | dict[UUID, Burns]) -> defaultdict[UUID, dict[str, Alert]]:
    found: defaultdict[UUID, dict[str, Alert]] = defaultdict(dict)
    for alert in Alert.objects.filter(commitment_id__in=list(commitment_ids)).exclude(state=AlertState.CLEARED):
        found[alert.commitment_id][alert.kind] = alert
    return found


def _bring_about(actor: Actor, burns: Burns, wanted: set[str], standing: dict[str, Alert], now: datetime) -> None:
    for kind, urgency in KINDS.items():
        alert = standing.get(kind)
        if kind in wanted and alert is None:
            _open(actor, burns, kind, urgency, now)
        elif kind not in wanted and alert is not None:
            clear_alert(actor, alert)


def _open(actor: Actor, burns: Burns, kind: AlertKind, urgency: Urgency, now: datetime) -> None:
    """Shown with the pair that burns fastest beside its threshold."""
    worst = max(burns.firing(urgency), key=lambda each: (each.long.error_rate() or 0) / Fraction(each.pair.rate))
    figures = {"at": burns.at, "worst": figures_of(worst, burns.target)}
    figures["pairs"] = [figures_of(each, burns.target) for each in burns.firing(urgency)]
    alert = Alert.objects.create(
        organization_id=burns.commitment.organization_id,
        contract_id=burns.commitment.contract_id,
        commitment=burns.commitment,
        kind=kind,
        opened_at=now,
        figures=to_plain(figures),
        trace=trace_of(burns, worst, str(kind.label)).as_json(),
    )
    record(actor, events.alert_moved("slas.evaluate_window", alert))
