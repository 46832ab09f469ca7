"""The papers of service levels: the evidence bundle of a breach, and a contract's report of a month.

They read and render; call them outside of a transaction.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.template.loader import render_to_string

from clm.audit.models import LedgerEntry
from clm.lib.months import add_months
from clm.lib.pdf import render_pdf
from contracts.models import Contract, ContractParty
from slas.engine.windows import start_of_day
from slas.judging import RELATED
from slas.models import Breach, Commitment, Evaluation, EvaluationWindow
from slas.queries import figures

EVIDENCE_ENTRIES = 100


def evidence_pdf(breach_id: UUID) -> tuple[UUID, bytes]:
    """The evaluation that the paper shows, and its bytes: clause, version hash, figures, formula, evidence, ledger."""
    related = ("contract", "evaluation__version", "window", "commitment__passage__clause")
    rows = Breach.objects.select_related(*related, "commitment__passage__version", "commitment__indicator__service")
    breach = rows.get(pk=breach_id)
    context = {
        "breach": breach,
        "contract": breach.contract,
        "commitment": breach.commitment,
        "evaluation": breach.evaluation,
        "window": breach.window,
        "trace": breach.evaluation.trace,
        "evidence": spelt(breach.evidence),
        "revisions": list(Evaluation.objects.filter(window=breach.window).order_by("revision")),
        "entries": entries_behind(breach),
        "parties": parties_of(breach.contract),
    }
    return breach.evaluation_id, render_pdf(render_to_string("slas/pdf/evidence_bundle.html", context))


def report_pdf(contract_id: UUID, month: date) -> bytes:
    """Every window of the contract that ended in the month or was running at its end, with its clause and breaches."""
    contract = Contract.objects.select_related("owner").get(pk=contract_id)
    windows = list(windows_of_month(contract, month))
    breaches = Breach.objects.filter(window__in=windows).select_related("commitment", "window").order_by("reference")
    context = {
        "contract": contract,
        "month": month,
        "lines": [(window, window.commitment, figures(window)) for window in windows],
        "breaches": list(breaches),
        "entries": list(_entries(Q(subject_id__in=[window.latest_id for window in windows if window.latest_id]))),
        "parties": parties_of(contract),
    }
    return render_pdf(render_to_string("slas/pdf/service_report.html", context))


def windows_of_month(contract: Contract, month: date) -> Any:
    """Windows that end in the month or run in it, by the calendar of their commitment's zone; of those of a day and
    shorter, the missed ones only. A part of a window that an amendment cut is in the report as the whole one."""
    rows = EvaluationWindow.objects.select_related(*RELATED).filter(commitment__contract=contract, whole=None)
    zones = Commitment.objects.filter(contract=contract).order_by().values_list("time_zone", flat=True).distinct()
    rows = rows.filter(reduce(or_, (_in_month(zone, month.replace(day=1)) for zone in zones), Q(pk=None)))
    short = Q(commitment__window_kind__in=("hour", "day")) | Q(is_rolling=True)
    return rows.exclude(short & ~Q(latest__outcome="missed")).order_by("commitment__name", "starts_at")


def _in_month(zone: str, first: date) -> Q:
    start, end = start_of_day(first, zone), start_of_day(add_months(first, 1), zone)
    return Q(commitment__time_zone=zone, starts_at__lt=end, ends_at__gt=start)


def entries_behind(breach: Breach) -> list[LedgerEntry]:
    """The ledger's entries about the breach, its window and evaluations, oldest first."""
    evaluations = list(Evaluation.objects.filter(window_id=breach.window_id).values_list("pk", flat=True))
    return list(_entries(Q(subject_id__in=[breach.pk, breach.window_id, breach.commitment_id, *evaluations])))


def _entries(condition: Q) -> Any:
    return LedgerEntry.objects.filter(condition).order_by("id")[:EVIDENCE_ENTRIES]


def parties_of(contract: Contract) -> list[ContractParty]:
    return list(ContractParty.objects.filter(contract=contract).select_related("party").order_by("role", "pk"))


def spelt(evidence: dict[str, Any]) -> dict[str, Any]:
    """The frozen evidence with its instants as instants again, for display."""

    def revive(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: revive(item) for name, item in value.items()}
        if isinstance(value, list):
            return [revive(item) for item in value]
        if isinstance(value, str) and len(value) == 27 and value.endswith("Z"):
            return datetime.fromisoformat(value)
        return value

    found: dict[str, Any] = revive(evidence)
    summary = found.get("summary", {})
    return found | {"summary": {name.replace("_", " ").capitalize(): value for name, value in summary.items()}}
