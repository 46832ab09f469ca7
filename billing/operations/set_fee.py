"""What a contract or one of its services costs is set, from a date on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from billing import events
from billing.models import Fee
from billing.models.fee import FeePeriod
from clm.access.permissions import get_visible, require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.lib.locks import lock_row
from clm.lib.money import Money
from contracts.models import Contract, Passage
from slas.models import Service


@transaction.atomic
def set_fee(
    *,
    actor: Actor,
    contract_id: UUID,
    name: str,
    amount: Decimal,
    currency: str,
    starts_on: date,
    period: str = FeePeriod.MONTH,
    ends_on: date | None = None,
    service_id: UUID | None = None,
    passage_id: UUID | None = None,
) -> Fee:
    """The fee, net of tax, for [starts_on, ends_on). An earlier fee of the same name and service ends where this one
    begins; this one ends at the latest where a later one begins.

    Raises Invalid `unknown_currency`, `amount_invalid`, `fee_span_empty`, `fee_exists` (one begins on the same day),
    `service_elsewhere`, `passage_elsewhere`.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, "billing.set_fee", contract)
    _check(amount, currency, starts_on, ends_on)
    same = Fee.objects.filter(contract=contract, service=_service(contract, service_id), name=name).order_by(
        "starts_on"
    )
    if same.filter(starts_on=starts_on).exists():
        raise _refused("fee_exists", "starts_on", "A fee of this name already begins on this day.")
    following = same.filter(starts_on__gt=starts_on).first()
    limits = [day for day in (ends_on, following.starts_on if following else None) if day is not None]
    ended = _end_earlier(same.filter(starts_on__lt=starts_on), starts_on)
    fee = Fee.objects.create(
        organization_id=actor.organization_id,
        contract=contract,
        service=_service(contract, service_id),
        passage=_passage(actor, contract, passage_id),
        name=name,
        amount=amount,
        currency=currency,
        period=period,
        starts_on=starts_on,
        ends_on=min(limits) if limits else None,
    )
    record(actor, events.fee_set(fee, ended=ended))
    return fee


def _refused(code: str, field: str, message: str) -> Invalid:
    return Invalid(code, message, fields={field: [message]})


def _check(amount: Decimal, currency: str, starts_on: date, ends_on: date | None) -> None:
    try:
        money = Money(amount, currency)
    except Invalid as invalid:
        field = "currency" if invalid.code == "unknown_currency" else "amount"
        raise _refused(invalid.code, field, invalid.message) from None
    if money.amount < 0 or not money.is_in_minor_units:
        raise _refused("amount_invalid", "amount", "A fee is not negative, and in whole minor units of its currency.")
    if ends_on is not None and ends_on <= starts_on:
        raise _refused("fee_span_empty", "ends_on", "A fee ends after it begins.")


def _end_earlier(rows: object, day: date) -> list[Fee]:
    """Fees that would run past the day end there."""
    running = list(rows.filter(Q(ends_on=None) | Q(ends_on__gt=day)))  # type: ignore[attr-defined]
    for fee in running:
        fee.ends_on = day
        fee.save(update_fields=["ends_on"])
    return running


def _service(contract: Contract, service_id: UUID | None) -> Service | None:
    if service_id is None:
        return None
    service = Service.objects.filter(pk=service_id, contract=contract).first()
    if service is None:
        raise _refused("service_elsewhere", "service", "The service belongs to another contract.")
    return service


def _passage(actor: Actor, contract: Contract, passage_id: UUID | None) -> Passage | None:
    if passage_id is None:
        return None
    passage = get_visible(actor, Passage.objects.select_related("version"), passage_id)
    if passage.version.contract_id != contract.pk:
        raise _refused("passage_elsewhere", "passage", "The marked sentence belongs to another contract.")
    return passage
