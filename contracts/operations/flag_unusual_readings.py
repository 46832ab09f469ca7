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
    """Each person whose reading of today or yesterday is unusual has a row, once a day, which grows with what they open
    on; administrators and legal are told when it begins: not the person. By UTC days, and by READING_FLOOR, READING_OWN
    and READING_ROLE. Answers the new rows."""
    advisory_lock(f"readings:{actor.organization_id}")
    require(actor, VERB)
    today = clock.now().date()
    return [row for day in (today - timedelta(days=1), today) for row in _judged(actor, day)]


def _judged(actor: Actor, day: date) -> list[UnusualReading]:
    bounds = Bounds(settings.READING_FLOOR, settings.READING_OWN, settings.READING_ROLE)
    opened = Reading.objects.filter(on=day).values("user").annotate(number=Count("pk"))
    many = {row["user"]: row["number"] for row in opened.filter(number__gte=bounds.floor)}
    flagged = {row.user_id: row for row in UnusualReading.objects.filter(on=day)}
    for user_id in many.keys() & flagged.keys():
        UnusualReading.objects.filter(pk=flagged[user_id].pk, opened__lt=many[user_id]).update(opened=many[user_id])
    fresh = sorted(many.keys() - flagged.keys())
    before = _before(day) if fresh else {}
    found = []
    for user_id in fresh:
        peers = [count for peer in _peers(user_id) for count in before.get(peer, [])]
        trace = unusual(many[user_id], before.get(user_id, []), peers, bounds)
        if trace is not None:
            found.append(_flag(actor, user_id, day, many[user_id], trace.as_json()))
    return found


def _before(day: date) -> dict[UUID, list[int]]:
    """How many contracts each person opened on each day of the four weeks before on which they opened any: not on days
    that were unusual themselves."""
    span = {"on__lt": day, "on__gte": day - WEEKS}
    unusual_days = set(UnusualReading.objects.filter(**span).values_list("user_id", "on"))
    found: dict[UUID, list[int]] = defaultdict(list)
    for row in Reading.objects.filter(**span).values("user", "on").annotate(n=Count("pk")):
        if (row["user"], row["on"]) not in unusual_days:
            found[row["user"]].append(row["n"])
    return found


def _peers(user_id: UUID) -> set[UUID]:
    """The others who have a role in common with the person."""
    own = Membership.objects.filter(user_id=user_id).values_list("roles", flat=True).first() or []
    rows = Membership.objects.filter(removed_at=None, roles__overlap=own).exclude(user_id=user_id)
    return set(rows.values_list("user_id", flat=True))


def _flag(actor: Actor, user_id: UUID, day: date, number: int, trace: dict[str, object]) -> UnusualReading:
    row = UnusualReading.objects.create(
        organization_id=actor.organization_id, user_id=user_id, on=day, opened=number, trace=trace
    )
    record(actor, events.reading_unusual(row))
    tell(
        set(people_with_roles(*WATCHERS)) - {user_id},
        kind="reading.unusual",
        title=_("%(name)s opened %(number)s contracts in a day") % {"name": row.user, "number": number},
        body=_("Far more than usual, for them and for their roles."),
        url=f"/contracts/records/readings/{row.pk}/",
        subject=row,
        dedupe_key=f"reading:{row.pk}",
    )
    return row
