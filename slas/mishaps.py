"""What service levels count of a party's history."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from contracts.risk_sources import Mishap, register_mishap
from slas.models import Breach
from slas.states import BreachState


def _missed(contracts: QuerySet[Any]) -> int:
    return Breach.objects.filter(contract__in=contracts).exclude(state=BreachState.WITHDRAWN).count()


def register() -> None:
    register_mishap(Mishap("breaches", _("Service levels missed"), _missed))
