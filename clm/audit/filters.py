"""How the ledger is narrowed, on its page and in the API."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clm.access.registry import SYSTEM_ACTORS, VERBS, VISIBILITY
from clm.accounts.models import Membership
from clm.pages.fields import SuggestInput


def day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def actors() -> list[str]:
    """Names of the members and of the system's own actors, for typing ahead."""
    members = Membership.objects.select_related("user").order_by("user__name")
    return [*(str(member.user) for member in members), *(name.replace("_", " ") for name in sorted(SYSTEM_ACTORS))]


def kinds() -> list[str]:
    """Every kind of thing that the ledger may tell of."""
    return sorted(model._meta.label_lower for model in VISIBILITY)


class LedgerFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`since` and `until` are dates in the person's zone; the range includes both."""

    who = django_filters.CharFilter(label=_("Who"), method="by_name", widget=SuggestInput(actors))
    verb = django_filters.CharFilter(
        label=_("Verb"), lookup_expr="icontains", widget=SuggestInput(lambda: sorted(VERBS))
    )
    event = django_filters.CharFilter(label=_("Fact"), lookup_expr="icontains")
    since = django_filters.DateFilter(label=_("Since"), field_name="at", lookup_expr="date__gte", widget=day())
    until = django_filters.DateFilter(label=_("Until"), field_name="at", lookup_expr="date__lte", widget=day())
    subject_type = django_filters.CharFilter(
        label=_("Kind of thing"), lookup_expr="icontains", widget=SuggestInput(kinds)
    )
    subject_id = django_filters.UUIDFilter(label=_("Thing's id"))
    contract_id = django_filters.UUIDFilter(label=_("Contract's id"))
    actor_id = django_filters.CharFilter(label=_("Actor's id"), widget=forms.HiddenInput)

    def by_name(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Entries of the members, former ones too, whose name or address has this in it, and of such system actors."""
        members = Membership.objects.filter(Q(user__name__icontains=value) | Q(user__email__icontains=value))
        people = [str(user_id) for user_id in members.values_list("user_id", flat=True)]
        system = Q(actor_kind="system", actor_id__icontains=value.strip().replace(" ", "_"))
        return rows.filter(Q(actor_kind="user", actor_id__in=people) | system)
