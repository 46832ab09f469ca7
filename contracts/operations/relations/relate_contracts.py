"""Two contracts belong together."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from clm.access.permissions import get_visible, require
from clm.events.record import record_all
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import advisory_lock
from contracts.events import relations as events
from contracts.models import Contract, ContractRelation
from contracts.queries.relations import leads_to

VERB = "contracts.relate_contracts"


@transaction.atomic
def relate_contracts(*, actor: Actor, contract_id: UUID, other_id: UUID, kind: str, note: str = "") -> ContractRelation:
    """`contract` is what `kind` says to `other`; each has it in its history. Whoever may see only one of them may
    neither relate them nor read of it.

    Raises Invalid `kind_unknown`, DomainError `relation_to_itself`, `relation_known` where this kind stands between
    them in either direction, `relation_cycle` where it would lead back to where it began. Changes to the relations of
    an organization go one after another, so that two do not close a ring.
    """
    advisory_lock(f"contract-relations:{actor.organization_id}")
    contract = get_visible(actor, Contract.objects.defer("search"), contract_id)
    other = get_visible(actor, Contract.objects.defer("search"), other_id)
    require(actor, VERB, contract)
    require(actor, VERB, other)
    _check(contract, other, kind)
    relation = ContractRelation.objects.create(
        organization_id=contract.organization_id,
        contract=contract,
        other=other,
        kind=kind,
        note=note.strip(),
        created_by_id=actor.user_id,
        created_at=clock.now(),
    )
    record_all(actor, events.relation_set("contract.related", VERB, relation))
    return relation


def _check(contract: Contract, other: Contract, kind: str) -> None:
    if kind not in ContractRelation.Kind.values:
        message = _("Choose how they belong together.")
        raise Invalid("kind_unknown", message, fields={"kind": [message]})
    if contract.pk == other.pk:
        message = _("That is this contract itself.")
        raise DomainError("relation_to_itself", message, fields={"other": [message]})
    between = Q(contract=contract, other=other) | Q(contract=other, other=contract)
    if ContractRelation.objects.filter(between, kind=kind, ended_at=None).exists():
        message = _("They are related so already.")
        raise DomainError("relation_known", message, fields={"other": [message]})
    for order in (ContractRelation.BELOW, ContractRelation.AFTER):
        if kind in order and leads_to(other.pk, contract.pk, order):
            message = _("It would lead back to this contract.")
            raise DomainError("relation_cycle", message, fields={"other": [message]})
