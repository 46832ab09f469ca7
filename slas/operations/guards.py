"""Checks and small writes that several verbs share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import advisory_lock
from contracts.models import Contract
from contracts.states import ContractState, VersionState
from slas import events
from slas.engine.windows import clipped, label
from slas.models import Alert, Commitment, CreditTier, EvaluationWindow, Indicator, TargetRule, TelemetryBatch
from slas.models.commitment import WindowKind
from slas.splits import anchor_of, begins_at, judged_from, measured_alike, shares_windows, whole_window
from slas.states import AlertState, CommitmentState, WindowState
from slas.terms import CommitmentTerms

REFUSALS_KEPT = 1000
RUNNING = (ContractState.EXECUTED, ContractState.ACTIVE, ContractState.RENEWED)

_MONITORED = """
WITH told AS (
    SELECT id, min(first_at) AS first_at, max(last_at) AS last_at
    FROM unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[]) AS t(id, first_at, last_at) GROUP BY id
), locked AS (
    SELECT id FROM slas_indicator WHERE id IN (SELECT id FROM told) ORDER BY id FOR NO KEY UPDATE
)
UPDATE slas_indicator AS i
SET first_sample_at = least(i.first_sample_at, told.first_at), last_sample_at = greatest(i.last_sample_at, told.last_at)
FROM told JOIN locked USING (id) WHERE i.id = told.id
"""


def check_is_draft(commitment: Commitment) -> None:
    """Raise DomainError `commitment_fixed` unless the commitment is a draft."""
    if commitment.state != CommitmentState.DRAFT:
        raise DomainError("commitment_fixed", "Only a draft is changed; end this one and bind the clause anew.")


def check_text_binds(commitment: Commitment, contract: Contract) -> None:
    """Raise `version_not_final` or `contract_not_active`: nothing is measured by a text that is not agreed."""
    if commitment.version.state != VersionState.FINAL:
        raise DomainError("version_not_final", "The text that this rests on is not final yet.")
    if contract.state not in RUNNING:
        raise DomainError("contract_not_active", "The contract is not signed or no longer in force.")


def write_tiers(commitment: Commitment, terms: CommitmentTerms) -> None:
    """The commitment has exactly the tiers of the terms."""
    CreditTier.objects.filter(commitment=commitment).delete()
    CreditTier.objects.bulk_create(
        CreditTier(
            organization_id=commitment.organization_id,
            commitment=commitment,
            below=band.below,
            at_or_above=band.at_or_above,
            credit_percent=band.credit_percent,
        )
        for band in terms.tiers
    )


def write_rules(commitment: Commitment, terms: CommitmentTerms) -> None:
    """The commitment has exactly the target's rules of the terms. Raises Invalid `terms_invalid` where one is measured
    by an indicator that the contract does not have."""
    TargetRule.objects.filter(commitment=commitment).delete()
    keys = {rule.volume_key for rule in terms.rules} - {""}
    rows = Indicator.objects.filter(key__in=keys, service__contract_id=commitment.contract_id)
    known = {row.key: row for row in rows}
    if lacking := keys - set(known):
        text = f"The contract has no indicator with the key {min(lacking)}."
        raise Invalid("terms_invalid", "Some of the terms cannot be judged by.", fields={"rules": [text]})
    TargetRule.objects.bulk_create(
        TargetRule(
            organization_id=commitment.organization_id,
            commitment=commitment,
            position=position,
            volume_of=known.get(rule.volume_key),
            **{name: value for name, value in asdict(rule).items() if name != "volume_key"},
        )
        for position, rule in enumerate(terms.rules, start=1)
    )


def finish(actor: Actor, commitment: Commitment, reason: str) -> str:
    """The locked commitment has ended, and no window of it is opened any more; those that are open are judged and
    closed all the same. The former state."""
    previous = move(actor, commitment, to=CommitmentState.ENDED, reason=reason)
    commitment.windows_due_at = None
    commitment.save(update_fields=["ends_on", "windows_due_at"])
    for alert in Alert.objects.select_for_update().filter(commitment=commitment).exclude(state=AlertState.CLEARED):
        clear_alert(actor, alert)
    return previous


def clear_alert(actor: Actor, alert: Alert) -> None:
    """What it told of goes on no longer."""
    previous = move(actor, alert, to=AlertState.CLEARED)
    alert.cleared_at = clock.now()
    alert.save(update_fields=["cleared_at"])
    record(actor, events.alert_moved("slas.evaluate_window", alert, previous))


def was_measured() -> Q:
    """Commitments that have a window: among ended ones those that were more than a draft."""
    return Q(Exists(EvaluationWindow.objects.filter(commitment=OuterRef("pk"))))


def find_amended(commitment: Commitment) -> None:
    """A draft `follows` the commitment that it takes the place of: the one of the same measure whose last day is the
    day before this one's first. Of several only one of the same name. Contract years go on from the same day."""
    _joining_turn(commitment)
    rows = measured_alike(commitment).filter(ends_on=commitment.starts_on, successor=None)
    amended = _one(list(rows.exclude(state=CommitmentState.DRAFT)), commitment.name)
    if amended is None:
        return
    if commitment.window_kind == WindowKind.ANNIVERSARY and commitment.anchor_on is None:
        commitment.anchor_on = anchor_of(amended)
    if shares_windows(amended, commitment):
        commitment.follows = amended
    commitment.save(update_fields=["anchor_on", "follows"])


def find_successor(commitment: Commitment) -> None:
    """The commitment that begins where this one was ended `follows` it, unless its first window is closed: a closed
    window stays as it is, and so do the two parts. It is active, or its own last day has come by now. Idempotent."""
    if commitment.ends_on is None:
        return
    _joining_turn(commitment)
    if Commitment.objects.filter(follows=commitment).exists():
        return
    running = Q(state=CommitmentState.ACTIVE) | Q(was_measured(), state=CommitmentState.ENDED)
    rows = measured_alike(commitment).filter(running, starts_on=commitment.ends_on, follows=None)
    successor = _one(list(rows), commitment.name)
    if successor is None or not shares_windows(commitment, successor):
        return
    first = EvaluationWindow.objects.select_for_update().filter(commitment=successor).order_by("starts_at").first()
    if first is not None and first.state == WindowState.CLOSED:
        return
    successor.follows = commitment
    successor.save(update_fields=["follows"])
    if first is not None:
        widen(first, successor)
        join_parts(successor)


def _joining_turn(commitment: Commitment) -> None:
    """One after another: of ending the old and starting the new at once, whichever is later finds the other."""
    advisory_lock(f"slas.join:{commitment.indicator_id}")


def _one(rows: list[Commitment], name: str) -> Commitment | None:
    """The only row, else the only one of that name."""
    named = [row for row in rows if row.name == name] if len(rows) > 1 else rows
    return named[0] if len(named) == 1 else None


def widen(first: EvaluationWindow, commitment: Commitment) -> None:
    """The commitment's first window begins where the cut window does."""
    whole = clipped(whole_window(commitment, first.starts_at), judged_from(commitment), first.ends_at)
    if whole is not None:
        first.starts_at, first.label, first.due_at = whole.start, label(whole), clock.now()
        first.save(update_fields=["starts_at", "label", "due_at"])


def join_parts(commitment: Commitment) -> None:
    """Windows of the commitment it follows that lie within its own first one are parts of that: both are judged."""
    cut = begins_at(commitment)
    own = EvaluationWindow.objects.filter(commitment=commitment, is_rolling=False)
    whole = own.filter(starts_at__lt=cut, ends_at__gt=cut).first()
    if whole is None or commitment.follows_id is None:
        return
    parts = EvaluationWindow.objects.filter(commitment_id=commitment.follows_id, whole=None)
    parts.filter(starts_at__gte=whole.starts_at, ends_at__lte=cut).update(whole=whole, due_at=clock.now())


def windows_between(
    rows: QuerySet[EvaluationWindow], start: datetime, end: datetime | None
) -> QuerySet[EvaluationWindow]:
    """Windows that share an instant with [start, end); without an end, with all that follows."""
    found = rows.filter(ends_at__gt=start)
    return found if end is None else found.filter(starts_at__lt=end)


def make_due(rows: QuerySet[EvaluationWindow]) -> int:
    """The windows are judged as soon as a worker is free, closed ones too. Locked in one order, so that two writers
    never wait for each other in a circle."""
    ids = list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    return EvaluationWindow.objects.filter(pk__in=ids).update(due_at=clock.now())


def begin_monitoring(spans: Iterable[tuple[UUID, datetime, datetime]]) -> None:
    """The indicators know their earliest and latest telemetry. Locked in one order: so who deliver at once never wait
    for each other in a circle."""
    columns = [list(column) for column in zip(*sorted(spans), strict=True)]
    if columns:
        with connection.cursor() as cursor:
            cursor.execute(_MONITORED, columns)


def contracts_named(indicators: Iterable[Indicator]) -> list[UUID]:
    """The contracts whose services the indicators measure, each once."""
    return sorted({indicator.service.contract_id for indicator in indicators})


def keep_batch(actor: Actor, source: str, content: str, received: int, counts: Mapping[str, Any]) -> TelemetryBatch:
    """The delivery as a row; of its refusals the first thousand are kept."""
    return TelemetryBatch.objects.create(
        organization_id=actor.organization_id,
        source=source[:24],
        digest=content,
        received=received,
        **{**counts, "refusals": list(counts["refusals"])[:REFUSALS_KEPT]},
    )
