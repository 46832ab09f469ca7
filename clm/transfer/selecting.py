"""The SQL that reads the rows of an organization as JSON, one text a row, the same text for the same row."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission
from django.db.models import DecimalField, Field

from clm.accounts.models import Organization, User
from clm.transfer.registry import Table, keys_to_people

# A permission by its name: its number is another one in every installation.
_PERMISSION = (
    "(SELECT c.app_label || '.' || c.model || '.' || p.codename FROM auth_permission p"
    " JOIN django_content_type c ON c.id = p.content_type_id WHERE p.id = t.{column})"
)
Query = tuple[str, list[Any]]


def rows_of(table: Table, organization_id: UUID) -> Query:
    """One JSON text for each row, in the table's order. Amounts are texts, so that no reader rounds them."""
    columns = ", ".join(f'{_expression(table, each)} AS "{each.column}"' for each in table.fields)
    order = ", ".join(f't."{column}"' for column in table.order)
    where, params = rows_where(table, organization_id)
    inner = f'SELECT {columns} FROM "{table.name}" t WHERE {where} ORDER BY {order}'  # noqa: S608
    return f"SELECT row_to_json(r)::text FROM ({inner}) r", params  # noqa: S608


def count_of(table: Table, organization_id: UUID) -> Query:
    where, params = rows_where(table, organization_id)
    return f'SELECT count(*) FROM "{table.name}" t WHERE {where}', params  # noqa: S608


def names_permission(each: Field[Any, Any]) -> bool:
    return each.related_model is Permission


def _expression(table: Table, each: Field[Any, Any]) -> str:
    column = f'"{each.column}"'
    if each.column in table.withheld:
        return table.withheld[each.column]
    if names_permission(each):
        return _PERMISSION.format(column=column)
    return f"t.{column}::text" if isinstance(each, DecimalField) else f"t.{column}"


def rows_where(table: Table, organization_id: UUID) -> Query:
    """Which rows `t` of a table are the organization's."""
    if table.model is Organization:
        return "t.id = %s", [organization_id]
    if table.model is User:
        return _among_people("t.id", organization_id)
    if not table.below:
        return "t.organization_id = %s", [organization_id]
    key = table.key
    if key.related_model is User:
        return _among_people(f't."{key.column}"', organization_id)
    return below_the_organization(table, organization_id)


def below_the_organization(table: Table, organization_id: UUID) -> Query:
    """Whether a row hangs below one of the organization."""
    key = table.key
    parent = key.related_model._meta.db_table
    sql = f't."{key.column}" IN (SELECT p.id FROM "{parent}" p WHERE p.organization_id = %s)'  # noqa: S608
    return sql, [organization_id]


def _among_people(column: str, organization_id: UUID) -> Query:
    """Members, former ones too, and whoever a row of the organization names."""
    keys = keys_to_people()
    each = (f'SELECT "{key}" FROM "{name}" WHERE organization_id = %s' for name, key in keys)  # noqa: S608
    return f"{column} IN ({' UNION '.join(each)})", [organization_id] * len(keys)
