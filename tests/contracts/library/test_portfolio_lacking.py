"""The first portfolio has a draft that lacks a mandatory clause, and loads it once."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry
from clm.lib.errors import DomainError
from contracts.models import Contract, Draft
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.put_in_clause import put_in_clause
from contracts.portfolio import hosting, library
from contracts.queries.draft_library import draft_report
from contracts.queries.omissions import lacking
from tests.cast import make_cast

pytestmark = pytest.mark.django_db


def nothing(_done: int, _total: int) -> None:
    return


def missing(draft: Draft) -> list[str]:
    return [each.clause.title for each in lacking(draft.contract, draft_report(draft))]


def test_a_draft_lacks_one_mandatory_clause_and_is_loaded_once(client: Client) -> None:
    house = make_cast("northwind")
    with organization_scope(house.organization.pk):
        library.load(house.by_role, "northwind", nothing)
        hosting.load(house.by_role, "northwind", nothing)
        draft = Draft.objects.select_related("contract", "base").get(contract__title=hosting.TITLE)
        assert (draft.state, draft.contract.state, draft.contract.category) == ("open", "draft", "hosting")
        assert missing(draft) == ["Damages Waiver"]

        entries = LedgerEntry.objects.count()
        hosting.load(house.by_role, "northwind", nothing)
        assert (LedgerEntry.objects.count(), Contract.objects.filter(title=hosting.TITLE).count()) == (entries, 1)

        client.force_login(house.users["legal"], backend="django.contrib.auth.backends.ModelBackend")
        shown = client.get(reverse("draft-checks", args=[draft.contract_id])).content.decode()
        assert "Mandatory clauses are missing:" in shown
        assert ">Damages Waiver</a>" in shown
        with pytest.raises(DomainError) as refused:
            hand_over(actor=house["legal"], draft_id=draft.pk)
        assert refused.value.code == "mandatory_missing"

        [clause] = [each.clause for each in lacking(draft.contract, draft_report(draft))]
        put_in_clause(actor=house["legal"], draft_id=draft.pk, library_clause_id=clause.pk)
        assert missing(draft) == []


def test_other_houses_have_none() -> None:
    house = make_cast("meridian")
    with organization_scope(house.organization.pk):
        library.load(house.by_role, "meridian", nothing)
        hosting.load(house.by_role, "meridian", nothing)
        assert not Contract.objects.filter(title=hosting.TITLE).exists()
