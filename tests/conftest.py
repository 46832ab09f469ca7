"""The cast as fixtures. `alice` owns, `bob` of the same organization only reads, `charlie` is of another one."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from copy import copy
from typing import Any

import pytest
from _pytest import runner
from django.db import connection
from django.template import RequestContext
from django.test import Client
from django.test import client as django_client
from django.test.utils import ContextList
from hypothesis import settings
from rest_framework.test import APIClient

from clm.access.scope import organization_scope
from clm.lib.actor import Actor
from clm.lib.memory import with_room
from tests import copied, emptied
from tests.cast import Cast, add_person, make_cast
from tests.once import papers_once

__all__ = ["papers_once"]

# The same examples every time, and no limit on one example's time: the machine may be busy.
settings.register_profile("covenant", derandomize=True, deadline=None)
settings.load_profile("covenant")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any
) -> Iterator[None]:
    """Of several workers the first migrates a database, and those of all are copies of it."""
    run = getattr(request.config, "workerinput", {}).get("testrunuid")
    if run is None or request.config.getvalue("reuse_db") or request.config.getvalue("nomigrations"):
        yield
        return
    with django_db_blocker.unblock():
        copied.copy_one_that_is_migrated(f"test_covenant_{run}")
    yield
    with django_db_blocker.unblock():
        copied.forget(f"test_covenant_{run}")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A server of the tests that has not let go yet does not keep the database from being dropped."""
    copied.let_go()
    with django_db_blocker.unblock():
        emptied.remember()
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def acme(db: None) -> Iterator[Cast]:
    """The organization most tests act in; it is in scope for the test."""
    cast = make_cast("acme")
    with organization_scope(cast.organization.pk):
        yield cast


@pytest.fixture
def globex(db: None) -> Cast:
    """Another organization, not in scope."""
    return make_cast("globex")


@pytest.fixture
def alice(acme: Cast) -> Actor:
    """Owner: legal, account manager and finance of acme."""
    return add_person(acme, "alice", ["legal", "account_manager", "finance", "administrator"])


@pytest.fixture
def bob(acme: Cast) -> Actor:
    """Of acme too, and only reads."""
    return acme["executive"]


@pytest.fixture
def charlie(globex: Cast) -> Actor:
    """Of another organization, with every role there."""
    with organization_scope(globex.organization.pk):
        return add_person(globex, "charlie", ["legal", "account_manager", "finance", "administrator"])


@pytest.fixture
def page(acme: Cast, alice: Actor) -> Client:
    """A browser session signed in as alice."""
    client = Client()
    client.force_login(acme.users["alice"], backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def api(acme: Cast, alice: Actor) -> APIClient:
    """An API client with alice's session."""
    client = APIClient()
    client.force_login(acme.users["alice"], backend="django.contrib.auth.backends.ModelBackend")
    return client


# Tests that take long, or wait for a browser or for processes: begun first, in this order.
LONG = (
    "tests/browser/", "tests/concurrency/", "tests/clm/embedded/", "tests/contracts/imports/test_cuad.py",
    "tests/contracts/templates/test_every_template.py", "tests/contracts/test_negotiation_by_api.py",
    "tests/billing/test_portfolio.py", "tests/contracts/negotiation/test_successive.py",
)  # fmt: skip


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each worker is given a part of the list, and begins with its share of the long ones: then none has one left at
    the end, where they share out hundreds of small ones."""
    workers = int(getattr(config, "workerinput", {}).get("workercount", 1))
    long = [item for prefix in LONG for item in items if item.nodeid.startswith(prefix)]
    others = [item for item in items if not item.nodeid.startswith(LONG)]
    shares = [long[worker::workers] for worker in range(workers)]
    dealt: list[pytest.Item] = []
    for worker, share in enumerate(shares):
        size = (len(items) - len(dealt)) // (workers - worker)
        dealt += share
        dealt += [others.pop(0) for _ in range(min(size - len(share), len(others)))]
    items[:] = [*dealt, *others]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """As it is, with room for calls: pytest stands dozens deep where a test begins."""
    return with_room(runner.pytest_runtest_protocol)(item, nextitem)


def _keep_context(store: dict[str, Any], template: Any, context: Any, **_more: Any) -> None:
    """What the page was made of. Django copies it for each of a page's dozens of parts too, a tenth of the whole."""
    if isinstance(context, RequestContext) and context.template is template:
        store.setdefault("context", ContextList()).append(copy(context))


django_client.store_rendered_templates = _keep_context


def pytest_collection_finish() -> None:
    """What thousands of tests are made of stays: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Files made by the tests carry the moment they were made at: their bytes are no name that two workers agree on."""
    return argname if isinstance(val, bytes) else None
