"""The money of the first portfolio: every fee is the one that its contract states, every invoice names its parties."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from billing import portfolio as money
from billing.hints import hints_of
from billing.models import Credit, Discrepancy, Fee, Invoice
from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry
from clm.events.dispatcher import drain
from clm.lib.money import Money
from clm.portfolio import registry
from clm.portfolio.load import know_the_figures
from contracts import portfolio as papers
from contracts.models import Contract, Term
from contracts.portfolio import library, repository
from contracts.portfolio.services import SERVICE_CONTRACTS
from contracts.tasks import follow_contracts
from obligations.models import Occurrence
from slas import portfolio as levels
from slas.models import Breach, Commitment, Exclusion
from tests.cast import Cast, make_cast
from tests.clm.transfer.whole import check_every_table
from tests.contracts.library.test_portfolio import check_library
from tests.contracts.repository.portfolio import check_repository
from tests.contracts.test_portfolio import check_contracts
from tests.slas.portfolio import check_levels_judged

STAGES = tuple(stage.load for stage in sorted(registry.STAGES.values(), key=lambda stage: stage.order))
# What the first portfolio of a house is once a stage is done, and what the stage last told of its progress.
CHECKS: dict[Any, Callable[[Cast, tuple[int, int]], None]] = {
    papers.load: check_contracts,
    library.load: check_library,
    repository.load: check_repository,
    levels.load_judgements: check_levels_judged,
}
pytestmark = pytest.mark.django_db


def load(slug: str, checks: Mapping[Any, Callable[[Cast, tuple[int, int]], None]]) -> Cast:
    cast = make_cast(slug)
    with organization_scope(cast.organization.pk):
        for stage in STAGES:
            reports: list[tuple[int, int]] = []
            stage(cast.by_role, slug, lambda *step, reports=reports: reports.append(step))
            know_the_figures()
            if stage in checks:
                checks[stage](cast, reports[-1])
    return cast


@pytest.fixture
def northwind() -> Iterator[Cast]:
    begun = time.process_time()
    cast = load("northwind", CHECKS)
    assert time.process_time() - begun < 60
    with organization_scope(cast.organization.pk):
        yield cast


def settled() -> None:
    """What follows from what was loaded has followed, as the workers would do soon after."""
    drain()
    follow_contracts()
    drain()


def test_the_first_portfolio_agrees_with_its_own_text(
    northwind: Cast, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One load for all who check it, for it takes long (under 60 s of this process), and a second one; then all of it
    goes elsewhere."""
    check_fees()
    check_levels()
    check_invoices(northwind.organization.name)
    check_every_state()
    settled()
    before, entries = what_is_there(), what_was_done()
    apps = {"accounts", "pages", "contracts", "slas", "obligations", "billing"}
    assert {verb.split(".")[0] for verb in entries} == apps
    for stage in STAGES:
        stage(northwind.by_role, "northwind", lambda _done, _total: None)
        settled()
        assert (stage.__module__, what_was_done() - entries) == (stage.__module__, Counter())
    assert what_is_there() == before
    check_every_table(northwind, tmp_path, settings, monkeypatch)


def what_is_there() -> dict[str, Any]:
    counted = (Contract, Fee, Invoice, Credit, Occurrence)
    return {model.__name__: model.objects.count() for model in counted} | {
        "breaches": Counter(Breach.objects.values_list("state", flat=True)),
    }


def what_was_done() -> Counter[str]:
    """How many entries the ledger has of each verb, of all apps."""
    return Counter(LedgerEntry.objects.values_list("verb", flat=True))


def check_fees() -> None:
    fees = Fee.objects.select_related("passage__clause", "contract")
    assert sorted(fee.contract.external_reference for fee in fees) == sorted(
        each.key for each in SERVICE_CONTRACTS if each.organization == "northwind"
    )
    for fee in fees:
        assert fee.passage is not None
        quote, written = fee.passage.quote, f"{fee.currency} {Money(fee.amount, fee.currency).rounded().amount}"
        assert f" {written} for each {fee.period} " in quote
        assert (fee.passage.clause.number, fee.passage.clause.text.count(quote)) == ("1.2", 1)
        first, last = (Term.objects.filter(contract=fee.contract).order_by(by)[0] for by in ("number", "-number"))
        assert first.starts_on <= fee.starts_on < last.ends_on
        assert (fee.contract.value_amount, fee.contract.currency) == (fee.amount * 12, fee.currency)


def check_levels() -> None:
    """Target, window, tiers, claim and cap stand in the clauses that the commitment is bound to and beside."""
    for level in Commitment.objects.select_related("passage__version__contract").prefetch_related("tiers"):
        text, quote = level.passage.version.text, level.passage.quote
        assert f"{level.target.normalize():f} %" in quote
        assert f"each calendar {level.window_kind}" in quote
        assert f"quarters are those of {level.time_zone}." in text
        for tier in level.tiers.all():
            step = f"Below {tier.below.normalize():f} % the credit is {tier.credit_percent.normalize():f} % of the"
            assert step in text
        if level.tiers.exists():
            assert f"within {level.claim_length} days after the end of the {level.window_kind}." in text
            assert f"No more than {level.cap_window_percent:.0f} % of the monthly fee is credited" in text
        first = Term.objects.filter(contract=level.passage.version.contract).earliest("number")
        assert first.starts_on <= level.starts_on
        assert f"starts on {first.starts_on}," in text
    for row in Exclusion.objects.filter(state="disputed"):
        assert row.announced_at is not None
        assert (row.starts_at - row.announced_at).total_seconds() < 48 * 3600


def check_invoices(ours: str) -> None:
    matched = list(Invoice.objects.exclude(contract=None).select_related("contract"))
    assert len(matched) == 10
    strangers = [invoice for invoice in matched if hints_of(invoice)]
    assert [(invoice.contract_reference, invoice.seller_name) for invoice in strangers] == [money.WRONG_SELLER]
    for invoice in matched:
        assert invoice.buyer_name == ours
        names = {part.party.name for part in invoice.contract.parties.all()}  # type: ignore[union-attr]
        assert invoice in strangers or {invoice.seller_name, invoice.buyer_name} == names
    assert list(Invoice.objects.filter(contract=None).values_list("number", flat=True)) == ["RE-900001"]


def check_every_state() -> None:
    def states(model: type[Credit | Invoice | Discrepancy | Occurrence]) -> set[str]:
        return set(model.objects.values_list("state", flat=True))

    assert states(Credit) == {
        "proposed", "approved", "issued", "settled", "disputed", "rejected", "withdrawn", "lapsed",
    }  # fmt: skip
    assert states(Invoice) == {"imported", "matched", "reconciled", "disputed", "accepted"}
    assert states(Discrepancy) == {"open", "accepted", "resolved"}
    assert set(Discrepancy.objects.values_list("reason", flat=True)) == {
        "overcharged", "currency_mismatch", "credit_missing",
    }  # fmt: skip
    assert states(Occurrence) >= {"upcoming", "overdue", "submitted", "fulfilled", "disputed", "waived"}


def test_a_provider_bills_its_customers() -> None:
    cast = load("meridian", {})
    with organization_scope(cast.organization.pk):
        invoices = Invoice.objects.exclude(contract=None).select_related("contract").order_by("contract_reference")
        assert {invoice.seller_name for invoice in invoices} == {cast.organization.name}
        assert [invoice.buyer_name for invoice in invoices] == ["Northwind Foods", "Harbour Press Ltd", "Civic Data eG"]
        assert [hint for invoice in invoices for hint in hints_of(invoice)] == []
        assert Contract.objects.filter(fees__passage=None, fees__isnull=False).count() == 0
