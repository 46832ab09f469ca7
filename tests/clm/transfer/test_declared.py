"""Every table of the project travels with an organization or, for a reason, does not; and no secret does."""

from __future__ import annotations

import re

from clm.access.base import OrganizationRow
from clm.transfer.registry import STAYS, TRAVELS, every_model, undeclared

SECRET = re.compile(r"password|secret|token|(key|code|session)_hash|private")
# Named so, and not secret: a chapter of the terms' own, or a place.
KNOWN: set[str] = set()


def test_every_model_is_declared_once() -> None:
    """A new one names itself here: add it to the app's travelling.py, or say there why it stays."""
    assert undeclared() == []
    assert TRAVELS.keys() & STAYS.keys() == set()
    assert sorted((TRAVELS.keys() | STAYS.keys()) - set(every_model()), key=str) == []
    assert all(reason.strip() for reason in STAYS.values())


def test_a_model_that_nobody_declared_is_found() -> None:
    class Novelty:
        class _meta:
            label = "contracts.Novelty"

    assert undeclared([Novelty, *TRAVELS])  # type: ignore[list-item] == ["contracts.Novelty"]


def test_rows_of_an_organization_travel_unless_they_are_named_as_staying() -> None:
    """What belongs to an organization is its own; two kinds of rows stay all the same."""
    staying = {model._meta.label for model in STAYS if issubclass(model, OrganizationRow)}

    assert staying == {"api.IdempotencyRecord", "transfer.OrganizationExport"}


def test_secrets_are_withheld() -> None:
    columns = {
        f"{table.label}.{each.column}": each.column in table.withheld
        for table in TRAVELS.values()
        for each in table.fields
        if SECRET.search(each.column or "")
    }

    assert {name for name, is_withheld in columns.items() if not is_withheld} == KNOWN
    assert {"accounts.user.password", "accounts.apitoken.key_hash", "contracts.signinglink.token_hash"} <= set(columns)
