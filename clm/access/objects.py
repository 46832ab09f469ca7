"""Permissions on single objects: the only door to guardian."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar, cast

from django.contrib.auth import get_user_model
from django.db.models import Model, QuerySet
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase
from guardian.shortcuts import assign_perm, get_objects_for_user, get_users_with_perms, remove_perm

from clm.lib.actor import Actor

__all__ = [
    "GroupObjectPermissionBase",
    "UserObjectPermissionBase",
    "grant",
    "granted",
    "people_granted",
    "withdraw",
]

M = TypeVar("M", bound=Model)


def granted(actor: Actor, rows: QuerySet[M], permission: str) -> QuerySet[M]:
    """The rows on which this person holds the permission by name. Others than people hold none."""
    if actor.user_id is None:
        return rows.none()
    user = get_user_model()._default_manager.filter(pk=actor.user_id).first()
    if user is None:
        return rows.none()
    found: QuerySet[M] = get_objects_for_user(
        user, permission, klass=rows, with_superuser=False, accept_global_perms=False, use_groups=False
    )
    return found


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
