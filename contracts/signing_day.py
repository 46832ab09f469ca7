"""The day that a signed paper says is a day on which it can have been signed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from clm.lib import clock
from clm.lib.errors import Invalid
from contracts.calendar import start_of
from contracts.models import Contract, Version
from contracts.states import VersionState

# Who signs far in the west writes the day that it is there.
WESTERNMOST = timedelta(hours=12)


def check_signing_day(contract: Contract, day: date | None, since: datetime, field: str = "signed_on") -> None:
    """`since` is when there was something to sign. Raises Invalid `date_ahead`, `date_before_text`."""
    if day is None:
        return
    if day > clock.today(contract.time_zone):
        message = _("This day has not come yet.")
        raise Invalid("date_ahead", message, fields={field: [message]})
    first = first_day(since)
    if day < first:
        message = _("There was nothing to sign before %(day)s.") % {"day": first}
        raise Invalid("date_before_text", message, fields={field: [message]})


def first_day(since: datetime) -> date:
    """The first day that it was anywhere at that instant (UTC)."""
    return (since - WESTERNMOST).date()


def signable_since(contract: Contract) -> datetime:
    """Since when something of it can have been signed: it came here; or what is signed amends a text, which came here,
    or took effect before that."""
    rows = Version.objects.filter(contract=contract, state=VersionState.FINAL).defer("text")
    amends = rows.order_by("number").last()
    if amends is None or amends.effective_on is None:
        return contract.created_at
    return min(amends.created_at, start_of(amends.effective_on, contract.time_zone))
