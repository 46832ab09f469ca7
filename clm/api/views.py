"""What the views of lists and single rows share: only what the actor may see, by a verb that reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, cast

from django.db.models import Model, QuerySet
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from clm.access.permissions import get_visible, note_in_passing, require, visible
from clm.api.conditional import Conditional
from clm.lib.actor import Actor


class OneForm(BaseContentNegotiation):
    """An address that names its form (`openapi.json`) is answered in it, whatever the client says that it accepts."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        return next(iter(parsers), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        only = next(iter(renderers))
        return only, str(only.media_type)


def actor_in(request: Request) -> Actor:
    """The actor that signed in; HasActor has let nobody else through."""
    return cast("Actor", request.auth)


class VisibleRowsView(Conditional, GenericAPIView[Any]):
    """`model` read under `verb`. `rows()` may select related rows; visibility is applied to what it returns."""

    model: ClassVar[type[Model]]
    verb: ClassVar[str]
    # Its rows carry sentences of contracts: a page of the list is a look at them.
    quotes: ClassVar[bool] = False

    def paginate_queryset(self, queryset: Any) -> Any:
        rows = super().paginate_queryset(queryset)
        if self.quotes and rows:
            note_in_passing(rows)
        return rows

    def rows(self) -> QuerySet[Any]:
        return self.model._default_manager.all()

    def get_queryset(self) -> QuerySet[Any]:
        """The rows this actor sees. While the schema is built there is nobody, and so no row."""
        if getattr(self, "swagger_fake_view", False):
            return self.model._base_manager.none()
        actor = actor_in(self.request)
        require(actor, self.verb)
        return visible(actor, self.rows())

    def get_object(self) -> Any:
        """The row of the address, or NotVisible."""
        actor = actor_in(self.request)
        require(actor, self.verb)
        return get_visible(actor, self.rows(), self.kwargs["pk"])
