from django.db.models import QuerySet

from clm.access.registry import register_verbs, register_visibility
from clm.access.subjects import about_what_is_seen
from clm.accounts.roles import EVERYONE
from clm.lib.actor import Actor
from clm.notify.models import Notification


def register() -> None:
    register_verbs(
        {
            "notify.view_notification": EVERYONE,
            "notify.read_notification": EVERYONE,
            "notify.settle_inboxes": set(),
        }
    )
    register_visibility(Notification, "notify.view_notification", _own_inbox)


def _own_inbox(actor: Actor, rows: QuerySet[Notification]) -> QuerySet[Notification]:
    """One's own, as far as one may still see what they are about."""
    return rows.filter(about_what_is_seen(actor), user_id=actor.person_id)
