from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from clm.events.models import DeliveryState


class DeliveryFilter(django_filters.FilterSet):  # type: ignore[misc]
    status = django_filters.ChoiceFilter(label=_("State"), choices=DeliveryState.choices)
    handler = django_filters.CharFilter(label=_("Handler"), lookup_expr="icontains")
    type = django_filters.CharFilter(label=_("Fact"), field_name="event__type", lookup_expr="icontains")
