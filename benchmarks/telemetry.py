"""Commitments with windows and telemetry to measure with, the same readings every time."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from clm.access.permissions import system_actor
from clm.accounts.models import User
from clm.documents.blobs import store_blob
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.months import add_months
from contracts.models import Clause, Contract, Passage, Version
from contracts.operations.create_contract import create_contract
from slas.engine.credit_tiers import Band
from slas.models import Commitment
from slas.operations.activate_commitment import activate_commitment
from slas.operations.bind_commitment import bind_commitment
from slas.operations.open_windows import open_windows
from slas.terms import CommitmentTerms, NewIndicator

QUOTE = "The service is available 99.9 % of each calendar month."
MONTHS = 12
Row = dict[str, Any]


def first_day() -> date:
    """The first of the month a year ago: twelve full months and the current one follow."""
    return add_months(clock.today().replace(day=1), -MONTHS)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def commitment(actor: Actor, key: str, kind: str) -> Commitment:
    """An active commitment of 99.9 % a month with credit tiers, measured under `key`, its windows open and due."""
    terms = CommitmentTerms(
        name=f"Availability of {key}",
        target=Decimal("99.9"),
        starts_on=first_day(),
        remedy_kind="tiers",
        tiers=(
            Band(below=Decimal("99.9"), at_or_above=Decimal(99), credit_percent=Decimal(10)),
            Band(below=Decimal(99), at_or_above=Decimal(0), credit_percent=Decimal(30)),
        ),
    )
    measured = NewIndicator(key=key, service_name=key, kind=kind)
    passage = _passage(actor, key)
    bound = bind_commitment(actor=actor, passage_id=passage.pk, terms=terms, indicator=measured)
    activate_commitment(actor=actor, commitment_id=bound.pk)
    return open_windows(actor=system_actor("evaluator", actor.organization_id), commitment_id=bound.pk)


def _passage(actor: Actor, key: str) -> Passage:
    """A sentence of the final version of an active contract, straight into the tables."""
    contract = create_contract(actor=actor, title=f"Hosting of {key}")
    owned = {"organization_id": actor.organization_id}
    user = User.objects.get(pk=actor.person_id)
    blob = store_blob(actor.organization_id, QUOTE.encode(), "text/plain")
    version = Version.objects.create(
        contract=contract, number=1, state="draft", blob=blob,
        file_name="sla.txt", media_type="text/plain", text=QUOTE, content_hash="c" * 64, created_by=user, **owned,
    )  # fmt: skip
    clause = Clause.objects.create(
        version=version, position=1, number="3.1", heading="Availability", level=1, start=0, end=len(QUOTE),
        text=QUOTE, **owned,
    )  # fmt: skip
    passage = Passage.objects.create(
        version=version, clause=clause, start=0, end=len(QUOTE), quote=QUOTE, created_by=user, **owned
    )
    Version.objects.filter(pk=version.pk).update(
        state="final", effective_on=first_day(), finalized_at=midnight(first_day())
    )
    Contract.objects.filter(pk=contract.pk).update(state="active")
    return passage


def checks(key: str, every: timedelta, count: int, start: datetime) -> Iterator[Row]:
    """Status readings: up but for outages of a few minutes to hours, about one a fortnight, as hosts have them."""
    dice = random.Random(key)
    down_until = start
    for number in range(count):
        at = start + number * every
        if at >= down_until and dice.random() < every / timedelta(days=14):
            down_until = at + timedelta(minutes=dice.choice([2, 4, 7, 15, 40, 180]))
        yield {"indicator": key, "at": at.isoformat(), "status": "down" if at < down_until else "up"}


def counts(key: str, every: timedelta, count: int, start: datetime) -> Iterator[Row]:
    """Requests and how many of them were answered well; now and then a bad stretch."""
    dice = random.Random(key)
    for number in range(count):
        at = start + number * every
        valid = dice.randrange(3000, 9000) if 6 <= at.hour < 22 else dice.randrange(200, 900)
        failing = 0.05 if dice.random() < 0.01 else 0.0005
        yield {"indicator": key, "at": at.isoformat(), "good": valid - int(valid * failing), "valid": valid}


def outages(key: str, start: datetime, end: datetime) -> Iterator[Row]:
    """Reported outages: about three a month, of minutes to hours."""
    dice = random.Random(key)
    at, number = start, 0
    while (at := at + timedelta(hours=dice.expovariate(1 / 240))) < end:
        number += 1
        ended = at + timedelta(minutes=dice.choice([2, 5, 11, 24, 55, 160]))
        yield {
            "indicator": key, "external_id": f"{key}-{number}",
            "starts_at": at.isoformat(), "ends_at": min(ended, end).isoformat(),
        }  # fmt: skip
        at = ended


def portions(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """The rows by lists of `size`, the last one shorter."""
    source = iter(rows)
    while portion := list(islice(source, size)):
        yield portion
