"""A contract has the score that its text and what is known of it make."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from clm.access.permissions import get_visible, require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from contracts.engine.positions import Said
from contracts.engine.risk import Score
from contracts.events import risk as events
from contracts.models import Clause, Contract, RiskAssessment, Stance, Version
from contracts.operations.risk.guards import mark_due
from contracts.queries.clause_library import current_report
from contracts.queries.clauses_had import clauses_had, counting_text_id
from contracts.queries.conflicts import COMPARED
from contracts.queries.risk import (
    active_scale,
    clauses_in,
    counting_version,
    inputs_of,
    positions_of,
    quote_of,
    risk_of,
    siblings_of,
)
from contracts.states import ContractState

VERB = "contracts.assess_risk"


@transaction.atomic
def assess_risk(*, actor: Actor, contract_id: UUID, later: bool = False) -> Contract:
    """The contract has its score, with the parts and what they rest on, and what its clauses say on the things that
    contracts with one party must agree in; and it is known which clauses of the library its text has. Where nothing of
    what this comes from changed nothing is read again. `later` it is only due soon, and so are the others with one of
    its parties, for what happened in one is the history of all: of a hundred misses that come at once one score is
    made."""
    if later:
        contract = get_visible(actor, Contract.objects.all(), contract_id)
        require(actor, VERB, contract)
        mark_due(Contract.objects.filter(Q(pk=contract.pk) | Q(pk__in=siblings_of(contract).values("pk"))))
        return contract
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, contract)
    if contract.risk_due_at is not None:
        contract.risk_due_at = None
        contract.save(update_fields=["risk_due_at"])
    if contract.state == ContractState.DISPOSED:
        return contract
    version, scale = counting_version(contract), active_scale()
    counting_id = counting_text_id(contract)
    inputs = inputs_of(contract, version, scale, counting_id)
    known = RiskAssessment.objects.filter(contract=contract).first()
    if known is not None and known.inputs == inputs:
        return contract
    said = positions_of(clauses_in(version))
    if known is None or known.version_id != (version.pk if version else None):
        _keep_stances(contract, said)
    report = current_report(version) if version else None
    found = risk_of(contract, version, scale=scale, said=said, report=report)
    contract.library_clauses = clauses_had(counting_id, version, report)
    _keep(actor, contract, known, version, found, {"inputs": inputs, "scale": scale})
    return contract


def _keep(
    actor: Actor,
    contract: Contract,
    known: RiskAssessment | None,
    version: Version | None,
    found: Score,
    more: dict[str, Any],
) -> None:
    """The row and the columns that lists sort by; recorded where the figures are others."""
    row = known or RiskAssessment(organization_id=contract.organization_id, contract=contract)
    before = _figures(row) if known else {}
    row.version, row.inputs, row.scale = version, more["inputs"], more["scale"]
    row.score, row.up_to, row.band, row.up_to_band = found.score, found.up_to, found.band, found.up_to_band
    row.parts = [part.as_json() for part in found.parts]
    row.assessed_at = clock.now()
    row.save()
    contract.risk_score, contract.risk_band = found.score, found.band
    contract.save(update_fields=["risk_score", "risk_band", "library_clauses"])
    if before != _figures(row):
        record(actor, events.risk_assessed(row, before, _figures(row)))


def _figures(row: RiskAssessment) -> dict[str, Any]:
    return {"score": row.score, "up_to": row.up_to, "band": row.band, "up_to_band": row.up_to_band}


def _keep_stances(contract: Contract, said: list[tuple[Clause, Said]]) -> None:
    Stance.objects.filter(contract=contract).delete()
    Stance.objects.bulk_create(
        Stance(
            organization_id=contract.organization_id,
            contract=contract,
            clause=clause,
            topic=each.topic,
            value=each.value[:80],
            quote=quote_of(clause, each),
        )
        for clause, each in said
        if each.topic in COMPARED
    )
