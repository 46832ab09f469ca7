"""allauth tells of a changed password, second factor or sign-in address by signals and in no other way: each one calls
one verb for every organization that the person belongs to."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.dispatch import Signal
from django.http import HttpRequest

from clm.access.scope import every_organization, organization_scope
from clm.accounts.actors import actor_of_membership
from clm.accounts.models import Membership, User
from clm.accounts.operations.change_sign_in import change_sign_in

CHANGES: dict[str, tuple[Signal, ...]] = {
    "password_changed": (account.password_changed, account.password_set),
    "password_reset": (account.password_reset,),
    "sign_in_address_changed": (account.email_changed,),
    "second_factor_added": (mfa.authenticator_added,),
    "second_factor_removed": (mfa.authenticator_removed,),
    "second_factor_renewed": (mfa.authenticator_reset,),
}


def register() -> None:
    for change, signals in CHANGES.items():
        for signal in signals:
            signal.connect(_receiver(change), weak=False, dispatch_uid=f"covenant.{change}")


def _receiver(change: str) -> Any:
    def receive(*, user: User, request: HttpRequest, **_more: Any) -> None:
        record_everywhere(user, change, request_id=getattr(request, "request_id", ""))

    return receive


def record_everywhere(user: User, change: str, *, request_id: str = "") -> None:
    """The change is in the ledger of every organization where the person is a member."""
    with every_organization():
        memberships = list(Membership.objects.filter(user_id=user.pk, removed_at=None))
    for membership in memberships:
        with organization_scope(membership.organization_id):
            change_sign_in(actor=actor_of_membership(membership, request_id=request_id), change=change)
