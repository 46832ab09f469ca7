"""Lists and search at 100,000 contracts: latency, and the number of queries of each list page."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.measure import Table, percentiles
from clm.accounts.models import User
from clm.lib.actor import Actor

PAGES = {
    "contracts": "/contracts/",
    "contracts, page 1000": "/contracts/?page=1000",
    "contracts, filtered by state": "/contracts/?state=draft",
    "contracts, search of words": "/contracts/?q=payroll+insurance",
    "contracts API": "/api/v1/contracts/",
    "contracts API, search of words": "/api/v1/contracts/?q=payroll+insurance",
}
EACH_LIST = (
    "/", "/contracts/", "/service-levels/", "/service-levels/breaches/", "/obligations/", "/obligations/dates/",
    "/billing/credits/", "/billing/invoices/", "/inbox/", "/ledger/", "/jobs/", "/people/",
)  # fmt: skip


def signed_in(actor: Actor) -> Client:
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client(raise_request_exception=True)
    client.force_login(User.objects.get(pk=actor.person_id), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def measure(table: Table, actor: Actor, count: int) -> None:
    client = signed_in(actor)
    for name, path in PAGES.items():
        p50, p95 = percentiles(_get(client, path))
        table.add(f"{name} ({count:,} rows)", p95, "ms p95", f"p50 {p50:.1f} ms")


def measure_each(table: Table, actor: Actor) -> None:
    """Render time and queries of each list page as it stands."""
    client = signed_in(actor)
    for path in EACH_LIST:
        with CaptureQueriesContext(connection) as captured:
            _get(client, path)()
        p50, _p95 = percentiles(_get(client, path), times=15)
        table.add(f"page {path}", p50, "ms p50", f"{len(captured)} queries")


def _get(client: Client, path: str) -> Callable[[], None]:
    def get() -> None:
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")

    return get
