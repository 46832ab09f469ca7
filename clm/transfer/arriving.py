"""The rows of an archive become rows here. They are inserted as they are, and nothing else: what the database forbids
to change stays forbidden, and every constraint is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Field, JSONField
from django.utils.translation import gettext as _

from clm.accounts.models import Organization, User
from clm.transfer import archive as form
from clm.transfer.opening import Opened, refused
from clm.transfer.registry import Table, tables
from clm.transfer.selecting import names_permission

MOST_ROWS, MOST_CHARACTERS = 1000, 4_000_000


def insert_all(archive: Opened) -> int:
    """Every row of every table; answers how many. Foreign keys are asked at the end, when what they lead to is there.

    Raises DomainError `damaged` for a row of another organization, `permission_unknown`.
    """
    inserted = 0
    for table in tables():
        for lines in _batches(archive, table):
            inserted += _insert(table, lines)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return inserted


def check_people(archive: Opened) -> None:
    """A person who is here already is the same person. Raises DomainError `person_taken`."""
    people = [json.loads(line) for line in archive.lines(form.table_member(User._meta.label_lower))]
    emails = {str(row["email"]).lower(): str(row["id"]) for row in people}
    here = User.objects.filter(email__in=list(emails)) | User.objects.filter(pk__in=list(emails.values()))
    taken = sorted(user.email for user in here if emails.get(user.email.lower()) != str(user.pk))
    if taken:
        what = _("These addresses belong to other people here: %(emails)s.") % {"emails": ", ".join(taken)}
        raise refused("person_taken", what, emails=taken)


def _batches(archive: Opened, table: Table) -> Iterator[list[str]]:
    batch: list[str] = []
    characters = 0
    for line in archive.lines(form.table_member(table.label)):
        batch.append(_checked(line, table, archive.organization_id))
        characters += len(line)
        if len(batch) >= MOST_ROWS or characters >= MOST_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _checked(line: str, table: Table, organization_id: UUID) -> str:
    """The line, with permissions' numbers of here for their names; of the organization that the archive is of."""
    row: dict[str, Any] = json.loads(line)
    owner = row["id"] if table.model is Organization else row.get("organization_id", str(organization_id))
    if set(row) != {each.column for each in table.fields} or owner != str(organization_id):
        raise refused("damaged", _("A row of %(table)s is not of this organization.") % {"table": table.label})
    named = [each.column for each in table.fields if names_permission(each)]
    if not named:
        return line
    return json.dumps(row | {column: _permission(row[column]) for column in named})


def _permission(name: str) -> int:
    app, model, codename = name.split(".")
    keys = {"content_type__app_label": app, "content_type__model": model, "codename": codename}
    found = Permission.objects.filter(**keys).values_list("pk", flat=True).first()
    if found is None:
        raise refused("permission_unknown", _("There is no permission %(name)s here.") % {"name": name})
    return found


def _insert(table: Table, lines: list[str]) -> int:
    columns = ", ".join(f'"{each.column}"' for each in table.fields)
    values = ", ".join(_value(each) for each in table.fields)
    # A person who is in another organization of this installation is here already.
    known = " ON CONFLICT DO NOTHING" if table.is_of_people else ""
    rows = f'json_populate_recordset(NULL::"{table.name}", %s::json) r'
    sql = f'INSERT INTO "{table.name}" ({columns}) SELECT {values} FROM {rows}{known}'  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [f"[{','.join(lines)}]"])
        return int(cursor.rowcount)


def _value(each: Field[Any, Any]) -> str:
    """A JSON null of a column that holds JSON is a value of it where the column is never empty."""
    column = f'r."{each.column}"'
    return f"coalesce({column}, 'null')" if isinstance(each, JSONField) and not each.null else column
