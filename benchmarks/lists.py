"""Lists and search at 100,000 contracts: latency, and the number of queries of each list page."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.measure import Table, percentiles
from benchmarks.stage import RARE
from clm.accounts.models import User
from clm.lib.actor import Actor

LIST_LIMIT, SEARCH_LIMIT = 150, 100  # milliseconds, at p95
PAGES = {
    "contracts": ("/contracts/", LIST_LIMIT),
    "contracts, page 1000": ("/contracts/?page=1000", LIST_LIMIT),
    "contracts, by state": ("/contracts/?state=draft", LIST_LIMIT),
    "contracts, by title": ("/contracts/?sort=title", LIST_LIMIT),
    "search of two words": ("/contracts/?q=payroll+insurance", SEARCH_LIMIT),
    "search of a rare word": (f"/contracts/?q={RARE}", SEARCH_LIMIT),
    "search of a reference": ("/contracts/?q=M-0077777", SEARCH_LIMIT),
    "search of a word that every contract has": ("/contracts/?q=agreement", SEARCH_LIMIT),
    "search box of every page": ("/search/?q=payroll+insurance", SEARCH_LIMIT),
    "API contracts": ("/api/v1/contracts/", LIST_LIMIT),
    "API contracts, by state": ("/api/v1/contracts/?state=draft", LIST_LIMIT),
    "API search of two words": ("/api/v1/contracts/?q=payroll+insurance", SEARCH_LIMIT),
}
EACH_LIST = (
    "/", "/contracts/", "/contracts/parties/", "/service-levels/", "/service-levels/breaches/",
    "/service-levels/telemetry/", "/obligations/", "/obligations/dates/", "/billing/fees/",
    "/billing/credits/", "/billing/invoices/", "/inbox/", "/ledger/", "/jobs/", "/people/", "/tokens/",
    "/dead-letters/", "/search/?q=hosting",
)  # fmt: skip


def signed_in(actor: Actor) -> Client:
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client(raise_request_exception=True)
    client.force_login(User.objects.get(pk=actor.person_id), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def measure(table: Table, actor: Actor, count: int) -> None:
    client = signed_in(actor)
    for name, (path, limit) in PAGES.items():
        p50, p95 = percentiles(visit(client, path))
        table.add(f"{name} ({count:,} contracts)", p95, "ms p95", f"p50 {p50:.1f} ms; limit {limit} ms")


def measure_each(table: Table, actor: Actor) -> None:
    """Render time and queries of each list page of a realistic organization."""
    client = signed_in(actor)
    for path in EACH_LIST:
        with CaptureQueriesContext(connection) as captured:
            visit(client, path)()
        queries = len(captured)
        p50, p95 = percentiles(visit(client, path), times=20)
        table.add(f"page {path}", p95, "ms p95", f"p50 {p50:.1f} ms; {queries} queries")


def visit(client: Client, path: str) -> Callable[[], None]:
    """A call that asks for the page and refuses any answer but 200."""

    def get() -> None:
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")

    return get
