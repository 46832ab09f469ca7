"""The duties of the first portfolio: in every state, near and far."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from clm.audit.models import Transition
from clm.events.dispatcher import drain
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.months import add_months
from clm.portfolio.registry import Cast, Stage, register_stage
from contracts.models import Contract
from contracts.operations.decide_renewal import decide_renewal
from contracts.portfolio import SERVICE_CONTRACTS, passage_of
from contracts.portfolio.services import ServiceContract
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

# (title, we owe it, recurrence, every, first due in days from now, what proves it): of a contract for a service.
DUTIES: tuple[tuple[str, bool, str, int, int, str], ...] = (
    ("Send the list of open tickets", False, "months", 1, -70, "The list"),
    ("Review sub-processors", True, "months", 6, 12, "Minutes of the review"),
    ("Provide proof of insurance", False, "months", 12, -20, "Certificate of insurance"),
    ("Name who may order and call support", True, "months", 12, 25, ""),
    ("Return or destroy confidential information", True, "once", 1, 140, "Written confirmation"),
    ("Run the disaster recovery test", False, "months", 12, 0, "Test protocol"),
    ("Report usage for true-up", True, "months", 3, -5, "Usage report"),
    ("Renew the penetration test summary", False, "months", 12, 75, "Summary letter"),
)
# The same of papers that are not about a service.
PAPER_DUTIES: tuple[tuple[str, bool, str, int, int, str], ...] = (
    ("Return or destroy confidential information", True, "once", 1, 140, "Written confirmation"),
    ("Confirm who has access", False, "months", 6, -20, "List of people"),
    ("Review the paper with the other side", True, "months", 12, 30, "Minutes of the review"),
)
PAPERS = frozenset({"nda", "dpa", "other", "distribution"})
# Every fifth contract has its reports asked for since three months, the others from next month on.
REPORTS_LATE, MONTHS_LATE = 5, 3
ROUNDS = 10  # of what follows from what: three are enough, and none goes on for ever


def load(cast: Cast, slug: str, report: Report) -> None:
    """Each active contract has one or two duties; the first few show every state a due date can have."""
    contracts = list(Contract.objects.filter(state="active").order_by("reference"))
    for index, contract in enumerate(contracts):
        if not Obligation.objects.filter(contract=contract).exists():
            _duties_of(cast["legal"], contract, index)
        report(index + 1, len(contracts))
    _catch_up()
    _settle(cast["legal"])
    _catch_up()


def _catch_up() -> None:
    """The dates that follow from what was recorded are there, and what is due by now has happened to them."""
    for _round in range(ROUNDS):
        drain()
        if not refresh_deadlines() + remind_due():
            return


def _duties_of(actor: Actor, contract: Contract, index: int) -> None:
    agreed = next((each for each in SERVICE_CONTRACTS if each.key == contract.external_reference), None)
    if agreed is not None:
        _report_duty(actor, contract, agreed, -MONTHS_LATE if index % REPORTS_LATE == 0 else 1)
    kinds = PAPER_DUTIES if contract.category in PAPERS else DUTIES
    first, second = index % len(kinds), (index * 3 + 1) % len(kinds)
    for number in sorted({first} if agreed is not None else {first, second}):
        title, is_ours, recurrence, interval, days, proof = kinds[number]
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


def _report_duty(actor: Actor, contract: Contract, agreed: ServiceContract, months: int) -> None:
    """The provider's monthly report, by the sentence that asks for it, first due so many months from now."""
    first = add_months(clock.today(contract.time_zone).replace(day=1), months)
    add_obligation(
        actor=actor,
        contract_id=contract.pk,
        title="Send the monthly service report",
        is_ours=agreed.we_provide,
        recurrence="months",
        first_due_on=first.replace(day=agreed.report_day),
        proof_required="The report as PDF",
        passage_id=passage_of(actor, contract, agreed.report_sentence).pk,
    )


def _settle(actor: Actor) -> None:
    """What falls due is settled in every way, twice; what a load before this one settled counts."""
    fell_due = Transition.objects.filter(subject_type="obligations.occurrence", from_state__in=["due", "overdue"])
    settled = fell_due.exclude(to_state="overdue").values("subject_id").distinct().count()
    steps = ((_submitted, _fulfilled, _disputed, _waived) * 2)[settled:]
    waiting = Occurrence.objects.filter(state__in=["due", "overdue"]).select_related("obligation").order_by("pk")
    for occurrence, step in zip(list(waiting[: len(steps)]), steps, strict=False):
        step(actor, occurrence)
    _decide(actor)
    last = Obligation.objects.filter(state="active").order_by("pk").last()
    if last is not None and not Obligation.objects.filter(state="ended").exists():
        end_obligation(actor=actor, obligation_id=last.pk, reason="Settled by the new order form")


def _decide(actor: Actor) -> None:
    """Of the dates far ahead one is decided already. They follow from what the contracts' stages recorded."""
    if Deadline.objects.filter(state="decided").exists():
        return
    far = Deadline.objects.filter(state="open", kind="notice").order_by("-due_on", "pk").first()
    if far is not None:
        decide_renewal(actor=actor, contract_id=far.contract_id, kind="notice_given", note="To be tendered again")


def _submitted(actor: Actor, occurrence: Occurrence) -> None:
    submit_occurrence(actor=actor, occurrence_id=occurrence.pk, proof="Filed with the vendor's account team")


def _fulfilled(actor: Actor, occurrence: Occurrence) -> None:
    _submitted(actor, occurrence)
    fulfil_occurrence(actor=actor, occurrence_id=occurrence.pk, note="Checked")


def _disputed(actor: Actor, occurrence: Occurrence) -> None:
    _submitted(actor, occurrence)
    dispute_occurrence(actor=actor, occurrence_id=occurrence.pk, reason="The document is of an earlier period")


def _waived(actor: Actor, occurrence: Occurrence) -> None:
    waive_occurrence(actor=actor, occurrence_id=occurrence.pk, reason="Agreed at the quarterly review")


def register() -> None:
    register_stage(Stage(key="obligations", title="Duties and dates", order=40, load=load))
