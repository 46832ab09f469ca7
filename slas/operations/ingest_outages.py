"""Outages are stored as their source reports them, and the windows they fall in are due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require, visible
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.canonical import digest
from clm.lib.errors import Invalid
from clm.lib.locks import advisory_lock
from slas import events
from slas.models import EvaluationWindow, Indicator, Outage, TelemetryBatch
from slas.operations.guards import begin_monitoring, contracts_named, keep_batch, make_due, windows_between
from slas.readings import LIMIT, Sorted, Stretch, keys_in, sort_outages

FIELDS = ("starts_at", "ends_at", "title", "severity")


@transaction.atomic
def ingest_outages(*, actor: Actor, outages: Sequence[Any], source: str = "api") -> TelemetryBatch:
    """Idempotent by (indicator, external_id): a later report replaces, so an outage without an end gets one that way.

    `external_id` is the start where the source has none. Refused rows as with samples; at most 10,000 (`too_many`).
    """
    require(actor, "slas.ingest_outages")
    if len(outages) > LIMIT:
        raise Invalid("too_many", f"Send at most {LIMIT} outages a call.")
    rows = visible(actor, Indicator.objects.select_related("service").filter(key__in=keys_in(outages)))
    indicators = {found.key: found for found in rows}
    found = sort_outages(outages, indicators)
    for indicator_id in sorted({stretch.indicator.pk for stretch in found.kept.values()}):
        advisory_lock(f"outages:{indicator_id}")
    known_from = _known_from({stretch.indicator.pk for stretch in found.kept.values()})
    spans, counts = _store(actor, found)
    begin_monitoring((indicator_id, start, end or start) for indicator_id, start, end in spans)
    _make_windows_due(spans, known_from)
    counts |= {"contract_ids": contracts_named(indicators.values())}
    batch = keep_batch(actor, source, _digest(found), len(outages), counts)
    record(actor, events.telemetry_ingested("slas.ingest_outages", batch))
    return batch


Span = tuple[UUID, datetime, datetime | None]
Known = dict[UUID, datetime | None]


def _known_from(indicator_ids: set[UUID]) -> Known:
    """When monitoring of each began, as it was before this delivery; locked, for the delivery may move it."""
    rows = Indicator.objects.select_for_update(no_key=True).filter(pk__in=indicator_ids).order_by("pk")
    return dict(rows.values_list("pk", "first_sample_at"))


def _store(actor: Actor, found: Sorted) -> tuple[list[Span], dict[str, Any]]:
    """The stretches of time that changed, old and new, and the counts."""
    known = _known(found)
    added: list[Outage] = []
    replaced: list[Outage] = []
    spans: list[Span] = []
    for key, stretch in found.kept.items():
        former = known.get(key)
        if former is not None and all(getattr(former, name) == getattr(stretch, name) for name in FIELDS):
            continue
        if former is not None:
            spans.append((key[0], former.starts_at, former.ends_at))
        spans.append((key[0], stretch.starts_at, stretch.ends_at))
        (added if former is None else replaced).append(_row(actor, stretch, former))
    Outage.objects.bulk_create(added)
    Outage.objects.bulk_update(replaced, FIELDS)
    return spans, _counts(found, len(added), len(replaced), spans)


def _known(found: Sorted) -> dict[tuple[UUID, str], Outage]:
    ids = {external_id for _indicator, external_id in found.kept}
    indicators = {indicator_id for indicator_id, _external in found.kept}
    rows = Outage.objects.filter(indicator_id__in=indicators, external_id__in=ids)
    return {(row.indicator_id, row.external_id): row for row in rows}


def _row(actor: Actor, stretch: Stretch, former: Outage | None) -> Outage:
    row = former or Outage(
        organization_id=actor.organization_id, indicator=stretch.indicator, external_id=stretch.external_id
    )
    for name in FIELDS:
        setattr(row, name, getattr(stretch, name))
    return row


def _counts(found: Sorted, added: int, replaced: int, spans: list[Span]) -> dict[str, Any]:
    return {
        "accepted": added + replaced,
        "replaced": replaced,
        "duplicates": len(found.kept) - added - replaced + found.repeated,
        "refused": len(found.refusals),
        "refusals": found.refusals,
        "first_at": min((start for _id, start, _end in spans), default=None),
        "last_at": max((end or start for _id, start, end in spans), default=None),
    }


def _make_windows_due(spans: Iterable[Span], known_from: Known) -> None:
    """One sweep an indicator, over the whole stretch that changed: with an outage before all that was known, monitoring
    begins earlier, and what was unmeasured since is measured."""
    by_indicator: dict[UUID, list[Span]] = {}
    for span in spans:
        by_indicator.setdefault(span[0], []).append(span)
    for indicator_id, changed in by_indicator.items():
        ends = [end for _id, _start, end in changed]
        first, known = min(start for _id, start, _end in changed), known_from[indicator_id]
        ends += [known] if known is None or first < known else []
        last = None if None in ends else max(end for end in ends if end is not None)
        windows = EvaluationWindow.objects.filter(commitment__indicator_id=indicator_id)
        make_due(windows_between(windows, first, last))


def _digest(found: Sorted) -> str:
    rows = [[*key, *(getattr(stretch, name) for name in FIELDS)] for key, stretch in found.kept.items()]
    return digest(rows)
