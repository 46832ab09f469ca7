"""tell(): one place from which people are told things, in the inbox and by mail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Model, QuerySet

from clm.access.permissions import sees
from clm.access.scope import current_organization_id
from clm.access.subjects import subject_type_of
from clm.accounts.actors import actor_of_membership
from clm.accounts.models import Membership, Organization
from clm.lib import clock
from clm.notify.models import Notification


def people_with_roles(*roles: str) -> list[UUID]:
    """User ids of the organization's present members who have any of the roles."""
    members = Membership.objects.filter(removed_at=None, user__is_active=True, roles__overlap=list(roles))
    return list(members.values_list("user_id", flat=True))


def one_line(text: str) -> str:
    """The text without line breaks: a title is the subject of a mail, and a header has one line."""
    return " ".join(text.split())


def settle(dedupe_key: str) -> int:
    """What was told under the key waits for nobody any more: it counts as read, and mail that has not left stays.
    Answers how many had not read it. Call inside the transaction of the verb that ended what was told."""
    return _settle(Notification.objects.filter(dedupe_key=dedupe_key))


def settle_about(subject: Model, kind: str, *, but: str = "", people: Iterable[UUID] | None = None) -> int:
    """As `settle`, for all that was told of this kind about the subject, except under the key `but`; with `people` for
    them alone."""
    told = Notification.objects.filter(subject_type=subject_type_of(subject), subject_id=subject.pk, kind=kind)
    told = told if people is None else told.filter(user_id__in=list(people))
    return _settle(told.exclude(dedupe_key=but))


def _settle(told: QuerySet[Notification]) -> int:
    told.filter(mailed_at=None).update(mail_due_at=None)
    return told.filter(read_at=None).update(read_at=clock.now())


def tell(
    user_ids: Iterable[UUID],
    *,
    kind: str,
    title: str,
    dedupe_key: str,
    body: str = "",
    url: str = "",
    subject: Model | None = None,
    due_at: datetime | None = None,
    by_mail: bool = True,
) -> int:
    """Each person has the notification once, however often this is called with the same key; answers how many are new.

    Nobody is told of a subject that they may not see, and the notice hides with it later: name it wherever the words
    say something about it. Its model is one that `register_subjects` was told of.

    Call inside the verb's or handler's transaction: mail is sent later from the row, and never where the organization
    has paused its mail.
    """
    subject_type = subject_type_of(subject) if subject is not None else ""
    by_mail = by_mail and not Organization.objects.filter(pk=current_organization_id(), mail_paused=True).exists()
    members = Membership.objects.filter(user_id__in=set(user_ids), removed_at=None, user__is_active=True)
    allowed = [row.user_id for row in members if subject is None or sees(actor_of_membership(row), subject)]
    rows = [
        Notification(
            organization_id=current_organization_id(),
            user_id=user_id,
            kind=kind,
            title=one_line(title)[:200],
            body=body,
            url=url,
            subject_type=subject_type,
            subject_id=subject.pk if subject is not None else None,
            dedupe_key=dedupe_key,
            due_at=due_at,
            mail_due_at=clock.now() if by_mail else None,
        )
        for user_id in allowed
    ]
    keys = Notification.objects.filter(dedupe_key=dedupe_key)
    known = set(keys.values_list("user_id", flat=True))
    fresh = [row for row in rows if row.user_id not in known]
    Notification.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)
