"""Binding, changing, activating and ending; windows; presets by their probes."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from clm.access.permissions import visible
from clm.audit.models import LedgerEntry, Transition
from clm.events.models import OutboxEvent
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid
from contracts.models import Contract, Passage
from contracts.operations.restrict_contract import restrict_contract
from slas.engine.credit_tiers import credit_by_bands
from slas.models import Commitment, Evaluation, EvaluationWindow, Indicator
from slas.operations.activate_commitment import activate_commitment
from slas.operations.bind_commitment import bind_commitment
from slas.operations.change_commitment import change_commitment
from slas.operations.end_commitment import end_commitment
from slas.operations.ingest_samples import ingest_samples
from slas.operations.open_windows import open_windows
from slas.presets import presets, terms_from
from slas.terms import bands_of, terms_of
from tests.cast import Cast
from tests.slas.conftest import Bind, evaluator, instant, judge, terms, uptime

CASES = Path(__file__).parent.parent / "conformance" / "data" / "real_slas" / "slas.json"
ROWS = json.loads(CASES.read_text())["slas"]
PROBED = [(row["id"], probe["uptime"], probe["credit_percent"]) for row in ROWS for probe in row.get("probe") or ()]


def test_binding_leaves_entries_and_a_draft(alice: Actor, bind: Bind) -> None:
    commitment = bind()

    assert (commitment.state, commitment.windows_due_at) == ("draft", None)
    assert list(LedgerEntry.objects.order_by("id").values_list("event", flat=True))[-3:] == [
        "service.added", "indicator.added", "commitment.bound",
    ]  # fmt: skip
    event = OutboxEvent.objects.get(type="commitment.bound")
    assert event.payload == {"commitment_id": str(commitment.pk), "contract_id": str(commitment.contract_id)}


def test_a_counterparty_sees_no_draft(acme: Cast, alice: Actor, bind: Bind) -> None:
    commitment = bind()
    guest = acme.users["counterparty"]
    restrict_contract(actor=alice, contract_id=commitment.contract_id, people=[guest.pk], is_confidential=False)
    assert list(visible(acme["counterparty"], Commitment.objects.all())) == []
    assert list(visible(acme["finance"], Commitment.objects.all())) == [commitment]

    activate_commitment(actor=alice, commitment_id=commitment.pk)

    assert list(visible(acme["counterparty"], Commitment.objects.all())) == [commitment]


def test_a_reader_may_not_bind(bob: Actor, passage: Passage) -> None:
    with pytest.raises(Forbidden):
        bind_commitment(actor=bob, passage_id=passage.pk, terms=terms(), indicator=uptime())
    assert (Commitment.objects.count(), Indicator.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"target": Decimal(101)}, "target"),
        ({"window_kind": "rolling"}, "window_days"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"ends_on": date(2025, 1, 1)}, "ends_on"),
        ({"remedy_kind": "tiers"}, "tiers"),
        ({"remedy_kind": "per_step"}, "step_percent"),
        ({"credit_base": "fixed"}, "fixed_base_amount"),
        ({"missing_data_policy": "guess"}, "missing_data_policy"),
    ],
)
def test_terms_that_cannot_be_judged_by_are_refused(bind: Bind, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        bind(**changes)
    assert field in refused.value.fields
    assert Commitment.objects.count() == 0


def test_only_a_draft_changes(alice: Actor, active: Bind) -> None:
    commitment = active(instant("2026-01-15T00:00"))
    with pytest.raises(DomainError) as refused:
        change_commitment(actor=alice, commitment_id=commitment.pk, terms=terms(name="Other"))
    assert refused.value.code == "commitment_fixed"


def test_a_change_records_what_changed(alice: Actor, bind: Bind) -> None:
    commitment = bind()
    change_commitment(actor=alice, commitment_id=commitment.pk, terms=terms(target=Decimal("99.5")))

    entry = LedgerEntry.objects.get(event="commitment.changed")
    assert entry.after == {"target": "99.5"}


def test_nothing_is_measured_by_a_contract_that_is_not_in_force(alice: Actor, bind: Bind) -> None:
    commitment = bind()
    Contract.objects.filter(pk=commitment.contract_id).update(state="draft")
    with pytest.raises(DomainError) as refused:
        activate_commitment(actor=alice, commitment_id=commitment.pk)
    assert refused.value.code == "contract_not_active"
    assert Transition.objects.filter(subject_id=commitment.pk).count() == 0


def test_every_window_since_the_first_day_is_opened(active: Bind) -> None:
    commitment = active(instant("2026-03-15T00:00"), starts_on=date(2026, 1, 10))

    found = EvaluationWindow.objects.filter(commitment=commitment).order_by("starts_at")
    assert [(row.label, row.starts_at.day) for row in found] == [("2026-01", 10), ("2026-02", 1), ("2026-03", 1)]
    assert commitment.windows_due_at == instant("2026-04-01T00:00")


def test_opening_again_opens_what_began_since(alice: Actor, active: Bind) -> None:
    commitment = active(instant("2026-01-15T00:00"))
    for _again in range(2):
        with clock.set_to(instant("2026-04-02T00:00")):
            open_windows(actor=evaluator(alice), commitment_id=commitment.pk)

    labels = EvaluationWindow.objects.order_by("starts_at").values_list("label", flat=True)
    assert list(labels) == ["2026-01", "2026-02", "2026-03", "2026-04"]


def test_rolling_windows_begin_once_they_are_full(active: Bind) -> None:
    commitment = active(instant("2026-01-12T06:00"), window_kind="rolling", window_days=10)

    found = EvaluationWindow.objects.filter(commitment=commitment).order_by("starts_at")
    assert [(row.starts_at.day, row.ends_at.day) for row in found] == [(1, 11), (2, 12), (3, 13)]


def test_ending_cuts_the_running_window(alice: Actor, active: Bind) -> None:
    commitment = active(instant("2026-02-15T00:00"))
    with clock.set_to(instant("2026-02-15T00:00")):
        ended = end_commitment(actor=alice, commitment_id=commitment.pk, ends_on=date(2026, 2, 10))

    last = EvaluationWindow.objects.filter(commitment=commitment).latest("starts_at")
    assert (ended.state, ended.windows_due_at, last.ends_at) == ("ended", None, instant("2026-02-10T00:00"))


def test_a_preset_that_averages_error_rates_counts_requests() -> None:
    """AWS S3: 100 % less the average of the error rates of five-minute intervals, an empty one without error."""
    preset = presets()["aws-s3-ia"]

    assert (preset.kind, preset.terms["interval_minutes"], preset.terms["empty_policy"]) == ("ratio", 5, "met")
    averaged = [key for key, each in presets().items() if "Error Rate" in each.stated["formula"]]
    assert {presets()[key].kind for key in averaged} == {"ratio"}
    assert len(averaged) == 4


@pytest.mark.parametrize("key", sorted(presets()))
def test_every_preset_can_be_entered(bind: Bind, alice: Actor, passage: Passage, key: str) -> None:
    preset = presets()[key]
    asked = {"target": Decimal("99.5"), "credit_percent": Decimal(5)} if preset.asks else {}
    entered = terms_from(preset, starts_on=date(2026, 1, 1), **asked)
    commitment = bind_commitment(
        actor=alice, passage_id=passage.pk, terms=entered, indicator=uptime("web", kind=preset.kind)
    )
    assert commitment.preset == key
    assert terms_of(commitment).remedy_kind in ("tiers", "proportional")


@pytest.mark.parametrize(("key", "uptime_percent", "credit_percent"), PROBED)
def test_probes_give_their_credit_by_the_stored_tiers(
    alice: Actor, active: Bind, key: str, uptime_percent: float, credit_percent: float
) -> None:
    """Bound, measured and judged: 100 million requests of which the probe's share was good."""
    preset = presets()[key]
    now = instant("2026-02-10T00:00")
    entered = terms_from(preset, starts_on=date(2026, 1, 1))
    given = {name: getattr(entered, name) for name in ("name", "target", "tiers", "remedy_kind", "preset")}
    commitment = active(now, uptime("probe", kind="ratio"), **given)
    good = int(Decimal(str(uptime_percent)) * 1_000_000)
    sample = {"indicator": "probe", "at": "2026-01-05T00:00Z", "good": good, "valid": 100_000_000}
    ingest_samples(actor=alice, samples=[sample])
    judge(alice, EvaluationWindow.objects.get(commitment=commitment, label="2026-01"), now)

    evaluation = Evaluation.objects.get()
    assert evaluation.attainment == Decimal(str(uptime_percent))
    assert credit_by_bands(evaluation.attainment, bands_of(commitment)).percent == Decimal(str(credit_percent))
    assert evaluation.outcome == ("missed" if credit_percent else "met")
