"""How the ledger is narrowed, on its page and in the API."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _


class LedgerFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`since` and `until` are dates in the person's zone; the range includes both."""

    verb = django_filters.CharFilter(label=_("Verb"), lookup_expr="icontains")
    event = django_filters.CharFilter(label=_("Fact"), lookup_expr="icontains")
    actor_id = django_filters.CharFilter(label=_("Actor's id"))
    subject_type = django_filters.CharFilter(label=_("Kind of thing"))
    subject_id = django_filters.UUIDFilter(label=_("Thing's id"))
    contract_id = django_filters.UUIDFilter(label=_("Contract's id"))
    since = django_filters.DateFilter(label=_("Since"), field_name="at", lookup_expr="date__gte")
    until = django_filters.DateFilter(label=_("Until"), field_name="at", lookup_expr="date__lte")
