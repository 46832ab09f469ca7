"""Somebody is away, and another decides for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.accounts import events
from clm.accounts.delegations import kinds
from clm.accounts.models import Delegation
from clm.accounts.operations.guards import check_currency, check_people
from clm.accounts.roles import Role
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid
from clm.notify.tell import tell

LONGEST = timedelta(days=366)


@transaction.atomic
def create_delegation(
    *,
    actor: Actor,
    delegate_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    absentee_id: UUID | None = None,
    limit_amount: Decimal | None = None,
    limit_currency: str = "",
    categories: Iterable[str] = (),
    reason: str = "",
) -> Delegation:
    """From `starts_at` on and before `ends_at` the delegate decides for the absentee, by default the actor, within the
    limits. Both are told, and one's own right to decide stays. An administrator may arrange it for somebody else.

    Raises Invalid `delegate_wrong`, `dates_wrong` (over already, the wrong way round, or longer than a year),
    `limits_wrong`, `person_unknown`, DomainError `delegation_overlaps`, Forbidden for a token, and for somebody else's.
    """
    require(actor, "accounts.create_delegation")
    absentee_id = absentee_id or actor.person_id
    _check_who(actor, absentee_id, delegate_id)
    _check_dates(starts_at, ends_at)
    found = _checked_limits(limit_amount, limit_currency, categories)
    row = Delegation(
        organization_id=actor.organization_id,
        absentee_id=absentee_id,
        delegate_id=delegate_id,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip()[:200],
        created_by_id=actor.person_id,
        created_at=clock.now(),
        **found,
    )
    _keep(row)
    record(actor, events.delegation_created(row))
    _tell(actor, row)
    return row


def _check_who(actor: Actor, absentee_id: UUID, delegate_id: UUID) -> None:
    if actor.kind != "user":
        raise Forbidden("Only a signed-in person arranges who decides for whom.")
    if absentee_id != actor.person_id and Role.ADMINISTRATOR not in actor.roles:
        raise Forbidden("Only an administrator arranges this for somebody else.")
    if absentee_id == delegate_id:
        message = _("Choose somebody else: nobody acts for themselves.")
        raise Invalid("delegate_wrong", message, fields={"delegate": [message]})
    if delegate_id == actor.person_id:
        raise Forbidden("Nobody makes themselves the one who decides for somebody else.")
    check_people([absentee_id], field="absentee")
    check_people([delegate_id], field="delegate")


def _check_dates(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        message = _("It ends after it begins.")
        raise Invalid("dates_wrong", message, fields={"ends_at": [message]})
    if ends_at <= clock.now():
        message = _("It is over already.")
        raise Invalid("dates_wrong", message, fields={"ends_at": [message]})
    if ends_at - starts_at > LONGEST:
        message = _("A year at most: somebody who is away for longer has left.")
        raise Invalid("dates_wrong", message, fields={"ends_at": [message]})


def _checked_limits(amount: Decimal | None, currency: str, categories: Iterable[str]) -> dict[str, object]:
    if amount is not None:
        check = _("An amount above nothing, with its currency.")
        if amount <= 0 or not currency:
            raise Invalid("limits_wrong", check, fields={"limit_amount": [check]})
        check_currency(currency)
    wanted = sorted(set(categories))
    if set(wanted) - {code for code, _label in kinds()}:
        message = _("Choose among the types there are.")
        raise Invalid("limits_wrong", message, fields={"categories": [message]})
    return {
        "limit_amount": amount,
        "limit_currency": currency if amount is not None else "",
        "categories": wanted,
    }


def _keep(row: Delegation) -> None:
    """The database itself refuses two at a time."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as overlap:
        if "delegation_one_at_a_time" not in str(overlap):
            raise
        message = _("Somebody decides for this person in that time already: end that first.")
        raise DomainError("delegation_overlaps", message, fields={"starts_at": [message]}) from overlap


def _tell(actor: Actor, row: Delegation) -> None:
    people = {row.absentee_id, row.delegate_id} - {actor.person_id}
    words = {"delegate": row.delegate, "absentee": row.absentee}
    tell(
        people,
        kind="accounts.delegation",
        title=_("%(delegate)s acts for %(absentee)s") % words,
        body=row.reason,
        url="/away/",
        dedupe_key=f"delegation:{row.pk}",
    )
