from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from clm.jobs.models import JobState


class JobFilter(django_filters.FilterSet):  # type: ignore[misc]
    state = django_filters.ChoiceFilter(label=_("State"), choices=JobState.choices)
    kind = django_filters.CharFilter(label=_("Kind"))
