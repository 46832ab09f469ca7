"""Covenant's own Prometheus gauges, read from the database when /metrics is asked for."""

from __future__ import annotations

import hmac
import ipaddress
import os
from collections.abc import Callable, Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from clm.access.scope import every_organization
from clm.api.problems import CONTENT_TYPE, problem

Gauge = tuple[str, Callable[[], int]]
_GAUGES: dict[str, Gauge] = {}


def register_gauge(name: str, help_text: str, count: Callable[[], int]) -> None:
    """`covenant_<name>` is `count()` over all organizations at the time of asking. Apps above add their own."""
    _GAUGES[name] = (help_text, count)


class OwnGauges(Collector):
    """Runs each gauge's one query. A gauge that fails is left out, so that the others are still seen."""

    def describe(self) -> list[GaugeMetricFamily]:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, (help_text, count) in _GAUGES.items():
            try:
                with every_organization():
                    value = count()
            except Exception:  # noqa: S112  a database that is away shows as absent gauges, and at /readyz
                continue
            yield GaugeMetricFamily(f"covenant_{name}", help_text, value=value)


def register() -> None:
    """The platform's gauges are in the registry."""
    from clm.audit.models import LedgerEntry
    from clm.events.models import Delivery, DeliveryState, OutboxEvent
    from clm.jobs.models import Job, JobState
    from clm.notify.models import Notification

    live = [JobState.QUEUED, JobState.RUNNING]
    register_gauge(
        "outbox_waiting",
        "Events not yet handed to their handlers",
        lambda: OutboxEvent.objects.filter(fanned_out_at=None).count(),
    )
    register_gauge(
        "deliveries_pending",
        "Deliveries waiting for a handler",
        lambda: Delivery.objects.filter(status=DeliveryState.PENDING).count(),
    )
    register_gauge(
        "dead_letters",
        "Deliveries that failed for good",
        lambda: Delivery.objects.filter(status=DeliveryState.DEAD).count(),
    )
    register_gauge(
        "ledger_unchained",
        "Ledger entries without a place in the chain",
        lambda: LedgerEntry.objects.filter(sequence=None).count(),
    )
    register_gauge("jobs_live", "Jobs queued or running", lambda: Job.objects.filter(state__in=live).count())
    register_gauge(
        "mails_waiting",
        "Mails due and not sent",
        lambda: Notification.objects.filter(mailed_at=None, mail_due_at__isnull=False).count(),
    )


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text: with METRICS_TOKEN set for whoever bears it, else for this machine, not through a proxy."""
    if not may_read_metrics(request):
        return JsonResponse(
            problem(403, "forbidden", "Metrics need METRICS_TOKEN."), status=403, content_type=CONTENT_TYPE
        )
    own = CollectorRegistry()
    own.register(OwnGauges())
    return HttpResponse(generate_latest(_process_registry()) + generate_latest(own), content_type=CONTENT_TYPE_LATEST)


def _process_registry() -> CollectorRegistry:
    """What this process counts, or all worker processes together where they share PROMETHEUS_MULTIPROC_DIR."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared


def may_read_metrics(request: HttpRequest) -> bool:
    """Whether the request bears METRICS_TOKEN or, while there is none, comes straight from this machine."""
    token: str = settings.METRICS_TOKEN
    if token:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    proxied = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip"))
    try:
        is_local = ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        # A Unix socket has no address; only this machine reaches it, but so does a proxy in front of it.
        is_local = False
    return is_local and not proxied
