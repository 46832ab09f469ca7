"""Tables of states: pure data that says which moves exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clm.lib.errors import DomainError


@dataclass(frozen=True)
class StateTable:
    """The only source of the moves a thing may make: from a state to the states it may reach."""

    name: str
    initial: str
    moves: Mapping[str, frozenset[str]]

    def allows(self, source: str, target: str) -> bool:
        return target in self.moves.get(source, frozenset())

    def check(self, source: str, target: str) -> None:
        """Raise DomainError `illegal_move` unless the table has the move."""
        if not self.allows(source, target):
            raise DomainError(
                "illegal_move",
                f"A {self.name} that is {source.replace('_', ' ')} cannot become {target.replace('_', ' ')}.",
                detail={"from": source, "to": target},
            )

    def is_final(self, state: str) -> bool:
        return not self.moves.get(state)


def state_table(name: str, initial: str, moves: Mapping[str, set[str]]) -> StateTable:
    """A StateTable in which every named state has a row, final ones an empty row."""
    states = set(moves) | {target for targets in moves.values() for target in targets} | {initial}
    return StateTable(name, initial, {state: frozenset(moves.get(state, set())) for state in states})
