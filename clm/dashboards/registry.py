"""Panels that apps register for the home page, and navigation entries for the shell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from clm.lib.actor import Actor


@dataclass(frozen=True)
class Panel:
    """A card of the home page: shown to these roles, filled by `context`, drawn by `template`.

    `columns` is its width out of 12 on a wide screen; `order` sorts panels. `verb` is the verb that reads its content.
    With `is_shown` the panel appears only while it answers True.
    """

    key: str
    title: Any
    template: str
    context: Callable[[Actor], Mapping[str, Any]]
    roles: frozenset[str]
    verb: str
    order: int = 100
    columns: int = 6
    is_shown: Callable[[Actor], bool] | None = None


@dataclass(frozen=True)
class NavigationEntry:
    """An entry of the left navigation: shown where the actor may use `verb`. `count` is a badge, None hides it."""

    key: str
    label: Any
    url_name: str
    icon: str
    verb: str
    order: int
    group: Any = ""
    count: Callable[[Actor], int] | None = None


PANELS: dict[str, Panel] = {}
NAVIGATION: dict[str, NavigationEntry] = {}


def register_panel(panel: Panel) -> None:
    PANELS[panel.key] = panel


def register_navigation(entry: NavigationEntry) -> None:
    NAVIGATION[entry.key] = entry


@dataclass(frozen=True)
class Hit:
    """One result of the search box."""

    kind: str
    title: str
    subtitle: Any
    url: str


@dataclass(frozen=True)
class SearchSource:
    """Something the search box looks through: `search(actor, words, limit)` returns only what the actor may see."""

    key: str
    label: Any
    order: int
    search: Callable[[Actor, str, int], list[Hit]]


SEARCH_SOURCES: dict[str, SearchSource] = {}


def register_search_source(source: SearchSource) -> None:
    SEARCH_SOURCES[source.key] = source
