"""Who says what contracts are asked for: administrators. Everybody inside reads it, the other side does not."""

from __future__ import annotations

from clm.access.registry import everyone_inside, register_verbs, register_visibility, seen_through
from clm.accounts.roles import INSIDE, Role
from contracts.models import Contract, CustomField, CustomValue

VIEW = "contracts.view_custom_field"


def register() -> None:
    keepers = {Role.ADMINISTRATOR}
    register_verbs(
        {
            VIEW: INSIDE,
            "contracts.define_custom_field": keepers,
            "contracts.change_custom_field": keepers,
            "contracts.retire_custom_field": keepers,
        }
    )
    register_visibility(CustomField, VIEW, everyone_inside)
    register_visibility(CustomValue, VIEW, seen_through("contract", lambda: Contract))
