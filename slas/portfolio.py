"""The service levels of the first portfolio: bound, measured and judged through the verbs that people use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from clm.access.permissions import system_actor
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.months import add_months
from clm.portfolio.registry import Cast, Stage, register_stage
from contracts.models import Contract
from contracts.portfolio import passage_of, service_contracts
from contracts.portfolio.services import ServiceContract
from slas.access import EVALUATOR
from slas.adapters.telemetry_csv import read_file
from slas.engine.credit_tiers import Band
from slas.engine.windows import start_of_day
from slas.models import Alert, Breach, Commitment, EvaluationWindow, Exclusion
from slas.models.telemetry import IndicatorKind
from slas.operations.activate_commitment import activate_commitment
from slas.operations.bind_commitment import bind_commitment
from slas.operations.end_commitment import end_commitment
from slas.operations.evaluate_window import evaluate_window
from slas.operations.exclusions import accept_exclusion, dispute_exclusion, propose_exclusion, withdraw_exclusion
from slas.operations.ingest_outages import ingest_outages
from slas.operations.ingest_samples import ingest_samples
from slas.operations.open_windows import open_windows
from slas.operations.settle_breach import acknowledge_breach, resolve_breach
from slas.simulation import count_rows, status_rows, value_rows
from slas.states import BreachState, CommitmentState
from slas.terms import CommitmentTerms, NewIndicator

Report = Callable[[int, int], None]
DATA = Path(__file__).with_name("portfolio_data") / "github_status" / "downtime_windows.csv"
REAL = "GH-ENT-2022"
REAL_FROM = date(2022, 4, 1)
DOWN = {"major", "critical"}
MAINTENANCE = "maintenance"
MONTHS = {"uptime": 14, "ratio": 10, "time_slice": 4}
PORTION = 10_000
# One monitor fell silent for three weeks, so one window cannot be judged.
SILENT = "LUM-0310"
GAP = (70, 91)


def load_levels(cast: Cast, slug: str, report: Report) -> None:
    """Each service contract has its sentence bound, activated and measured; one draft waits."""
    wanted = service_contracts(slug)
    for index, service in enumerate(wanted):
        contract = Contract.objects.filter(external_reference=service.key).first()
        if contract is not None and not Commitment.objects.filter(contract=contract).exists():
            _bind(cast, contract, service)
        report(index + 1, len(wanted))


def _bind(cast: Cast, contract: Contract, service: ServiceContract) -> None:
    actor = cast["account_manager"]
    passage = passage_of(actor, contract, service.sentence)
    terms, indicator = _terms(service), _indicator(service)
    commitment = bind_commitment(actor=actor, passage_id=passage.pk, terms=terms, indicator=indicator)
    activate_commitment(actor=actor, commitment_id=commitment.pk)
    open_windows(actor=_evaluator(actor), commitment_id=commitment.pk)
    _measure(cast, commitment, service)
    if service.aim:
        _draft_aim(actor, contract, service, commitment)


def _draft_aim(actor: Actor, contract: Contract, service: ServiceContract, commitment: Commitment) -> None:
    """The higher level without credit, bound to its own sentence; its day is still to come."""
    starts_on = service.aims_from(service.starts_on(clock.today()))
    changes: dict[str, Any] = {"claim_length": None, "cap_window_percent": None, "tiers": (), "starts_on": starts_on}
    terms = _terms(service, name=f"Aim for {service.service}", target=Decimal(service.aim), **changes)
    passage = passage_of(actor, contract, service.aim_sentence)
    bind_commitment(actor=actor, passage_id=passage.pk, terms=terms, indicator=commitment.indicator_id)


def _terms(service: ServiceContract, **changes: Any) -> CommitmentTerms:
    bands = tuple(
        Band(Decimal(below), None if lower is None else Decimal(lower), Decimal(credit))
        for below, lower, credit in service.tiers
    )
    given: dict[str, Any] = {
        "name": f"Availability of {service.service}" if service.kind == "uptime" else f"Quality of {service.service}",
        "target": Decimal(service.target),
        "starts_on": _first_day(service),
        "window_kind": service.window,
        "time_zone": service.zone,
        "warning_band": Decimal("0.01"),
        "claim_length": service.claim_days,
        "tiers": bands,
        "cap_window_percent": Decimal(service.cap_percent),
    }
    given |= changes
    return CommitmentTerms(**given, remedy_kind="tiers" if given["tiers"] else "none")


def _first_day(service: ServiceContract) -> date:
    """The first of a quarter for quarters, of a month for months; a bounded time back, for telemetry has its volume."""
    if service.key == REAL:
        return REAL_FROM
    back = min(service.started_months_ago - 1, MONTHS[service.kind])
    first = add_months(clock.today(service.zone).replace(day=1), -back)
    return first.replace(month=(first.month - 1) // 3 * 3 + 1) if service.window == "quarter" else first


def _indicator(service: ServiceContract) -> NewIndicator:
    given: dict[str, Any] = {"key": service.key.lower(), "service_name": service.service, "kind": service.kind}
    if service.kind == "time_slice":
        given |= {"condition_operator": "<", "condition_threshold": Decimal(service.limit_seconds), "unit": "s"}
    if service.kind == "ratio":
        given["expected_every_minutes"] = 60
    if service.key == SILENT:
        given["silence_minutes"] = 24 * 60
    return NewIndicator(**given, name=f"{service.service} as monitored")


def _measure(cast: Cast, commitment: Commitment, service: ServiceContract) -> None:
    if service.key == REAL:
        return _measure_real(cast, commitment)
    key, start = commitment.indicator.key, start_of_day(commitment.starts_on, commitment.time_zone)
    end, target = clock.now(), float(commitment.target)
    if service.kind == "ratio":
        rows = count_rows(key, start, end, target)
    elif service.kind == "time_slice":
        rows = value_rows(key, start, end, Decimal(service.limit_seconds))
    else:
        gap = GAP if service.key == SILENT else (0, 0)
        rows = status_rows(key, start, end, 1 - target / 100, gap)
    for portion in _portions(rows):
        ingest_samples(actor=cast["account_manager"], samples=portion, source="simulated")
    return None


def _portions(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    source = iter(rows)
    while portion := list(islice(source, PORTION)):
        yield portion


def _measure_real(cast: Cast, commitment: Commitment) -> None:
    """Real outages; those of maintenance come in too, each with an exclusion that one side proposed and the other
    accepted."""
    actor = cast["account_manager"]
    file = read_file(DATA.read_bytes(), indicator=commitment.indicator.key)
    rows = [line.row for line in file.lines if line.row and line.row["severity"] in DOWN | {MAINTENANCE}]
    ingest_outages(actor=actor, outages=rows, source="status page")
    for row in rows:
        starts_at, ends_at = (datetime.fromisoformat(row[name]) for name in ("starts_at", "ends_at"))
        if row["severity"] != MAINTENANCE or starts_at >= ends_at:
            continue
        exclusion = propose_exclusion(
            actor=actor,
            commitment_id=commitment.pk,
            kind=Exclusion.Kind.MAINTENANCE,
            starts_at=starts_at,
            ends_at=ends_at,
            reason=row["title"] or "Maintenance",
        )
        accept_exclusion(actor=cast["legal"], exclusion_id=exclusion.pk, reason="Announced on the status page")


def load_judgements(cast: Cast, slug: str, report: Report) -> None:
    """Every window is judged on its own day, in the order of time; exclusions and breaches stand in every state."""
    due = EvaluationWindow.objects.exclude(due_at=None).order_by("closes_at", "pk")
    waiting = list(due.values_list("pk", "closes_at"))
    now = clock.now()
    for index, (window_id, closes_at) in enumerate(waiting):
        with clock.set_to(min(closes_at + timedelta(hours=1), now)):
            evaluate_window(actor=_evaluator(cast["account_manager"]), window_id=window_id)
        report(index + 1, len(waiting))
    _exclude(cast)
    _settle(cast["account_manager"])
    _end_one(cast["account_manager"])
    _burn_one(cast["account_manager"])


def _exclude(cast: Cast) -> None:
    """An hour of four of the newest breaches: proposed, disputed, withdrawn, and accepted. The contracts want
    maintenance announced 48 hours before."""
    actor, other = cast["account_manager"], cast["legal"]
    if Exclusion.objects.exclude(commitment__contract__external_reference=REAL).exists():
        return
    newest = Breach.objects.exclude(commitment__contract__external_reference=REAL)
    steps: tuple[tuple[int, Callable[[Exclusion], object]], ...] = (
        (72, lambda row: row),
        (24, lambda row: dispute_exclusion(actor=other, exclusion_id=row.pk, reason="The notice came a day late")),
        (72, lambda row: withdraw_exclusion(actor=actor, exclusion_id=row.pk, reason="Meant for another service")),
        (72, lambda row: accept_exclusion(actor=other, exclusion_id=row.pk, reason="Announced in time")),
    )
    ordered = newest.order_by("-window__ends_at", "pk")[: len(steps)]
    for breach, (hours_before, step) in zip(ordered, steps, strict=False):
        start = _worst(breach)
        step(
            propose_exclusion(
                actor=actor,
                commitment_id=breach.commitment_id,
                kind=Exclusion.Kind.MAINTENANCE,
                starts_at=start,
                ends_at=start + timedelta(hours=1),
                reason="Database upgrade",
                announced_at=start - timedelta(hours=hours_before),
            )
        )
    _clear(actor, other, list(newest.order_by("-window__ends_at", "pk")[len(steps) :]))
    _judge_due(actor)


def _judge_due(actor: Actor) -> None:
    """What was done to a window makes it due: nothing is left to whoever comes next."""
    for window_id in list(EvaluationWindow.objects.filter(due_at__lte=clock.now()).values_list("pk", flat=True)):
        evaluate_window(actor=_evaluator(actor), window_id=window_id)


def _clear(actor: Actor, other: Actor, breaches: list[Breach]) -> None:
    """All outages of the newest breach by outages turn out to be maintenance, so that it is withdrawn."""
    breach = next((each for each in breaches if each.evidence.get("down")), None)
    if breach is None:
        return
    for starts_at, ends_at in breach.evidence["down"]:
        exclusion = propose_exclusion(
            actor=actor,
            commitment_id=breach.commitment_id,
            kind=Exclusion.Kind.MAINTENANCE,
            starts_at=datetime.fromisoformat(starts_at),
            ends_at=datetime.fromisoformat(ends_at),
            reason="Move to the new data centre",
        )
        accept_exclusion(actor=other, exclusion_id=exclusion.pk, reason="Agreed in writing, filed late")


def _worst(breach: Breach) -> datetime:
    """Where the first failing stretch of the evidence begins, else the window."""
    down = breach.evidence.get("down") or [[breach.window.starts_at.isoformat()]]
    return datetime.fromisoformat(down[0][0])


def _settle(actor: Actor) -> None:
    """Old breaches are resolved, of the newer ones some looked after."""
    if Breach.objects.filter(state__in=[BreachState.ACKNOWLEDGED, BreachState.RESOLVED]).exists():
        return
    breaches = list(Breach.objects.filter(state=BreachState.OPEN).order_by("-window__ends_at", "pk"))
    for index, breach in enumerate(breaches):
        if index >= 6:
            resolve_breach(actor=actor, breach_id=breach.pk, note="Root cause removed, agreed at the service review")
        elif index % 2:
            acknowledge_breach(actor=actor, breach_id=breach.pk, note="In talks with the provider")


def _end_one(actor: Actor) -> None:
    """Where there are several, the newest measurement has ended today: both sides suspended it."""
    active = Commitment.objects.filter(state=CommitmentState.ACTIVE).order_by("-pk")
    if active.count() > 5 and not Commitment.objects.filter(state=CommitmentState.ENDED).exists():
        reason = "Suspended by agreement while the equipment is replaced"
        end_commitment(actor=actor, commitment_id=active[0].pk, ends_on=clock.today(active[0].time_zone), reason=reason)
        _judge_due(actor)


def _burn_one(actor: Actor) -> None:
    """One service has been down for a few minutes just now: its error budget burns."""
    measured = Commitment.objects.filter(state=CommitmentState.ACTIVE, indicator__kind=IndicatorKind.UPTIME)
    own = measured.exclude(contract__external_reference=REAL).filter(target__lte=Decimal("99.95"))
    commitment = own.select_related("indicator").order_by("pk").first()
    if commitment is None or Alert.objects.exists():
        return
    now = clock.now()
    rows = [
        {"indicator": commitment.indicator.key, "at": (now - timedelta(minutes=ago)).isoformat(), "status": status}
        for ago, status in ((20, "down"), (8, "up"))
    ]
    ingest_samples(actor=actor, samples=rows)
    _judge_due(actor)


def _evaluator(actor: Actor) -> Actor:
    return system_actor(EVALUATOR, actor.organization_id)


def register() -> None:
    register_stage(Stage(key="service-levels", title="Service levels", order=20, load=load_levels))
    register_stage(Stage(key="judgements", title="Judged windows", order=30, load=load_judgements))
