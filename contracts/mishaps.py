"""What contracts themselves count of a party's history."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from contracts.models import Termination
from contracts.risk_sources import Mishap, register_mishap
from contracts.states import TerminationState


def _for_cause(contracts: QuerySet[Any]) -> int:
    counted = (TerminationState.ANNOUNCED, TerminationState.EFFECTIVE)
    return Termination.objects.filter(contract__in=contracts, kind=Termination.Kind.CAUSE, state__in=counted).count()


def register() -> None:
    register_mishap(Mishap("terminated_for_cause", _("Terminated for cause"), _for_cause))
