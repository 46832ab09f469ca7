"""The facts about a contract are changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clm.access.objects import grant
from clm.access.permissions import require
from clm.accounts.models import Membership
from clm.audit.models import LedgerEntry
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import lock_row
from contracts import events
from contracts.models import Contract, Draft
from contracts.operations.approval.guards import supersede_routed
from contracts.operations.custom_fields.guards import check_department, check_tags, put_values
from contracts.operations.guards import changed_meanwhile
from contracts.operations.restrict_contract import PERMISSION
from contracts.operations.retention.guards import check_jurisdiction, keep_no_shorter
from contracts.queries.disposed import check_not_disposed
from contracts.queries.signing import check_not_out
from contracts.search import refresh_search
from contracts.states import ContractState, DraftState, Side

FIELDS = (
    "title", "category", "owner_id", "external_reference", "value_amount", "currency", "time_zone", "tags",
    "description", "jurisdiction", "department_id",
)  # fmt: skip


@transaction.atomic
def change_contract(*, actor: Actor, contract_id: UUID, seen: UUID | None = None, **changes: Any) -> Contract:
    """The contract has the given values of FIELDS and of its `custom_fields`, by key; a new owner sees it, confidential
    or not. An approval is overtaken where rules look at what is changed.

    `seen` is the newest ledger entry of the contract that the person had before their eyes. Raises DomainError
    `out_for_signature` for more than a new owner, `changed_meanwhile` when somebody changed it since, `zone_fixed` once
    its dates count, `draft_open` where its type would change under a draft of ours, `contract_disposed`, Invalid
    `owner_unknown`, `department_unknown`, `tags_unfit`, `jurisdiction_unknown`, and as `put_values` and
    `keep_no_shorter`.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, "contracts.change_contract", contract)
    _check(contract, seen, changes)
    wanted = {name: changes[name] for name in FIELDS if name in changes}
    if "tags" in wanted:
        wanted["tags"] = check_tags(wanted["tags"])
    if "jurisdiction" in wanted:
        wanted["jurisdiction"] = check_jurisdiction(wanted["jurisdiction"])
    before = {name: getattr(contract, name) for name in wanted}
    for name, value in wanted.items():
        setattr(contract, name, value)
    if contract.value_amount is not None and not contract.currency:
        raise Invalid("currency_missing", "A value needs its currency.", fields={"currency": ["A value needs one."]})
    contract.save()
    if "custom_fields" in changes:
        were, are = put_values(contract, changes["custom_fields"])
        before, wanted = before | were, wanted | are
    if any(before.get(name) != value for name, value in wanted.items() if name != "owner_id"):
        check_not_out(contract)
    supersede_routed(actor, contract, before, wanted)
    if contract.ended_on is not None and {"jurisdiction", "category"} & set(wanted):
        keep_no_shorter(actor, contract)
    if contract.is_confidential and "owner_id" in wanted:
        grant([contract.owner], PERMISSION, contract)
    refresh_search(contract)
    if before != wanted:  # what was saved as it stood is no change, and disturbs nobody
        record(actor, events.contract_changed(contract, before, wanted))
    return contract


def newest_change(contract: Contract) -> LedgerEntry | None:
    """The newest entry about the contract's own facts."""
    rows = LedgerEntry.objects.filter(subject_type="contracts.contract", subject_id=contract.pk)
    return rows.order_by("id").last()


def _check(contract: Contract, seen: UUID | None, changes: dict[str, Any]) -> None:
    check_not_disposed(contract)
    newest = newest_change(contract)
    if seen is not None and newest is not None and newest.pk != seen:
        message = _("Somebody changed this contract meanwhile: nothing was overwritten.")
        raise changed_meanwhile(contract, message, newest.pk)
    zone = changes.get("time_zone", contract.time_zone)
    if zone != contract.time_zone and contract.state != ContractState.DRAFT:
        message = "Its dates count in this zone already."
        raise DomainError("zone_fixed", message, fields={"time_zone": [message]})
    category = changes.get("category", contract.category)
    if category != contract.category and _our_draft(contract).exists():
        # The type says which clauses the draft must have: it is not put aside for the moment of handing over.
        message = _("A draft of this contract is open: hand it over or abandon it before the type changes.")
        raise DomainError("draft_open", message, fields={"category": [message]})
    check_department(changes.get("department_id"))
    owner_id = changes.get("owner_id", contract.owner_id)
    if not Membership.objects.filter(user_id=owner_id, removed_at=None).exists():
        raise Invalid("owner_unknown", "The owner is not a member.", fields={"owner": ["Not a member."]})


def _our_draft(contract: Contract) -> QuerySet[Draft]:
    return Draft.objects.filter(contract=contract, side=Side.OURS, state=DraftState.OPEN)
