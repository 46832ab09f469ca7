"""The rows of teams, and of who decides for whom: administrators keep teams, everybody arranges their own absence."""

from __future__ import annotations

from typing import Any

from clm.accounts.operations.create_team import create_team
from clm.accounts.roles import INSIDE, PEOPLE_INSIDE
from tests.access.table import Route
from tests.cast import Cast
from tests.contracts.approval.routed import away

ADMIN = {"administrator"}
# Who is away, who acts for them, and administrators.
PARTIES = {"legal", "finance", "administrator"}

VERB_ROWS = {
    "accounts.view_team": INSIDE,
    "accounts.create_team": ADMIN,
    "accounts.change_team": ADMIN,
    "accounts.delete_team": ADMIN,
    "accounts.view_delegation": PEOPLE_INSIDE,
    "accounts.create_delegation": PEOPLE_INSIDE,
    "accounts.revoke_delegation": PEOPLE_INSIDE,
}


def _team(cast: Cast) -> dict[str, Any]:
    return {"pk": create_team(actor=cast["administrator"], name="Board").pk}


BUILDERS = {
    "team": _team,
    "delegation": lambda cast: {"pk": away(cast["legal"], cast["finance"]).pk},
}

ROUTE_ROWS = [
    Route("teams", "GET", INSIDE),
    Route("team-new", "GET", ADMIN),
    Route("team-new", "POST", ADMIN),
    Route("team", "GET", INSIDE, key="team"),
    Route("team", "POST", ADMIN, key="team"),
    Route("team-delete", "POST", ADMIN, key="team"),
    Route("away", "GET", PEOPLE_INSIDE),
    Route("away", "POST", PEOPLE_INSIDE),
    Route("delegation-end", "POST", PARTIES, key="delegation"),
    Route("api-teams", "GET", INSIDE),
    Route("api-teams", "POST", ADMIN),
    Route("api-team", "GET", INSIDE, key="team"),
    Route("api-team", "PATCH", ADMIN, key="team"),
    Route("api-team", "DELETE", ADMIN, key="team"),
    Route("api-delegations", "GET", PEOPLE_INSIDE),
    Route("api-delegations", "POST", PEOPLE_INSIDE),
    Route("api-delegation", "GET", PEOPLE_INSIDE, key="delegation"),
    Route("api-delegation-revocation", "POST", PARTIES, key="delegation"),
]
