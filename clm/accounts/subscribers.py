"""What follows from facts about people."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from clm.accounts.models import Organization
from clm.accounts.roles import Role
from clm.events.handlers import handles
from clm.events.models import OutboxEvent
from clm.notify.tell import tell

INVITATION = "accounts.invitation"


@handles("person.invited")
def welcome_the_invited(event: OutboxEvent) -> None:
    """The person has the invitation in the inbox and by mail; the mail carries the set-password link."""
    organization = Organization.objects.get(pk=event.organization_id)
    tell(
        [UUID(event.payload["user_id"])],
        kind=INVITATION,
        title=_("You are invited to %(organization)s") % {"organization": organization.name},
        body=_("Look through your profile: your name, your time zone and a second factor."),
        url=reverse("profile"),
        dedupe_key=f"invited:{event.pk}",
    )


@handles("person.roles_changed")
def tell_of_new_roles(event: OutboxEvent) -> None:
    """The person knows which roles they have now."""
    names = ", ".join(str(Role(role).label) for role in event.payload["roles"])
    tell(
        [UUID(event.payload["user_id"])],
        kind="accounts.roles_changed",
        title=_("Your roles changed: %(roles)s") % {"roles": names},
        url=reverse("profile"),
        dedupe_key=f"roles:{event.pk}",
    )
