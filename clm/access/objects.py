"""Permissions on single objects: the only door to guardian."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import BooleanField, F, Func, Model, Q, QuerySet
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase
from guardian.shortcuts import assign_perm, get_users_with_perms, remove_perm
from guardian.utils import get_user_obj_perms_model

from clm.lib.actor import Actor

__all__ = [
    "GroupObjectPermissionBase",
    "UserObjectPermissionBase",
    "grant",
    "granted",
    "holders",
    "people_granted",
    "withdraw",
]

M = TypeVar("M", bound=Model)


class _Held(Func):
    """Whether the row of this id is among those on which a person holds a permission by name. Written as it is asked:
    every `visible` builds on it, many times a page, and a queryset for it would be built and compiled each time."""

    output_field = BooleanField()

    def __init__(self, row: str, table: str, permission_id: int, user_id: UUID) -> None:
        super().__init__(F(row))
        self.table, self.given = table, (permission_id, user_id)

    def as_sql(self, compiler: Any, connection: Any, **_more: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        row, params = compiler.compile(self.source_expressions[0])
        table = connection.ops.quote_name(self.table)
        held = f"SELECT content_object_id FROM {table} WHERE permission_id = %s AND user_id = %s"  # noqa: S608
        return f"{row} IN ({held})", [*params, *self.given]


def granted(actor: Actor, model: type[Model], permission: str) -> Q:
    """The condition that this person holds the permission on a row of the model by name. Others than people hold none.
    Asks nothing itself but once a process."""
    if actor.user_id is not None:
        with suppress(Permission.DoesNotExist):  # of a newer version whose migration did not run yet
            table = get_user_obj_perms_model(cast("Any", model))._meta.db_table
            return Q(_Held("pk", table, _permission_id(model, permission), actor.user_id))
    return Q(pk__in=())


@cache
def _permission_id(model: type[Model], permission: str) -> int:
    """Raises Permission.DoesNotExist, which is not kept."""
    kind = ContentType.objects.get_for_model(model)
    return Permission.objects.get(codename=permission.rpartition(".")[2], content_type=kind).pk


@receiver(post_migrate, dispatch_uid="clm.access.permission_ids")
def _look_again(**_sent: Any) -> None:
    """Permissions come with migrations."""
    _permission_id.cache_clear()


def grant(users: Iterable[Any], permission: str, obj: Model) -> None:
    """Give people a permission on one object."""
    for user in users:
        assign_perm(permission, user, obj)


def withdraw(users: Iterable[Any], permission: str, obj: Model) -> None:
    """Take a permission on one object away from people."""
    for user in users:
        remove_perm(permission, user, obj)


def people_granted(permission: str, obj: Model) -> QuerySet[Any]:
    """The people who hold a permission on one object by name."""
    people: Any = get_users_with_perms(obj, only_with_perms_in=[permission], with_group_users=False)
    return cast("QuerySet[Any]", people)


def holders(rows: QuerySet[M], permission: str) -> Iterable[tuple[Any, Any]]:
    """Who holds a permission by name on which of the rows: pairs of a person's id and a row's."""
    grants: Any = get_user_obj_perms_model(cast("Any", rows.model))
    try:
        known = _permission_id(rows.model, permission)
    except Permission.DoesNotExist:
        return []
    held = grants._default_manager.filter(permission_id=known, content_object__in=rows.values("pk"))
    return cast("Iterable[tuple[Any, Any]]", held.values_list("user_id", "content_object_id"))
