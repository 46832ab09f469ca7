"""Whoever administers an organization hears of it when all of it is taken out."""

from __future__ import annotations

from django.utils.translation import gettext as _

from clm.accounts.models import Membership, User
from clm.accounts.roles import Role
from clm.lib.actor import Actor
from clm.notify.tell import tell


def tell_other_administrators(actor: Actor, *, key: str, url: str) -> None:
    """One administrator alone takes no confidential contracts without the others knowing. Within the transaction."""
    members = Membership.objects.filter(
        removed_at=None, user__is_active=True, roles__contains=[Role.ADMINISTRATOR]
    ).exclude(user_id=actor.person_id)
    person = User.objects.filter(pk=actor.person_id).first() if actor.person_id else None
    title = _("%(who)s exported the organization") % {"who": person or _("Whoever runs the installation")}
    tell(
        list(members.values_list("user_id", flat=True)),
        kind="transfer.exported_by_other",
        title=title,
        body=_("The file has everything in it, confidential contracts too."),
        url=url,
        dedupe_key=f"exported:{key}",
    )
