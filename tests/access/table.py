"""Collects the rows of every app, and everything that exists and must have one."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.cast import Cast

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Signing in, passwords and second factors are allauth's, and tested there.
THIRD_PARTY = ("allauth.",)


@dataclass(frozen=True)
class Route:
    """One method of one route, and the roles that are let through. What is shown there is of one organization, or
    `is_common` to all."""

    name: str
    method: str
    roles: frozenset[str]
    key: str = ""
    data: dict[str, Any] = field(default_factory=dict, compare=False, hash=False)
    is_common: bool = False

    def __init__(
        self,
        name: str,
        method: str,
        roles: Iterable[str],
        key: str = "",
        data: dict[str, Any] | None = None,
        *,
        is_common: bool = False,
    ) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "method", method)
        object.__setattr__(self, "roles", frozenset(str(role) for role in roles))
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "data", data or {})
        object.__setattr__(self, "is_common", is_common)

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api-")

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


@dataclass
class Table:
    """All rows together."""

    verbs: dict[str, frozenset[str]] = field(default_factory=dict)
    routes: list[Route] = field(default_factory=list)
    builders: dict[str, Callable[[Cast], dict[str, Any]]] = field(default_factory=dict)
    public: set[str] = field(default_factory=set)


def collect() -> Table:
    """The rows of every `<app>_rows.py` beside this file."""
    table = Table()
    for path in sorted(Path(__file__).parent.glob("*_rows.py")):
        module = importlib.import_module(f"tests.access.{path.stem}")
        for verb, roles in getattr(module, "VERB_ROWS", {}).items():
            table.verbs[verb] = frozenset(str(role) for role in roles)
        table.routes += [_route(row) for row in getattr(module, "ROUTE_ROWS", [])]
        table.builders |= getattr(module, "BUILDERS", {})
        table.public |= set(getattr(module, "PUBLIC_ROUTES", ()))
    return table


def _route(row: Any) -> Route:
    """A Route, or a plain tuple (url name, builder key, method, roles)."""
    if isinstance(row, Route):
        return row
    name, key, method, roles = row[:4]
    return Route(name, method, roles, key or "", row[4] if len(row) > 4 else None)


def existing_routes() -> dict[str, set[str]]:
    """Route name -> methods, as far as a view class tells; a view function has an empty set."""
    found: dict[str, set[str]] = {}
    for prefix, pattern in _patterns(get_resolver().url_patterns):
        if pattern.callback.__module__.startswith(THIRD_PARTY):
            continue
        found[prefix + (pattern.name or str(pattern.pattern))] = methods_of(pattern.callback)
    return found


def api_routes() -> list[tuple[str, URLPattern]]:
    """By name."""
    found = ((prefix + (row.name or str(row.pattern)), row) for prefix, row in _patterns(get_resolver().url_patterns))
    return [(name, row) for name, row in found if name.startswith("api-")]


def methods_of(view: Any) -> set[str]:
    """The methods a class-based view has handlers for; none is known of a function."""
    view_class = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if view_class is None:
        return set()
    allowed = {name.upper() for name in view_class.http_method_names}
    return {method for method in METHODS if method in allowed and hasattr(view_class, method.lower())}


def _patterns(entries: Iterable[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in entries:
        if isinstance(entry, URLResolver):
            inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from _patterns(entry.url_patterns, inner)
        else:
            yield prefix, entry


def missing_routes(table: Table, routes: dict[str, set[str]]) -> list[str]:
    """Routes, and methods of them, that no row speaks of."""
    rows = {(route.name, route.method) for route in table.routes}
    named = {name for name, _method in rows} | table.public
    missing = [name for name in routes if name not in named]
    methods = [
        f"{method} {name}"
        for name, has in routes.items()
        if name in named - table.public
        for method in sorted(has)
        if (name, method) not in rows
    ]
    return sorted(missing) + sorted(methods)


def stale_routes(table: Table, routes: dict[str, set[str]]) -> list[str]:
    """Rows for routes that do not exist."""
    return sorted({route.name for route in table.routes if route.name not in routes} | (table.public - set(routes)))
