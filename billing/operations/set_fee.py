"""What a contract or one of its services costs is set, from a date on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction

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
    """The fee, net of tax, for [starts_on, ends_on). An earlier fee of the same name and service (letter case and
    blanks aside) ends where this one begins; this one ends at the latest where a later one begins.

    Raises Invalid `unknown_currency`, `amount_invalid`, `fee_span_empty`, `fee_exists` (one begins on the same day),
    `service_elsewhere`, `passage_elsewhere`.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, "billing.set_fee", contract)
    check_fee(amount, currency, starts_on, ends_on)
    service = service_of(contract, service_id)
    same = fees_named(contract.pk, service, name)
    if any(row.starts_on == starts_on for row in same):
        raise refused("fee_exists", "starts_on", "A fee of this name already begins on this day.")
    limits = [row.starts_on for row in same if row.starts_on > starts_on] + ([ends_on] if ends_on else [])
    ended = _end_earlier([row for row in same if row.starts_on < starts_on], starts_on)
    fee = Fee.objects.create(
        organization_id=actor.organization_id,
        contract=contract,
        service=service,
        passage=passage_of(actor, contract, passage_id),
        name=squeezed(name),
        amount=amount,
        currency=currency,
        period=period,
        starts_on=starts_on,
        ends_on=min(limits) if limits else None,
    )
    record(actor, events.fee_set(fee, ended=ended))
    return fee


def squeezed(name: str) -> str:
    """The name without blanks around it, and with one between its words."""
    return " ".join(name.split())


def fees_named(contract_id: UUID, service: Service | None, name: str) -> list[Fee]:
    """The contract's fees of this name and service, letter case and blanks aside, the earliest first."""
    wanted = squeezed(name).casefold()
    rows = Fee.objects.filter(contract_id=contract_id, service=service).order_by("starts_on")
    return [row for row in rows if squeezed(row.name).casefold() == wanted]


def refused(code: str, field: str, message: str) -> Invalid:
    return Invalid(code, message, fields={field: [message]})


def check_fee(amount: Decimal, currency: str, starts_on: date, ends_on: date | None) -> None:
    """Raise Invalid beside its field for an amount, a currency or a span that cannot be."""
    try:
        money = Money(amount, currency)
    except Invalid as invalid:
        field = "currency" if invalid.code == "unknown_currency" else "amount"
        raise refused(invalid.code, field, invalid.message) from None
    if money.amount < 0 or not money.is_in_minor_units:
        raise refused("amount_invalid", "amount", "A fee is not negative, and in whole minor units of its currency.")
    if ends_on is not None and ends_on <= starts_on:
        raise refused("fee_span_empty", "ends_on", "A fee ends after it begins.")


def _end_earlier(rows: list[Fee], day: date) -> list[Fee]:
    """Fees that would run past the day end there."""
    running = [fee for fee in rows if fee.ends_on is None or fee.ends_on > day]
    for fee in running:
        fee.ends_on = day
        fee.save(update_fields=["ends_on"])
    return running


def service_of(contract: Contract, service_id: UUID | None) -> Service | None:
    if service_id is None:
        return None
    service = Service.objects.filter(pk=service_id, contract=contract).first()
    if service is None:
        raise refused("service_elsewhere", "service", "The service belongs to another contract.")
    return service


def passage_of(actor: Actor, contract: Contract, passage_id: UUID | None) -> Passage | None:
    if passage_id is None:
        return None
    passage = get_visible(actor, Passage.objects.select_related("version"), passage_id)
    if passage.version.contract_id != contract.pk:
        raise refused("passage_elsewhere", "passage", "The marked sentence belongs to another contract.")
    return passage
