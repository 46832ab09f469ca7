"""Which panels a person's home page has, and what the search box finds."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.db import DatabaseError, connection, transaction
from django.template.loader import render_to_string

from clm.access.permissions import can
from clm.dashboards.registry import PANELS, SEARCH_SOURCES, Hit, Panel
from clm.lib.actor import Actor

log = structlog.get_logger("clm.dashboards")
HITS = 10


@dataclass(frozen=True)
class Drawn:
    """A panel with its content, or with `failed` where its own code raised."""

    panel: Panel
    html: str = ""
    failed: bool = False


@dataclass(frozen=True)
class Found:
    """What one search source found; `failed` where it raised."""

    key: str
    label: Any
    hits: list[Hit] = field(default_factory=list)
    failed: bool = False


def panels_of(actor: Actor) -> list[Panel]:
    """The panels of all the person's roles that they may read, in order, each once."""
    shown = [panel for panel in PANELS.values() if panel.roles & actor.roles and can(actor, panel.verb)]
    shown = [panel for panel in shown if panel.is_shown is None or panel.is_shown(actor)]
    return sorted(shown, key=lambda panel: (panel.order, panel.key))


def drawn_panels(actor: Actor, shared: Mapping[str, Any]) -> list[Drawn]:
    """Every panel drawn, with what they share. One that raises is logged and says so, and the others still show."""
    return [_draw(panel, actor, shared) for panel in panels_of(actor)]


def _apart() -> AbstractContextManager[Any]:
    """A failed query spoils an open transaction, so there a savepoint; pages have none, and save the two statements."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def _draw(panel: Panel, actor: Actor, shared: Mapping[str, Any]) -> Drawn:
    try:
        with _apart():
            context = {**shared, "panel": panel, **panel.context(actor)}
            return Drawn(panel, html=render_to_string(panel.template, context))
    except Exception:
        log.exception("panel_failed", panel=panel.key)
        return Drawn(panel, failed=True)


def search_everything(actor: Actor, words: str) -> list[Found]:
    """What each source finds, in their order; sources that find nothing are left out, ones that fail say so."""
    sources = sorted(SEARCH_SOURCES.values(), key=lambda source: source.order)
    found = []
    for source in sources:
        try:
            with _apart():
                hits = source.search(actor, words, HITS)
            found.append(Found(source.key, source.label, hits))
        except DatabaseError:
            log.exception("search_failed", source=source.key)
            found.append(Found(source.key, source.label, failed=True))
    return [each for each in found if each.hits or each.failed]
