from django.db.models import QuerySet

from clm.access.registry import register_system_actor, register_verbs, register_visibility
from clm.accounts.roles import PEOPLE_INSIDE
from clm.lib.actor import Actor
from clm.pages.models import SavedView

WATCH = "view_watch"


def register() -> None:
    verbs = ("pages.save_view", "pages.set_default_view", "pages.delete_view")
    register_verbs(dict.fromkeys(verbs, PEOPLE_INSIDE))
    register_verbs({"pages.set_view_alert": PEOPLE_INSIDE, "pages.check_view": set()})
    register_system_actor(WATCH, {"pages.check_view"})
    register_visibility(SavedView, "pages.save_view", _own_views)


def _own_views(actor: Actor, rows: QuerySet[SavedView]) -> QuerySet[SavedView]:
    return rows.filter(user_id=actor.person_id)
