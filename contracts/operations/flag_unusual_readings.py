"""Whoever opens far more contracts than usual is looked at, on the same day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.accounts.models import Membership
from clm.accounts.roles import Role
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import advisory_lock
from clm.notify.tell import people_with_roles, tell
from contracts import events
from contracts.engine.reading import Bounds, unusual
from contracts.models import Reading, UnusualReading

VERB = "contracts.flag_unusual_readings"
WEEKS = timedelta(weeks=4)
WATCHERS = (Role.ADMINISTRATOR, Role.LEGAL)


@transaction.atomic
def flag_unusual_readings(*, actor: Actor) -> list[UnusualReading]:
    """Each person whose reading of today is unusual has a row, once a day, and administrators and legal are told: not
    the person. By UTC days, and by READING_FLOOR, READING_OWN and READING_ROLE."""
    advisory_lock(f"readings:{actor.organization_id}")
    require(actor, VERB)
    today, bounds = clock.now().date(), Bounds(settings.READING_FLOOR, settings.READING_OWN, settings.READING_ROLE)
    flagged = UnusualReading.objects.filter(on=today).values("user")
    opened = Reading.objects.filter(on=today).exclude(user__in=flagged).values("user").annotate(number=Count("pk"))
    many = {row["user"]: row["number"] for row in opened.filter(number__gte=bounds.floor)}
    before = _before(today) if many else {}
    found = []
    for user_id, number in sorted(many.items()):
        peers = [count for peer in _peers(user_id) for count in before.get(peer, [])]
        trace = unusual(number, before.get(user_id, []), peers, bounds)
        if trace is not None:
            found.append(_flag(actor, user_id, today, number, trace.as_json()))
    return found


def _before(today: date) -> dict[UUID, list[int]]:
    """How many contracts each person opened on each day of the four weeks before on which they opened any."""
    rows = Reading.objects.filter(on__lt=today, on__gte=today - WEEKS).values("user", "on").annotate(n=Count("pk"))
    found: dict[UUID, list[int]] = defaultdict(list)
    for row in rows:
        found[row["user"]].append(row["n"])
    return found


def _peers(user_id: UUID) -> set[UUID]:
    """The others who have a role in common with the person."""
    own = Membership.objects.filter(user_id=user_id).values_list("roles", flat=True).first() or []
    rows = Membership.objects.filter(removed_at=None, roles__overlap=own).exclude(user_id=user_id)
    return set(rows.values_list("user_id", flat=True))


def _flag(actor: Actor, user_id: UUID, today: date, number: int, trace: dict[str, object]) -> UnusualReading:
    row = UnusualReading.objects.create(
        organization_id=actor.organization_id, user_id=user_id, on=today, opened=number, trace=trace
    )
    record(actor, events.reading_unusual(row))
    tell(
        set(people_with_roles(*WATCHERS)) - {user_id},
        kind="reading.unusual",
        title=_("%(name)s opened %(number)s contracts today") % {"name": row.user, "number": number},
        body=_("Far more than usual, for them and for their roles."),
        url=f"/contracts/records/readings/{row.pk}/",
        subject=row,
        dedupe_key=f"reading:{row.pk}",
    )
    return row
