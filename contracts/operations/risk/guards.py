"""What the verbs of risk share: which contracts are due, and what a scale may say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.accounts.operations.guards import check_currency
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import lock_row
from contracts.engine.risk import PARTS
from contracts.models import Approval, Contract, RiskScale
from contracts.operations.retention.guards import check_jurisdiction
from contracts.states import ApprovalState, ContractState, RiskScaleState

FIELDS = (
    *PARTS, "value_from", "value_high", "currency", "home", "history_full", "medium_from", "high_from",
    "critical_from", "note",
)  # fmt: skip
BATCH = 500
LIVE = (ApprovalState.OPEN, ApprovalState.APPROVED)


def mark_due(rows: QuerySet[Contract]) -> int:
    """They are assessed anew soon; those whose approval waits or counts before all others. Locked in one order, and by
    who holds nothing else: of two who mark the same contracts one waits. Nothing that points at a contract waits.
    Answers how many they are."""
    now, asked = clock.now(), Exists(Approval.objects.filter(contract=OuterRef("pk"), state__in=LIVE))
    known = rows.exclude(state=ContractState.DISPOSED).order_by("pk").values_list("pk", flat=True)
    ids = list(dict.fromkeys(known))
    for start in range(0, len(ids), BATCH):
        each = Contract.objects.filter(pk__in=ids[start : start + BATCH])
        list(each.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
        each.filter(asked).update(risk_due_at=now - timedelta(minutes=1))
        each.filter(~asked).update(risk_due_at=now)
    return len(ids)


def locked_scale(actor: Actor, verb: str, scale_id: UUID) -> RiskScale:
    """The scale locked, while it is a draft. Raises NotVisible, Forbidden, DomainError `scale_fixed`."""
    scale = lock_row(RiskScale, scale_id)
    require(actor, verb, scale)
    if scale.state != RiskScaleState.DRAFT:
        message = _("Weights that were switched on stay as they are: begin new ones from them.")
        raise DomainError("scale_fixed", message)
    return scale


def put_values(scale: RiskScale, values: Mapping[str, Any]) -> RiskScale:
    """The unsaved row with the given values of FIELDS, checked. Raises Invalid `scale_wrong`, `currency_unknown`,
    `jurisdiction_unknown`."""
    for name in FIELDS:
        if name in values:
            setattr(scale, name, values[name])
    scale.home = sorted({code for each in scale.home if (code := check_jurisdiction(each))})
    check_currency(scale.currency)
    if any(not 0 <= getattr(scale, key) <= 100 for key in PARTS):
        raise _wrong("departure", _("A weight goes from 0 to 100."))
    if not sum(getattr(scale, key) for key in PARTS):
        raise _wrong("departure", _("Something has to weigh."))
    if not 0 <= Decimal(scale.value_from) < Decimal(scale.value_high):
        raise _wrong("value_high", _("All of it begins above where half of it does."))
    if scale.history_full < 1:
        raise _wrong("history_full", _("At least one."))
    if not 1 <= scale.medium_from < scale.high_from < scale.critical_from <= 100:
        raise _wrong("medium_from", _("The bands follow one another, from 1 to 100."))
    return scale


def _wrong(field: str, message: str) -> Invalid:
    return Invalid("scale_wrong", message, fields={field: [message]})


def scale_facts(scale: RiskScale) -> dict[str, Any]:
    """What of a scale the ledger keeps."""
    return {name: getattr(scale, name) for name in FIELDS}
