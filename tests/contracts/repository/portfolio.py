"""What the repository's stage of the first portfolio leaves behind: tests.billing.test_portfolio loads once for all."""

from __future__ import annotations

from contracts.models import Contract, CustomField, Party, Watcher
from contracts.portfolio.repository import DEPARTMENT, MASTER, OTHER_SIDE
from contracts.queries.custom_fields import values_of
from contracts.queries.entities import contacts_of, group_of
from contracts.queries.relations import family_of
from tests.cast import Cast


def check_repository(cast: Cast, _reported: tuple[int, int]) -> None:
    """A company with people and group, a master with what stands below it, own fields, a department, watchers."""
    party = Party.objects.get(name=OTHER_SIDE)
    assert [contact.escalation_level for contact in contacts_of([party])] == [1, 2, 3, None]
    assert [member.party.name for member in group_of(party)] == [
        "Spark Group Holdings Inc.", OTHER_SIDE, "Spark Analytics Ltd",
    ]  # fmt: skip
    assert sorted(party.identifiers.values_list("kind", flat=True)) == ["lei", "register"]
    master = Contract.objects.get(title=MASTER)
    assert [(each.contract.title, each.depth) for each in family_of(cast["legal"], master)] == [
        (MASTER, 0), ("Statement of work 1, store locator", 1), ("Statement of work 2, loyalty app", 1),
        ("Data processing terms, development", 1),
    ]  # fmt: skip
    assert list(CustomField.objects.order_by("position").values_list("key", flat=True)) == [
        "cost_centre", "personal_data",
    ]  # fmt: skip
    hosting = Contract.objects.filter(category="hosting", department__name=DEPARTMENT).first()
    assert hosting is not None
    assert values_of(hosting) == {"cost_centre": "4711", "personal_data": True}
    assert Watcher.objects.filter(contract=master).count() == 2
