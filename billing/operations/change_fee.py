"""A fee that was typed wrongly, or that ends, is put right."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from billing import events
from billing.models import Fee
from billing.operations.guards import check_reason
from billing.operations.set_fee import check_fee, fees_named, refused, service_of, squeezed
from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import NotVisible
from clm.lib.locks import lock_row
from contracts.models import Contract

CHANGEABLE = frozenset({"name", "amount", "currency", "period", "starts_on", "ends_on", "service_id"})


@transaction.atomic
def change_fee(*, actor: Actor, fee_id: UUID, reason: str, **changes: Any) -> Fee:
    """The fee with the changes (of `CHANGEABLE`), and why in the ledger; without a change nothing is written.

    Credits that are not issued and open invoices are computed again from it; what is issued stays. Raises Invalid
    `reason_missing`, `fee_overlaps` (another fee of this name and service is due then), and what `set_fee` refuses.
    """
    # The contract before the fee, as set_fee locks them: the other way round two people would stop one another.
    contract_id = Fee.objects.filter(pk=fee_id).values_list("contract_id", flat=True).first()
    if contract_id is None:
        raise NotVisible()
    contract = lock_row(Contract, contract_id)
    fee = lock_row(Fee, fee_id)
    require(actor, "billing.change_fee", fee)
    why = check_reason(reason)
    if unknown := set(changes) - CHANGEABLE:
        raise TypeError(f"a fee has no {', '.join(sorted(unknown))} to change")
    before = events.fee_figures(fee)
    _put(fee, contract, changes)
    if events.fee_figures(fee) == before:
        return fee
    check_fee(fee.amount, fee.currency, fee.starts_on, fee.ends_on)
    _check_alone(fee)
    fee.save()
    record(actor, events.fee_changed(fee, before, why))
    return fee


def _put(fee: Fee, contract: Contract, changes: dict[str, Any]) -> None:
    given = dict(changes)
    if "service_id" in given:
        fee.service = service_of(contract, given.pop("service_id"))
    if "name" in given:
        given["name"] = squeezed(given["name"])
    for name, value in given.items():
        setattr(fee, name, value)


def _check_alone(fee: Fee) -> None:
    """No other fee of the same name and service is due on a day of this one."""
    for other in fees_named(fee.contract_id, fee.service, fee.name):
        begins_before = fee.ends_on is None or other.starts_on < fee.ends_on
        if other.pk != fee.pk and begins_before and (other.ends_on is None or fee.starts_on < other.ends_on):
            raise refused("fee_overlaps", "starts_on", f"A fee of this name is due from {other.starts_on} already.")
