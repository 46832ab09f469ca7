"""Who may say that contracts belong together, and who learns of it: only who sees both."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from clm.access.permissions import visible
from clm.access.registry import register_verbs, register_visibility
from clm.accounts.roles import INSIDE
from clm.audit.access import register_ledger_filter
from clm.lib.actor import Actor
from contracts.access import EDITORS
from contracts.models import Contract, ContractRelation

VIEW = "contracts.view_relation"


def register() -> None:
    register_verbs({VIEW: INSIDE, "contracts.relate_contracts": EDITORS, "contracts.end_relation": EDITORS})
    register_visibility(ContractRelation, VIEW, _through_both)
    register_ledger_filter(_of_both)


def _through_both(actor: Actor, rows: QuerySet[ContractRelation]) -> QuerySet[ContractRelation]:
    seen = visible(actor, Contract.objects.all()).values("pk")
    return rows.filter(contract__in=seen, other__in=seen)


def _of_both(actor: Actor, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Entries about relations for who sees both contracts: the one of the history is not enough."""
    seen = visible(actor, ContractRelation.objects.all()).values("pk")
    label = ContractRelation._meta.label_lower
    return rows.filter(~Q(subject_type=label) | Q(subject_id__in=seen))
