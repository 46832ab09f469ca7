"""The rows of an archive become rows here. They are inserted as they are, and nothing else: what the database forbids
to change stays forbidden, and every constraint is asked."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Field, JSONField, Model
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from clm.accounts.models import Organization, User
from clm.transfer import archive as form
from clm.transfer.opening import Opened, refused
from clm.transfer.registry import Table, tables
from clm.transfer.selecting import below_the_organization, names_permission, rows_where

MOST_ROWS, MOST_CHARACTERS = 1000, 4_000_000


def insert_all(archive: Opened) -> int:
    """Every row of every table; answers how many. Foreign keys are asked at the end, when what they lead to is there.

    Raises DomainError `damaged` for a row of another organization or below one, `permission_unknown`.
    """
    inserted = 0
    newcomers: list[Any] = []
    # What hangs below a row comes after it, and what closes others after them.
    for table in sorted(tables(), key=lambda table: (table.closes, bool(table.below) and not table.is_of_people)):
        for lines in _batches(archive, table):
            keys = _insert(table, lines, archive.organization_id, newcomers)
            newcomers += keys if table.model is User else []
            inserted += len(keys)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return inserted


def check_people(archive: Opened, bound: Collection[str] = ()) -> list[str]:
    """Nobody who is here is taken over, and nobody is made a member by a file alone. Answers the identities of those
    who are here as the same person, each of whom somebody named by address in `bound`.

    Raises DomainError `person_taken` where an address is another person's here, `person_here`, and `person_unknown`
    where one in `bound` is not both here and in the archive.
    """
    people = _rows(archive, User)
    owners = {str(row["email"]).lower(): str(row["id"]) for row in people}
    claimed = [*owners.items(), *((row["email"].lower(), row["user_id"]) for row in _rows(archive, EmailAddress))]
    here = _addresses_here(claimed)
    ids = {owner for _email, owner in claimed}
    taken = {email for email, owner in claimed if here.get(email, {owner}) != {owner}}
    known = {str(row.pk): row.email.lower() for row in User.objects.filter(pk__in=ids)}
    taken |= {email for key, email in known.items() if owners.get(email) != key}
    if taken:
        what = _("These addresses belong to other people here: %(emails)s.")
        raise refused("person_taken", what % {"emails": ", ".join(sorted(taken))}, emails=sorted(taken))
    _check_bound(set(known.values()), {email.strip().lower() for email in bound})
    return sorted(known)


def _addresses_here(claimed: Collection[tuple[str, str]]) -> dict[str, set[str]]:
    """Address -> whose it is here, as the one of sign-in or another one."""
    emails = [email for email, _owner in claimed]
    users = User.objects.annotate(address=Lower("email")).filter(address__in=emails).values_list("address", "pk")
    others = EmailAddress.objects.annotate(address=Lower("email")).filter(address__in=emails)
    found: dict[str, set[str]] = {}
    for email, owner in [*users, *others.values_list("address", "user_id")]:
        found.setdefault(email, set()).add(str(owner))
    return found


def _check_bound(known: set[str], bound: set[str]) -> None:
    if unnamed := sorted(known - bound):
        what = _(
            "These people are here already: %(emails)s. Their accounts would stay as they are, and they would be in"
            " the organization as the file says: name each with --bind to have it so."
        )
        raise refused("person_here", what % {"emails": " ".join(unnamed)}, emails=unnamed)
    if strangers := sorted(bound - known):
        what = _("These are not both here and in the file: %(emails)s.")
        raise refused("person_unknown", what % {"emails": ", ".join(strangers)}, emails=strangers)


def check_named(archive: Opened) -> None:
    """Every person whom a row names came with the file, and was looked at. After `insert_all`; raises DomainError
    `damaged`."""
    people = [row["id"] for row in _rows(archive, User)]
    for table in (each for each in tables() if not each.is_of_people):
        for key in (each for each in table.fields if each.related_model is User):
            where, params = rows_where(table, archive.organization_id)
            sql = f'SELECT 1 FROM "{table.name}" t WHERE {where} AND t."{key.column}" <> ALL(%s::uuid[]) LIMIT 1'  # noqa: S608
            with connection.cursor() as cursor:
                cursor.execute(sql, [*params, people])
                if cursor.fetchone():
                    what = _("A row of %(table)s names a person who is not in the file.")
                    raise refused("damaged", what % {"table": table.label})


def _rows(archive: Opened, model: type[Model]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.lines(form.table_member(model._meta.label_lower))]


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


def _insert(table: Table, lines: list[str], organization_id: UUID, newcomers: list[Any]) -> list[Any]:
    """One key for each row that is here now. What is withheld on leaving is not believed on arrival either."""
    columns = ", ".join(f'"{each.column}"' for each in table.fields)
    values = ", ".join(table.withheld.get(each.column) or _value(each) for each in table.fields)
    rows, content = f'json_populate_recordset(NULL::"{table.name}", %s::json) t', f"[{','.join(lines)}]"
    where, params = "true", [content]
    if table.is_of_people and table.below:
        where, params = f't."{table.key.column}" = ANY(%s)', [content, newcomers]  # type: ignore[list-item]
    elif table.below:
        _check_below(table, rows, content, organization_id)
    # A person who is in another organization of this installation is here already, and stays as they are.
    known = " ON CONFLICT DO NOTHING" if table.is_of_people else ""
    # The first column of the key, for a key may have several; of a person it is the identity.
    key = table.order[0]
    sql = f'INSERT INTO "{table.name}" ({columns}) SELECT {values} FROM {rows} WHERE {where}{known} RETURNING "{key}"'  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [found for (found,) in cursor.fetchall()]


def _check_below(table: Table, rows: str, content: str, organization_id: UUID) -> None:
    """Each row hangs below a row that this import brought: the organization has no others."""
    belongs, params = below_the_organization(table, organization_id)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {rows} WHERE ({belongs}) IS NOT TRUE", [content, *params])  # noqa: S608
        if cursor.fetchone()[0]:
            raise refused("damaged", _("A row of %(table)s is not of this organization.") % {"table": table.label})


def _value(each: Field[Any, Any]) -> str:
    """A JSON null of a column that holds JSON is a value of it where the column is never empty."""
    column = f't."{each.column}"'
    return f"coalesce({column}, 'null')" if isinstance(each, JSONField) and not each.null else column
