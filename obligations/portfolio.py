"""The duties of the first portfolio: in every state, near and far."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from clm.events.dispatcher import drain
from clm.lib import clock
from clm.lib.actor import Actor
from clm.portfolio.registry import Cast, Stage, register_stage
from contracts.models import Contract
from contracts.operations.decide_renewal import decide_renewal
from obligations.models import Deadline, Obligation, Occurrence
from obligations.operations.add_obligation import add_obligation
from obligations.operations.end_obligation import end_obligation
from obligations.operations.settle_occurrence import (
    dispute_occurrence,
    fulfil_occurrence,
    submit_occurrence,
    waive_occurrence,
)
from obligations.tasks import refresh_deadlines, remind_due

Report = Callable[[int, int], None]

# (title, we owe it, recurrence, every, first due in days from now, what proves it)
DUTIES: tuple[tuple[str, bool, str, int, int, str], ...] = (
    ("Send the monthly service report", False, "months", 1, -70, "The report as PDF"),
    ("Review sub-processors", True, "months", 6, 12, "Minutes of the review"),
    ("Provide proof of insurance", False, "months", 12, -20, "Certificate of insurance"),
    ("Pay the annual support fee", True, "months", 12, 25, ""),
    ("Return or destroy confidential information", True, "once", 1, 140, "Written confirmation"),
    ("Run the disaster recovery test", False, "months", 12, 0, "Test protocol"),
    ("Report usage for true-up", True, "months", 3, -5, "Usage report"),
    ("Renew the penetration test summary", False, "months", 12, 75, "Summary letter"),
)


def load(cast: Cast, slug: str, report: Report) -> None:
    """Each active contract has one or two duties; the first few show every state a due date can have."""
    contracts = list(Contract.objects.filter(state="active").order_by("reference"))
    for index, contract in enumerate(contracts):
        if not Obligation.objects.filter(contract=contract).exists():
            _duties_of(cast["legal"], contract, index)
        report(index + 1, len(contracts))
    refresh_deadlines()
    remind_due()
    _settle(cast["legal"])


def _duties_of(actor: Actor, contract: Contract, index: int) -> None:
    for title, is_ours, recurrence, interval, days, proof in (DUTIES[index % 8], DUTIES[(index * 3 + 1) % 8]):
        add_obligation(
            actor=actor,
            contract_id=contract.pk,
            title=title,
            is_ours=is_ours,
            recurrence=recurrence,
            interval=interval,
            first_due_on=clock.today(contract.time_zone) + timedelta(days=days),
            proof_required=proof,
        )


def _settle(actor: Actor) -> None:
    waiting = Occurrence.objects.filter(state__in=["due", "overdue"]).select_related("obligation").order_by("pk")
    steps = (_submitted, _fulfilled, _disputed, _waived)
    for occurrence, step in zip(waiting[: len(steps) * 2], steps * 2, strict=False):
        step(actor, occurrence)
    _decide(actor)
    last = Obligation.objects.filter(state="active").order_by("pk").last()
    if last is not None and not Obligation.objects.filter(state="ended").exists():
        end_obligation(actor=actor, obligation_id=last.pk, reason="Settled by the new order form")


def _decide(actor: Actor) -> None:
    """Of the dates far ahead one is decided already. They follow from what the contracts' stages recorded."""
    drain()
    if Deadline.objects.filter(state="decided").exists():
        return
    far = Deadline.objects.filter(state="open", kind="notice").order_by("-due_on", "pk").first()
    if far is not None:
        decide_renewal(actor=actor, contract_id=far.contract_id, kind="notice_given", note="To be tendered again")
        drain()


def _submitted(actor: Actor, occurrence: Occurrence) -> None:
    submit_occurrence(actor=actor, occurrence_id=occurrence.pk, proof="Filed with the vendor's account team")


def _fulfilled(actor: Actor, occurrence: Occurrence) -> None:
    _submitted(actor, occurrence)
    fulfil_occurrence(actor=actor, occurrence_id=occurrence.pk, note="Checked")


def _disputed(actor: Actor, occurrence: Occurrence) -> None:
    _submitted(actor, occurrence)
    dispute_occurrence(actor=actor, occurrence_id=occurrence.pk, reason="The document is last year's")


def _waived(actor: Actor, occurrence: Occurrence) -> None:
    waive_occurrence(actor=actor, occurrence_id=occurrence.pk, reason="Agreed at the quarterly review")


def register() -> None:
    register_stage(Stage(key="obligations", title="Duties and dates", order=40, load=load))
