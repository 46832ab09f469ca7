"""The three questions of permission: require, visible, can. Each fails closed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

from clm.access.registry import GATES, PRECONDITIONS, SYSTEM_ACTORS, VERBS, VISIBILITY
from clm.access.scope import current_organization_id
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, NotVisible

M = TypeVar("M", bound=Model)
# A verb that was allowed, and the row it was allowed on: its model's label and its id, both empty where there was none.
Grant = tuple[str, str, str]


class Sights(set[UUID]):
    """The contracts that somebody opened, and those of whose text a list or a search showed a sentence `in_passing`."""

    def __init__(self) -> None:
        super().__init__()
        self.in_passing: set[UUID] = set()

    def __bool__(self) -> bool:
        return bool(len(self) or self.in_passing)


# Within `looking_once`: who was found to see which rows.
_looks: ContextVar[dict[tuple[Actor, type[Model], Any], bool] | None] = ContextVar("looks", default=None)
# Within `noting_sights`: the contracts whose rows were asked for by id, and seen.
_sights: ContextVar[Sights | None] = ContextVar("sights", default=None)
_noted: ContextVar[tuple[Actor, list[Grant]] | None] = ContextVar("noted_grants", default=None)


def system_actor(name: str, organization_id: UUID) -> Actor:
    """The named system actor within one organization; a name nobody registered raises KeyError."""
    return Actor(kind="system", identity=name, organization_id=organization_id, verbs=SYSTEM_ACTORS[name])


def visible(actor: Actor, rows: QuerySet[M]) -> QuerySet[M]:
    """The rows this actor may see, counts included. A model that registered no visibility raises LookupError."""
    if actor.organization_id != current_organization_id():
        return rows.none()
    entry = VISIBILITY.get(rows.model)
    if entry is None:
        raise LookupError(f"{rows.model.__name__} has no visibility rule")
    if actor.is_system:
        return rows
    if not _may(actor, entry.read_verb):
        return rows.none()
    return entry.rule(actor, rows)


def get_visible(actor: Actor, rows: QuerySet[M], pk: UUID | str) -> M:
    """The one row by id, or NotVisible: for another organization it does not exist."""
    try:
        found = next(iter(visible(actor, rows).filter(pk=pk).order_by()[:1]), None)
    except (ValidationError, ValueError, TypeError) as malformed:
        raise NotVisible() from malformed
    if found is None:
        raise NotVisible()
    note_sight(found)
    return found


def note_sight(row: Model) -> None:
    """Somebody looks at this row: at a contract, or at what belongs to one, by itself or through another row."""
    sights = _sights.get()
    if sights is None:
        return
    contract_id = getattr(row, "contract_id", None)
    path = "" if hasattr(row, "contract_id") else _path_to_contract(type(row))
    if path:
        contract_id = type(row)._base_manager.filter(pk=row.pk).values_list(path, flat=True).first()
    if contract_id is not None:
        sights.add(contract_id)


def note_in_passing(rows: Sequence[Model] = (), *, contract_ids: Iterable[UUID] = ()) -> None:
    """A page of a list shows sentences of these contracts: of those that the rows, of one model, belong to."""
    sights = _sights.get()
    if sights is None:
        return
    sights.in_passing.update(contract_ids)
    path = _path_to_contract(type(rows[0])) if rows and not _names_contract(type(rows[0])) else ""
    if path:
        found = type(rows[0])._base_manager.filter(pk__in=[row.pk for row in rows])
        sights.in_passing.update(found.order_by().values_list(path, flat=True).distinct())
    else:
        known: Any = rows
        sights.in_passing.update(row.contract_id for row in known if row.contract_id is not None)


def _names_contract(model: Any) -> bool:
    return any(field.attname == "contract_id" for field in model._meta.concrete_fields)


@cache
def _path_to_contract(model: type[Model]) -> str:
    """From a row that is seen through others to the contract they belong to; empty where they belong to none."""
    path = VISIBILITY[model].path if model in VISIBILITY else ""
    if not path:
        return ""
    target: Any = model
    for name in path.split("__"):
        target = target._meta.get_field(name).related_model
    if _names_contract(target):
        return f"{path}__contract_id"
    if hasattr(target, "contract_id"):
        return path
    further = _path_to_contract(target)
    return f"{path}__{further}" if further else ""


@contextmanager
def noting_sights() -> Iterator[Sights]:
    """The set fills with the contracts that `get_visible` shows rows of within."""
    sights = Sights()
    token = _sights.set(sights)
    try:
        yield sights
    finally:
        _sights.reset(token)


def require(actor: Actor, verb: str, obj: Any = None) -> None:
    """Raise NotVisible unless the actor sees `obj`, and Forbidden unless it may use the verb.

    `obj` is a row of the organization, or None for verbs that make something new.
    """
    _check(actor, verb, obj, sees)
    for precondition in PRECONDITIONS:
        precondition(verb)
    _note(actor, verb, obj)


@contextmanager
def noting_grants(actor: Actor) -> Iterator[list[Grant]]:
    """The list fills with what `require` allows this actor within, each once, in order."""
    grants: list[Grant] = []
    token = _noted.set((actor, grants))
    try:
        yield grants
    finally:
        _noted.reset(token)


def _note(actor: Actor, verb: str, obj: Any) -> None:
    noted = _noted.get()
    if noted is None or (noted[0].kind, noted[0].identity) != (actor.kind, actor.identity):
        return
    grant = (verb, "", "") if obj is None else (verb, obj._meta.label, str(obj.pk))
    if grant not in noted[1]:
        noted[1].append(grant)


@contextmanager
def looking_once() -> Iterator[None]:
    """Within, `can` looks once whether an actor sees a row: a page asks for a dozen verbs on the same one. For requests
    that change nothing; `require` looks each time."""
    token = _looks.set({})
    try:
        yield
    finally:
        _looks.reset(token)


def _looked(actor: Actor, obj: Any) -> bool:
    looks = _looks.get()
    if looks is None or getattr(obj, "organization_id", None) != actor.organization_id:
        return sees(actor, obj)
    key = (actor, type(obj), obj.pk)
    if key not in looks:
        looks[key] = sees(actor, obj)
    return looks[key]


def _check(actor: Actor, verb: str, obj: Any, look: Callable[[Actor, Any], bool]) -> None:
    if verb not in VERBS:
        raise LookupError(f"verb {verb} has no row in the permission table")
    if actor.organization_id != current_organization_id():
        raise NotVisible()
    if obj is not None and not look(actor, obj):
        raise NotVisible()
    if not _may(actor, verb):
        raise Forbidden(detail={"verb": verb})
    if obj is not None:
        for gate in GATES:
            gate(verb, obj)


def can(actor: Actor, verb: str, obj: Any = None) -> bool:
    """Whether `require` would pass: for buttons, never instead of `require`."""
    try:
        _check(actor, verb, obj, _looked)
    except DomainError:
        return False
    return True


def _may(actor: Actor, verb: str) -> bool:
    if actor.is_system:
        return verb in actor.verbs
    if actor.scopes is not None and not any(_matches(scope, verb) for scope in actor.scopes):
        return False
    return bool(actor.roles & VERBS.get(verb, frozenset()))


def _matches(scope: str, verb: str) -> bool:
    return verb.startswith(scope[:-1]) if scope.endswith("*") else verb == scope


def sees(actor: Actor, obj: Any) -> bool:
    """Whether this row is among those that `visible` shows the actor."""
    if getattr(obj, "organization_id", None) != actor.organization_id:
        return False
    if actor.is_system:
        return True
    model = type(obj)
    entry = VISIBILITY.get(model)
    if entry is None:
        raise LookupError(f"{model.__name__} has no visibility rule")
    return visible(actor, model._default_manager.filter(pk=obj.pk)).exists()
