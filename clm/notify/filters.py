from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _


class NotificationFilter(django_filters.FilterSet):  # type: ignore[misc]
    unread = django_filters.BooleanFilter(label=_("Unread"), field_name="read_at", lookup_expr="isnull")
    kind = django_filters.CharFilter(label=_("Kind"))
