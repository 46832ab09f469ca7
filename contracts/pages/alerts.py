"""The list of contracts, as saved views that tell of what newly matches ask it."""

from __future__ import annotations

from types import SimpleNamespace

from django.db.models import QuerySet
from django.http import QueryDict

from clm.lib.actor import Actor
from clm.pages.alerts import SHOWN_BY, AlertSource, CannotBeAsked, register_alert_source
from contracts import queries
from contracts.models import Contract
from contracts.pages.lists import ContractFilter, ContractList
from contracts.queries.finding import found_for


def matching(actor: Actor, query: QueryDict) -> QuerySet[Contract]:
    """The contracts that the actor sees and that the list's query leaves, as the page finds them. Raises CannotBeAsked
    where a filter is none, or not what it was: without it everything would match."""
    every = queries.contracts(actor)
    asked = ContractFilter(query, queryset=every, request=SimpleNamespace(actor=actor))
    if not asked.is_valid() or set(query) - {"q"} - SHOWN_BY - set(asked.form.fields):
        raise CannotBeAsked
    words = query.get("q", "").replace("\x00", "").strip()
    rows: QuerySet[Contract] = found_for(actor, asked.qs, words, of=every).rows
    return rows


def register() -> None:
    register_alert_source(AlertSource(ContractList.key, "/contracts/", matching))
