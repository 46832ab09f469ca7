"""Every route has a row, and answers each role, nobody, and another organization as the row says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import auth
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection, transaction
from django.template.backends.django import Template
from django.test import Client
from django.urls import reverse

from clm.access import middleware
from clm.access.scope import organization_scope
from clm.accounts.roles import INSIDE, Role
from clm.pages import context
from tests.access.table import Route, collect, existing_routes, missing_routes, stale_routes
from tests.cast import Cast, add_person

TABLE = collect()
ROUTES = existing_routes()
BACKEND = "django.contrib.auth.backends.ModelBackend"
ROUTES_AT_ONCE = 8
DRAWN = 1
READS = ("SELECT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")
# Who looked at what is noted with every look; `tests.contracts.test_readings` has that.
NOT_COUNTED = {"django_session", "usersessions_usersession", "django_admin_log", "contracts_reading"}
NOTING = "\nWITH noted AS (\n    INSERT INTO contracts_reading"


def test_every_route_has_a_row() -> None:
    assert missing_routes(TABLE, ROUTES) == []


def test_no_row_is_left_over() -> None:
    assert stale_routes(TABLE, ROUTES) == []


@dataclass(frozen=True)
class World:
    """Routes that are asked about the same thing, which is built once for all of them."""

    key: str
    number: int
    routes: tuple[Route, ...]

    def __str__(self) -> str:
        return f"{self.key or 'lists'}-{self.number}"


def worlds() -> list[World]:
    by_key: dict[str, list[Route]] = {}
    for route in TABLE.routes:
        by_key.setdefault(route.key, []).append(route)
    return [
        World(key, begin // ROUTES_AT_ONCE + 1, tuple(routes[begin : begin + ROUTES_AT_ONCE]))
        for key, routes in by_key.items()
        for begin in range(0, len(routes), ROUTES_AT_ONCE)
    ]


def test_every_row_is_asked() -> None:
    assert sorted(map(str, TABLE.routes)) == sorted(str(route) for world in worlds() for route in world.routes)


@pytest.fixture
def plain_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands around each page is the same for a person wherever they are, and a refusal for everybody: computed
    once. A page is drawn for the first who gets it; of the others it is asked whether they do."""
    counted: dict[str, Any] = {}
    refusals: dict[str, str] = {}
    drawn: Counter[tuple[str, str]] = Counter()
    navigation, render = context._navigation, Template.render

    def navigation_once(actor: Any, path: str) -> Any:
        if actor.identity not in counted:
            counted[actor.identity] = navigation(actor, path)
        return counted[actor.identity]

    def drawn_once(self: Template, *given: Any, **named: Any) -> str:
        name = str(self.template.name)
        if name not in ("403.html", "404.html"):
            request = named.get("request") or (given[1] if len(given) > 1 else None)
            place = (str(getattr(request, "path", "")), name)
            drawn[place] += request is not None
            return render(self, *given, **named) if drawn[place] <= DRAWN else ""
        if name not in refusals:
            refusals[name] = render(self, *given, **named)
        return refusals[name]

    monkeypatch.setattr(context, "_navigation", navigation_once)
    monkeypatch.setattr(Template, "render", drawn_once)


@pytest.fixture
def known_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody changes while routes are asked: whose session it is, and who that is where, is read once for each."""
    users: dict[str, Any] = {}
    seats: dict[str, tuple[Any, dict[str, Any]]] = {}
    get_user, actor_of_session = auth.get_user, middleware.actor_of_session

    def user_once(request: Any) -> Any:
        key = str(request.session.session_key)
        if key not in users:
            users[key] = get_user(request)
        return users[key]

    def actor_once(request: Any, *, request_id: str = "") -> Any:
        key = str(request.session.session_key)
        if key not in seats:
            actor = actor_of_session(request, request_id=request_id)
            seats[key] = actor, {name: vars(request)[name] for name in ("membership", "memberships")}
        actor, found = seats[key]
        vars(request).update(found)
        return replace(actor, request_id=request_id)

    monkeypatch.setattr(auth, "get_user", user_once)
    monkeypatch.setattr(middleware, "actor_of_session", actor_once)


@pytest.mark.parametrize("world", worlds(), ids=str)
@pytest.mark.usefixtures("plain_shell", "known_people")
def test_routes(world: World, acme: Cast, globex: Cast) -> None:
    with organization_scope(globex.organization.pk):
        add_person(globex, "stranger", sorted(INSIDE))
    kwargs = TABLE.builders[world.key](acme) if world.key else {}
    asking = Asking({**{role: acme.users[role] for role in Role.values}, "stranger": globex.users["stranger"]})

    told = {str(route): _answers(route, kwargs, asking) for route in world.routes}

    assert told == {str(route): _as_the_row_says(route, kwargs) for route in world.routes}


class Asking:
    """One client for everybody, a session of each of them, and how many rows there are before anything is asked."""

    def __init__(self, people: dict[str, Any]) -> None:
        self.client = Client(raise_request_exception=True)
        self.sessions = {who: _session_of(user) for who, user in people.items()}
        self.before = row_counts()
        self.has_written = False

    def as_who(self, who: str) -> Client:
        self.client.cookies.clear()
        if who != "nobody":
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        return self.client

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Sees each statement of a request: counting the rows of every table is for those that wrote."""
        self.has_written = self.has_written or not str(sql).startswith((*READS, NOTING))
        return execute(sql, params, many, context)


def _answers(route: Route, kwargs: dict[str, Any], asking: Asking) -> dict[str, Any]:
    """Which roles are let through, and what nobody and a stranger are answered."""
    url = reverse(route.name, kwargs=kwargs)
    statuses = {role: _answer(route, url, role, asking) for role in Role.values}
    return {
        "roles": {role for role, status in statuses.items() if status not in (403, 404)},
        "nobody": _answer(route, url, "nobody", asking),
        "stranger": _answer(route, url, "stranger", asking) if _is_of_one(route, kwargs) else None,
    }


def _as_the_row_says(route: Route, kwargs: dict[str, Any]) -> dict[str, Any]:
    return {
        "roles": set(route.roles),
        "nobody": 401 if route.is_api else 302,
        "stranger": 404 if _is_of_one(route, kwargs) else None,
    }


def _is_of_one(route: Route, kwargs: dict[str, Any]) -> bool:
    """Whether the route shows something that one organization has."""
    return bool(kwargs) and not route.is_common


def _answer(route: Route, url: str, who: str, asking: Asking) -> int:
    """The status; a request that was denied has left every table with as many rows as before."""
    sent = {"content_type": "application/json"} if route.is_api and route.method != "GET" else {}
    asking.has_written = False
    with _undone():
        with organization_scope_left(), connection.execute_wrapper(asking):
            response = getattr(asking.as_who(who), route.method.lower())(url, route.data, **sent)
        is_denied = response.status_code in (302, 401, 403, 404) and not _is_success(response)
        if is_denied and asking.has_written:
            assert row_counts() == asking.before
        if response.streaming:
            b"".join(response.streaming_content)
    assert response.status_code < 500
    return 302 if _asks_to_sign_in(response) else _but_not_redirect(response)


def _session_of(user: Any) -> str:
    """The key of a session as signing in leaves it; the signing in itself has tests of its own."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session.update(
        {SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: BACKEND, HASH_SESSION_KEY: user.get_session_auth_hash()}
    )
    session.save()
    return str(session.session_key)


def _is_success(response: Any) -> bool:
    return response.status_code == 302 and not _asks_to_sign_in(response)


def _asks_to_sign_in(response: Any) -> bool:
    return response.status_code == 302 and reverse("account_login") in response["Location"]


def _but_not_redirect(response: Any) -> int:
    return 200 if response.status_code == 302 else int(response.status_code)


@contextmanager
def _undone() -> Iterator[None]:
    """What happens inside is rolled back; a bare savepoint, since a request does not begin within `atomic`."""
    begun = transaction.savepoint()
    yield
    transaction.savepoint_rollback(begun)


@contextmanager
def organization_scope_left() -> Iterator[None]:
    """A request finds no organization in scope, as on a server: only its own sign-in brings one."""
    from clm.access import scope

    token = scope._scope.set(None)
    try:
        yield
    finally:
        scope._scope.reset(token)


def row_counts() -> dict[str, int]:
    """Table -> number of rows, of every table that the project's models have."""
    tables = sorted({model._meta.db_table for model in apps.get_models()} - NOT_COUNTED)
    union = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(union)
        return dict(cursor.fetchall())
