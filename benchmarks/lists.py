"""Lists and search at 100,000 contracts: latency, and the number of queries of each list page."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.measure import Table, percentiles
from benchmarks.stage import RARE, plain_person
from clm.accounts.models import User
from clm.lib.actor import Actor

LIMIT = 100  # milliseconds, at p95
PAGES = {
    "contracts": "/contracts/",
    "contracts, page 1000": "/contracts/?page=1000",
    "contracts, sorted by reference": "/contracts/?sort=reference",
    "contracts, sorted by title": "/contracts/?sort=title",
    "contracts, sorted by title, page 1000": "/contracts/?sort=-title&page=1000",
    "contracts, sorted by type": "/contracts/?sort=-category",
    "contracts, sorted by state": "/contracts/?sort=state",
    "contracts, sorted by end of term": "/contracts/?sort=ends_on",
    "contracts, sorted by value": "/contracts/?sort=-value",
    "contracts, sorted by owner": "/contracts/?sort=owner",
    "contracts in a rare state": "/contracts/?state=draft",
    "contracts in the most common state": "/contracts/?state=active",
    "contracts of a type": "/contracts/?category=nda",
    "contracts of parties so named": "/contracts/?party=insurance",
    "contracts whose term ends from": "/contracts/?ends_after=2026-01-01",
    "contracts that are confidential": "/contracts/?confidential=true",
    "contracts by a choice of an own field": "/contracts/?cf_cost_centre=C7",
    "contracts by a range of an own field": "/contracts/?cf_seats_from=100&cf_seats_to=140",
    "contracts by a common range of an own field": "/contracts/?cf_seats_from=100",
    "contracts with own fields as columns": "/contracts/?columns=title,cf_cost_centre,cf_seats",
    "contracts with a tag": "/contracts/?tag=t7",
    "contracts of a band of value": "/contracts/?currency=EUR&value_from=10000&value_below=100000",
    "facets of all": "/contracts/facets/",
    "facets of a state": "/contracts/facets/?state=draft",
    "facets of an own field": "/contracts/facets/?cf_cost_centre=C7",
    "facets of a search of two words": "/contracts/facets/?q=payroll+insurance",
    "facets of a search of a word that every contract has": "/contracts/facets/?q=agreement",
    "search of two words": "/contracts/?q=payroll+insurance",
    "search of a rare word": f"/contracts/?q={RARE}",
    "search of a reference": "/contracts/?q=M-0077777",
    "search of a part of a title's word": "/contracts/?q=surance",
    "search of a word that every contract has": "/contracts/?q=agreement",
    "search of nothing there": "/contracts/?q=xyzzyx",
    "search box of every page": "/search/?q=payroll+insurance",
    "parties": "/contracts/parties/",
    "API contracts": "/api/v1/contracts/",
    "API contracts, by state": "/api/v1/contracts/?state=draft",
    "API search of two words": "/api/v1/contracts/?q=payroll+insurance",
    "API search of a word that every contract has": "/api/v1/contracts/?q=agreement",
}
AGAIN = ("contracts", "contracts, page 1000", "search of two words", "search of a word that every contract has")
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
    """As someone who sees confidential contracts by name; the most used pages also as someone who sees none."""
    granted, plain = signed_in(actor), signed_in(plain_person(actor))
    for name, path in PAGES.items():
        _latency(table, f"{name} ({count:,} contracts)", visit(granted, path))
    for name in AGAIN:
        _latency(table, f"{name}, without grants", visit(plain, PAGES[name]))


def _latency(table: Table, name: str, work: Callable[[], None]) -> None:
    p50, p95 = percentiles(work)
    table.add(name, p95, "ms p95", f"p50 {p50:.1f} ms; limit {LIMIT} ms{'' if p95 <= LIMIT else ': MISSED'}")


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
