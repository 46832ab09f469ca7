from __future__ import annotations

import pytest

from clm.access.base import _narrowed
from clm.access.objects import granted, holders
from clm.access.scope import every_organization, organization_scope
from clm.lib.actor import Actor
from clm.lib.errors import NoOrganizationInScope
from clm.notify.models import Notification
from contracts.models import Contract, Party
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


def test_what_every_read_begins_with_is_left_as_it_is(acme: Cast) -> None:
    """Queries are made from copies of one: joins of a table with itself, and uses in another, would add to it."""
    before = {table: list(names) for table, names in _narrowed(Party, acme.organization.pk).table_map.items()}
    for _ in range(3):
        list(Party.objects.select_related("parent"))
        list(Party.objects.filter(parent__in=Party.objects.values("pk")))
    assert _narrowed(Party, acme.organization.pk).table_map == before


def test_a_permission_that_no_migration_made_yet_is_held_by_nobody(acme: Cast, alice: Actor) -> None:
    assert not Contract.objects.filter(granted(alice, Contract, "contracts.of_a_newer_version")).exists()
    assert list(holders(Contract.objects.all(), "contracts.of_a_newer_version")) == []
