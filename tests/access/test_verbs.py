"""Every verb has a row, and `require` agrees with it for each role."""

from __future__ import annotations

import pytest

from clm.access.permissions import require
from clm.access.registry import VERBS
from clm.accounts.roles import Role
from clm.lib.errors import Forbidden
from tests.access.table import collect
from tests.cast import Cast

TABLE = collect()


def test_every_verb_has_a_row() -> None:
    assert sorted(set(VERBS) - set(TABLE.verbs)) == []


def test_no_row_is_left_over() -> None:
    assert sorted(set(TABLE.verbs) - set(VERBS)) == []


@pytest.mark.parametrize("role", Role.values)
def test_a_role_may_exactly_what_its_rows_say(acme: Cast, role: str) -> None:
    allowed = {verb for verb in TABLE.verbs if verb in VERBS and _passes(acme, role, verb)}

    assert allowed == {verb for verb, roles in TABLE.verbs.items() if role in roles and verb in VERBS}


def _passes(cast: Cast, role: str, verb: str) -> bool:
    try:
        require(cast[role], verb)
    except Forbidden:
        return False
    return True
