"""What leaves with an organization and what stays: every model of the installation is declared here by its app.

A model that nobody declared keeps every export from being made: it would be incomplete without saying so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Field, ForeignKey, Model

from clm.accounts.models import Organization, User


@dataclass(frozen=True)
class Table:
    """The rows of a model that travel: those of the organization, or `below` what a foreign key of them leads to.

    `withheld` names columns that leave as something else, by SQL over the row `t`: a secret never leaves. `renumbered`
    rows have numbers of the installation for ids, and get others where they arrive. One that `closes` others
    arrives after them: once it is there, the database lets nothing come to it.
    """

    model: type[Model]
    below: str = ""
    withheld: Mapping[str, str] = field(default_factory=dict)
    renumbered: bool = False
    closes: bool = False

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @property
    def fields(self) -> list[Field[Any, Any]]:
        """Those with a column that is written: neither computed by the database nor given anew on arrival."""
        found = [each for each in self.model._meta.local_concrete_fields if each.column and not each.generated]
        return [each for each in found if not (self.renumbered and each.primary_key)]

    @property
    def is_of_people(self) -> bool:
        """Whether its rows are a person's: shared by all organizations that the person is in."""
        return self.model is User or (bool(self.below) and self.key.related_model is User)

    @property
    def order(self) -> list[str]:
        """The columns that put the rows in an order that is the same in every installation."""
        key = self.model._meta.pk_fields
        return [each.column for each in (self.fields if self.renumbered else key)]

    @property
    def key(self) -> Any:
        """The foreign key of rows that hang below others."""
        return self.model._meta.get_field(self.below)


TRAVELS: dict[type[Model], Table] = {}
STAYS: dict[type[Model], str] = {}
# Whose files an index is made of, with the columns that a person knows one by.
INDEXED: dict[type[Model], tuple[str, ...]] = {}


def register_travelling(
    *models: type[Model],
    below: str = "",
    withheld: Mapping[str, str] | None = None,
    renumbered: bool = False,
    closes: bool = False,
) -> None:
    """The rows of these models leave with their organization and arrive as they were."""
    for model in models:
        TRAVELS[model] = Table(model, below, withheld or {}, renumbered, closes)


def register_staying(reason: str, *models: type[Model]) -> None:
    """The rows of these models do not leave, for the reason."""
    for model in models:
        STAYS[model] = reason


def register_indexed(model: type[Model], *columns: str) -> None:
    """The files of an export are listed by rows of this model."""
    INDEXED[model] = columns


def every_model() -> list[type[Model]]:
    """What has a table, the tables between two models too."""
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]


def undeclared(models: Iterable[type[Model]] | None = None) -> list[str]:
    """The models of which nobody said whether they travel."""
    asked = every_model() if models is None else models
    return sorted(model._meta.label for model in asked if model not in TRAVELS and model not in STAYS)


def tables() -> list[Table]:
    """What travels: the organization and its people first, the others by name."""
    first = [Organization, User]
    return sorted(TRAVELS.values(), key=lambda table: (table.model not in first, not table.is_of_people, table.label))


def keys_to_people() -> list[tuple[str, str]]:
    """(table, column) of every foreign key by which a row of an organization names a person."""
    return [
        (table.name, each.column)
        for table in tables()
        if any(each.name == "organization" for each in table.fields)
        for each in table.fields
        if isinstance(each, ForeignKey) and each.related_model is User
    ]


def refuse_undeclared() -> None:
    if names := undeclared():
        raise RuntimeError(f"nobody said whether these travel with an organization: {', '.join(names)}")
