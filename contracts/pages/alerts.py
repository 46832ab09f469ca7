"""The list of contracts, as saved views that tell of what newly matches ask it."""

from __future__ import annotations

from types import SimpleNamespace

from django.db.models import QuerySet
from django.http import QueryDict

from clm.lib.actor import Actor
from clm.pages.alerts import AlertSource, register_alert_source
from contracts import queries
from contracts.models import Contract
from contracts.pages.lists import ContractFilter, ContractList


def matching(actor: Actor, query: QueryDict) -> QuerySet[Contract]:
    """The contracts that the actor sees and that the list's query leaves, as the page finds them."""
    found = queries.contracts(actor)
    words = query.get("q", "").replace("\x00", "").strip()
    found = queries.found_for(actor, found, words) if words else found
    rows: QuerySet[Contract] = ContractFilter(query, queryset=found, request=SimpleNamespace(actor=actor)).qs
    return rows


def register() -> None:
    register_alert_source(AlertSource(ContractList.key, "/contracts/", matching))
