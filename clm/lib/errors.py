"""The refusals a verb may answer with; pages and the API turn them into messages and problem+json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class DomainError(Exception):
    """A rule of the domain refuses the verb: nothing was written. `status` is the HTTP status it maps to."""

    status = 409

    def __init__(
        self,
        code: str,
        message: str,
        *,
        detail: Mapping[str, Any] | None = None,
        fields: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.detail = dict(detail or {})
        self.fields = {name: list(texts) for name, texts in (fields or {}).items()}


class Invalid(DomainError):
    """What was sent cannot be read as what was asked for; `fields` says where."""

    status = 400


class NotVisible(DomainError):
    """The thing does not exist for this actor: never tell another organization that it does."""

    status = 404

    def __init__(self, message: str = "Not found.") -> None:
        super().__init__("not_found", message)


class Forbidden(DomainError):
    """The actor sees the thing and may not do this to it."""

    status = 403

    def __init__(self, message: str = "You may not do this.", *, detail: Mapping[str, Any] | None = None) -> None:
        super().__init__("forbidden", message, detail=detail)


class NoOrganizationInScope(RuntimeError):
    """A query ran with no organization in scope: a programming error that must never return rows."""
