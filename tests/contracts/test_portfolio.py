"""The first portfolio's contracts: about sixty, in every state that a person should see, with the promised keys."""

from __future__ import annotations

from collections import Counter

from clm.lib import clock
from contracts.models import Contract, RenewalDecision, Term, Version
from contracts.portfolio import SERVICE_CONTRACTS, passage_of, service_contracts
from tests.cast import Cast


def check_contracts(cast: Cast, reported: tuple[int, int]) -> None:
    """What their stage leaves behind: tests.billing.test_portfolio loads once for all who check."""
    total = Contract.objects.count()
    assert total >= 45
    assert reported == (total, total)
    _check_what_is_there()
    _check_services(cast)


def _check_what_is_there() -> None:
    """States, near and far deadlines, two versions, one confidential."""
    states = Counter(Contract.objects.values_list("state", flat=True))
    assert {"draft", "executed", "active", "expired", "terminated"} <= set(states)
    assert Contract.objects.filter(is_confidential=True).count() == 1
    assert RenewalDecision.objects.filter(kind="notice_given").count() == 1
    today = clock.today()
    deadlines = [(day - today).days for day in Term.objects.values_list("notice_deadline", flat=True) if day]
    assert min(day for day in deadlines if day >= 0) <= 60
    assert max(deadlines) >= 120
    second = Version.objects.filter(number=2).select_related("contract")
    assert [version.contract.state for version in second] == ["draft"] * len(second) != []
    assert not Version.objects.filter(attribution="").exists()


def _check_services(cast: Cast) -> None:
    services = service_contracts("northwind")
    assert len(services) >= 10
    for service in services:
        contract = Contract.objects.get(external_reference=service.key)
        assert passage_of(cast["legal"], contract, service.sentence).quote == service.sentence
        assert passage_of(cast["legal"], contract, service.fee_sentence).quote == service.fee_sentence
    github = Contract.objects.get(external_reference="GH-ENT-2022")
    terms = Term.objects.filter(contract=github).order_by("number")
    assert github.title == "GitHub Enterprise Cloud"
    assert [term.starts_on.isoformat() for term in terms][:3] == ["2022-01-01", "2023-01-01", "2024-01-01"]
    assert terms[0].notice_deadline.isoformat() == "2022-12-02"


def test_keys_are_named_once() -> None:
    keys = [service.key for service in SERVICE_CONTRACTS]

    assert len(keys) == len(set(keys)) == 13
    assert {service.organization for service in SERVICE_CONTRACTS} == {"northwind", "meridian"}
