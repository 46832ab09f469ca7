from __future__ import annotations

import pytest

from clm.access.scope import every_organization, organization_scope
from clm.lib.actor import Actor
from clm.lib.errors import NoOrganizationInScope
from clm.notify.models import Notification
from contracts.models import Contract
from contracts.operations.create_contract import create_contract
from tests.cast import Cast, make_cast


@pytest.mark.django_db
def test_a_query_without_an_organization_raises_when_it_runs() -> None:
    rows = Contract.objects.filter(title="x")

    for run in (rows.count, rows.exists, lambda: list(rows), lambda: rows.update(title="y"), rows.delete):
        with pytest.raises(NoOrganizationInScope):
            run()


@pytest.mark.django_db
def test_writing_without_an_organization_or_into_another_one_raises() -> None:
    one, other = make_cast("one"), make_cast("other")
    row = Notification(organization=one.organization, user=one.users["legal"], kind="k", title="t", dedupe_key="k")

    with pytest.raises(NoOrganizationInScope):
        row.save()
    with organization_scope(other.organization.pk):
        with pytest.raises(NoOrganizationInScope):
            row.save()
        with pytest.raises(NoOrganizationInScope):
            Notification.objects.bulk_create([row])


def test_only_rows_of_the_organization_in_scope_are_read(acme: Cast, globex: Cast, alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Ours")

    with organization_scope(globex.organization.pk):
        assert not Contract.objects.filter(pk=contract.pk).exists()
    with every_organization():
        assert Contract.objects.get().pk == contract.pk
