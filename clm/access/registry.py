"""What each app registers: verbs with the roles that may use them, system actors, and how rows are seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from clm.lib.actor import Actor

M = TypeVar("M", bound=Model)
Rule = Callable[[Actor, QuerySet[Any]], QuerySet[Any]]


@dataclass(frozen=True)
class Visibility:
    """The verb that reads a model, the rule that narrows a queryset to what an actor sees, and the path to the row that
    it belongs to, for who keeps book of what was looked at."""

    read_verb: str
    rule: Rule
    path: str = ""


VERBS: dict[str, frozenset[str]] = {}
# Asked by `require` about a verb on a row, after permission: they raise where the row takes no such verb any more.
GATES: list[Callable[[str, Any], None]] = []
# Asked by `require` about a verb, once the actor may: they raise where what the caller had before their eyes is another
# by now.
PRECONDITIONS: list[Callable[[str], None]] = []
# What is told, after a page or an answer was made, which contracts somebody looked at.
READERS: list[Callable[[Actor, Any], None]] = []
SYSTEM_ACTORS: dict[str, frozenset[str]] = {}
VISIBILITY: dict[type[Model], Visibility] = {}


def register_verbs(table: Mapping[str, Iterable[str]]) -> None:
    """Add rows verb -> roles. A verb named twice is a mistake."""
    for verb, roles in table.items():
        if verb in VERBS:
            raise ValueError(f"verb {verb} is registered twice")
        VERBS[verb] = frozenset(str(role) for role in roles)


def register_system_actor(name: str, verbs: Iterable[str]) -> None:
    """Name a system actor and list the only verbs it may use; further calls add verbs."""
    SYSTEM_ACTORS[name] = SYSTEM_ACTORS.get(name, frozenset()) | frozenset(verbs)


def register_visibility(model: type[Model], read_verb: str, rule: Rule, *, path: str = "") -> None:
    """Say how rows of a model are seen. A model without this is seen by nobody. A rule of its own names the path to the
    row that they belong to, where they name no contract themselves."""
    VISIBILITY[model] = Visibility(read_verb, rule, path or getattr(rule, "path", ""))


def register_gate(gate: Callable[[str, Any], None]) -> None:
    """Have a say, with a DomainError, in every verb that is used on a row."""
    GATES.append(gate)


def register_precondition(precondition: Callable[[str], None]) -> None:
    """Have a say, with a DomainError, wherever `require` lets an actor go on."""
    PRECONDITIONS.append(precondition)


def register_reader(reader: Callable[[Actor, Any], None]) -> None:
    """Be told who looked at which contracts (`Sights`), within the organization's scope, before the answer leaves."""
    READERS.append(reader)


def everyone_inside(actor: Actor, rows: QuerySet[M]) -> QuerySet[M]:
    """A rule: everyone of the organization sees the rows, a counterparty none."""
    return rows.none() if actor.is_counterparty else rows


def seen_through(path: str, owner: Callable[[], type[Model]]) -> Rule:
    """A rule: a row is seen where the row at `path` is, for example a version where its contract is."""

    def rule(actor: Actor, rows: QuerySet[M]) -> QuerySet[M]:
        from clm.access.permissions import visible

        parents = visible(actor, owner()._default_manager.all())
        return rows.filter(**{f"{path}__in": parents.values("pk")})

    rule.path = path  # type: ignore[attr-defined]
    return rule
