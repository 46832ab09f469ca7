"""Reads about who watches a contract, and what contracts are tagged with."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Func, QuerySet

from clm.lib.actor import Actor
from contracts.models import Contract, Watcher
from contracts.queries import contracts

SUGGESTED = 200


def watchers_of(contract: Contract) -> QuerySet[Watcher]:
    return Watcher.objects.filter(contract=contract).select_related("user").order_by("user__name", "pk")


def tags_of(actor: Actor) -> QuerySet[Any]:
    """Each tag of the contracts that the actor sees with how many have it, the most used first."""
    named = contracts(actor).order_by().annotate(tag=Func(F("tags"), function="unnest")).values("tag")
    return named.annotate(number=Count("pk")).order_by("-number", "tag")


def suggested_tags(actor: Actor) -> list[str]:
    return [row["tag"] for row in tags_of(actor)[:SUGGESTED]]
