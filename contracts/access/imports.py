"""Who brings contracts in: who may file them. Everybody who may sees the imports, and of each row as much as of the
contract that it became; a confidential import only whoever began it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from clm.access.permissions import visible
from clm.access.registry import register_verbs, register_visibility, seen_through
from clm.access.subjects import register_subjects
from clm.audit.access import register_ledger_filter
from clm.lib.actor import Actor
from contracts.access import EDITORS
from contracts.models import Contract, ContractImport, ImportFile, ImportRow

VIEW = "contracts.view_import"
IMPORT = "contracts.import_contracts"
DISCARD = "contracts.discard_import"


def register() -> None:
    register_verbs({VIEW: EDITORS, IMPORT: EDITORS, DISCARD: EDITORS})
    register_subjects(ContractImport)
    register_visibility(ContractImport, VIEW, _imports)
    register_visibility(ImportFile, VIEW, seen_through("batch", lambda: ContractImport))
    register_visibility(ImportRow, VIEW, _rows)
    register_ledger_filter(_entries)


def _imports(actor: Actor, rows: QuerySet[ContractImport]) -> QuerySet[ContractImport]:
    if actor.is_counterparty:
        return rows.none()
    return rows.filter(Q(is_confidential=False) | Q(started_by_id=actor.person_id))


def _rows(actor: Actor, rows: QuerySet[ImportRow]) -> QuerySet[ImportRow]:
    """With the import; one that became a contract where that is seen."""
    imports = visible(actor, ContractImport.objects.all()).values("pk")
    contracts = visible(actor, Contract.objects.all()).values("pk")
    return rows.filter(Q(contract=None) | Q(contract__in=contracts), batch__in=imports)


def _entries(actor: Actor, rows: QuerySet[Any]) -> QuerySet[Any]:
    """What the ledger says of a confidential import is kept from everybody else."""
    hidden = ContractImport.objects.filter(is_confidential=True).exclude(started_by_id=actor.person_id)
    if actor.is_system:
        return rows
    return rows.exclude(subject_type=ContractImport._meta.label_lower, subject_id__in=hidden.values("pk"))
