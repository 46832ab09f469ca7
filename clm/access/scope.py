"""The organization in scope. A query outside of one raises: permission fails closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from clm.lib.errors import NoOrganizationInScope


class _Everywhere:
    """Marks work that crosses organizations: the dispatcher, due-row sweeps, the verifier."""


_scope: ContextVar[UUID | _Everywhere | None] = ContextVar("covenant_scope", default=None)


@contextmanager
def organization_scope(organization_id: UUID) -> Iterator[None]:
    """Within the block, rows of this organization only are read and written."""
    token = _scope.set(organization_id)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def every_organization() -> Iterator[None]:
    """Within the block, rows of all organizations are read. For sweeps that find due ids; verbs run in a scope."""
    token = _scope.set(_Everywhere())
    try:
        yield
    finally:
        _scope.reset(token)


def has_scope() -> bool:
    """Whether queries may run here."""
    return _scope.get() is not None


def current_organization_id() -> UUID:
    """The organization in scope, or NoOrganizationInScope."""
    scope = _scope.get()
    if isinstance(scope, UUID):
        return scope
    raise NoOrganizationInScope("no single organization is in scope")


def organization_filter() -> dict[str, UUID]:
    """The filter every scoped query carries: empty only inside `every_organization`."""
    scope = _scope.get()
    if scope is None:
        raise NoOrganizationInScope("a query needs an organization in scope")
    return {} if isinstance(scope, _Everywhere) else {"organization_id": scope}
