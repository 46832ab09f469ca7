"""Who does something: one frozen value that every verb takes. No actor, no action."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

ActorKind = Literal["user", "token", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a token or a named system actor, acting within one organization.

    `roles` are those of the membership (a token has its owner's, narrowed by `scopes`);
    `scopes` of a token are verb names or prefixes ending in `*`; `verbs` lists what a system actor may do.
    """

    kind: ActorKind
    identity: str
    organization_id: UUID
    roles: frozenset[str] = frozenset()
    user_id: UUID | None = None
    scopes: frozenset[str] | None = None
    verbs: frozenset[str] = frozenset()
    request_id: str = ""

    @property
    def person_id(self) -> UUID:
        """The person's id for looking up their own rows; a system actor has the nil id, which no row carries."""
        return self.user_id or UUID(int=0)

    @property
    def is_system(self) -> bool:
        return self.kind == "system"

    @property
    def is_counterparty(self) -> bool:
        """True for someone of the other side, who sees only what was granted by name."""
        return "counterparty" in self.roles and self.roles <= {"counterparty"}
