"""The first portfolio's templates and requests: approved, attributed, asked for in every state, and loaded once."""

from __future__ import annotations

import pytest

from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry
from contracts.adapters.template_metadata import read_metadata
from contracts.models import Contract, ContractRequest, Template, Version
from contracts.portfolio import requests as portfolio_requests
from contracts.states import RequestState
from tests.cast import make_cast


@pytest.mark.parametrize("folder", sorted(portfolio_requests.NAMES))
def test_each_template_names_its_licence_and_whose_words_it_is(folder: str) -> None:
    said = read_metadata((portfolio_requests.TEMPLATES / folder / "metadata.yaml").read_bytes())

    assert said.license in ("CC-BY-4.0", "CC0-1.0")
    assert "Common Paper" in said.attribution or "Bonterms" in said.attribution


def test_requests_are_loaded_once_and_in_every_state(db: None) -> None:
    cast = make_cast("northwind")
    with organization_scope(cast.organization.pk):
        reports: list[tuple[int, int]] = []
        portfolio_requests.load(cast.by_role, "northwind", lambda *step: reports.append(step))
        entries = LedgerEntry.objects.count()
        portfolio_requests.load(cast.by_role, "northwind", lambda *_step: None)

        assert reports[-1] == (12, 12)
        assert LedgerEntry.objects.count() == entries
        assert set(Template.objects.values_list("state", flat=True)) == {"approved"}
        assert set(ContractRequest.objects.values_list("state", flat=True)) == set(RequestState.values)
        assert ContractRequest.objects.filter(is_confidential=True).count() == 1
        contract = Contract.objects.get()
        assert contract.request.title == contract.title == "Cold chain monitoring service"
        version = Version.objects.get()
        assert "Temperature monitoring of cold stores" in version.text
        assert "Licensed under CC BY 4.0" in version.attribution


def test_the_second_organization_has_templates_only(db: None) -> None:
    cast = make_cast("meridian")
    with organization_scope(cast.organization.pk):
        portfolio_requests.load(cast.by_role, "meridian", lambda *_step: None)

        assert Template.objects.count() == 4
        assert ContractRequest.objects.count() == 0
