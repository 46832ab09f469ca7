from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clm.notify.models import Notification


class NotificationFilter(django_filters.FilterSet):  # type: ignore[misc]
    unread = django_filters.BooleanFilter(label=_("Unread"), field_name="read_at", lookup_expr="isnull")
    kind = django_filters.CharFilter(label=_("Kind"))


class InboxFilter(django_filters.FilterSet):  # type: ignore[misc]
    """The page shows unread things unless `show` says otherwise."""

    show = django_filters.ChoiceFilter(
        label=_("Show"),
        empty_label=_("Unread"),
        choices=[("all", _("Everything")), ("read", _("Read"))],
        method="by_reading",
    )

    def by_reading(self, rows: QuerySet[Notification], name: str, value: str) -> QuerySet[Notification]:
        return rows.exclude(read_at=None) if value == "read" else rows
