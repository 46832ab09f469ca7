"""ETag, If-None-Match and If-Match: what is answered has a tag, and a write against an outdated one is refused.

A tag is of the whole representation, as this actor reads it: whatever of it changes, the tag changes. If-Match is
checked by `require` within the verb, when the verb has locked its row: of two writers with one tag, one is refused. So
nothing is written between the look and the write, and no lock is taken in another order than the verb's own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar

from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clm.access.registry import VISIBILITY
from clm.api.renderers import JSONRenderer
from clm.lib.errors import DomainError, NotVisible
from clm.lib.locks import locks_taken, noting_locks

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# The view at which one row of a model is read: the first that an app names for it.
DETAILS: dict[type[Model], type[Any]] = {}
_waiting: ContextVar[_Precondition | None] = ContextVar("precondition", default=None)


class Outdated(DomainError):
    """The thing is not what the writer had read."""

    status = 412

    def __init__(self, tag: str | None) -> None:
        if tag is None:
            message = _("What is at this address has no ETag: send no If-Match.")
        else:
            message = _("This was changed meanwhile: nothing was written. Read it again.")
        super().__init__("outdated", message, detail={"etag": tag} if tag else None)


class _Precondition:
    def __init__(self, view: Conditional, request: Request, tags: frozenset[str]) -> None:
        self.view, self.request, self.tags = view, request, tags
        self.is_met = False

    def check(self) -> None:
        with nothing_waiting():
            now = self.view.tag_now(self.request)
        if now is None or not ("*" in self.tags or now in self.tags):
            raise Outdated(now)
        self.is_met = locks_taken()


class Conditional(APIView):
    """For views of one row, and of what is done to one. `tag_of` names the model whose tag counts where it is not that
    of the rows that the view answers with: the contract, for what is added to a contract; `tag_via` is the path to it
    from a row of the view's own model. `is_tagged`: the view's own GET is what is tagged."""

    tag_of: ClassVar[type[Model] | None] = None
    tag_via: ClassVar[str] = ""
    is_tagged: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        model = getattr(cls, "model", None)
        if model is not None and (issubclass(cls, RetrieveModelMixin) or cls.is_tagged):
            DETAILS.setdefault(model, cls)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        with nothing_waiting(), noting_locks():
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        sent = request.headers.get("If-Match", "")
        if not sent or request.method not in WRITES:
            return
        if self._tagged(request) is None:
            raise Outdated(None)
        # A weak tag is never a match for a write.
        _waiting.set(_Precondition(self, request, frozenset(each.strip() for each in sent.split(","))))

    def tag_now(self, request: Request) -> str | None:
        """The tag of the thing as it stands. Raises NotVisible."""
        found = self._tagged(request)
        return None if found is None else tag_of(found.get(request, **found.kwargs).data)

    def _tagged(self, request: Request) -> Any:
        """The view whose GET is tagged, on the row of the address; None where there is none."""
        if self.is_tagged or DETAILS.get(getattr(self, "model", Model)) is type(self):
            return self
        own, pk = getattr(self, "model", None), self.kwargs.get("pk")
        if own is not None and self.tag_via:
            pk = own._default_manager.filter(pk=pk).values_list(self.tag_via, flat=True).first()
        return self._detail(request, self.tag_of or own, pk)

    def _detail(self, request: Request, model: Any, pk: Any) -> Any:
        if pk is None or model not in DETAILS:
            return None
        view = DETAILS[model]()
        view.request, view.args, view.kwargs, view.format_kwarg = request, (), {"pk": pk}, None
        return view

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        if not 200 <= final.status_code < 300 or not isinstance(final, Response):
            return final
        with nothing_waiting():
            tag = self._tag_of_answer(request, final)
        if tag is None:
            return final
        if request.method == "GET" and _names(request.headers.get("If-None-Match", ""), tag):
            final.status_code, final.data = 304, None
        final.headers["ETag"] = tag
        return final

    def _tag_of_answer(self, request: Any, answer: Response) -> str | None:
        """Of what is read, of what a change or a step made of it, and of what was created: none where somebody may have
        changed it again since, for whoever has the tag is taken to have read what it is of."""
        is_own = self.is_tagged or DETAILS.get(getattr(self, "model", Model)) is type(self)
        if request.method == "GET":
            return tag_of(answer.data) if is_own else None
        try:
            if request.method in ("PATCH", "PUT"):
                return self._tag_if_same(answer, self.tag_now(request)) if is_own else None
            if answer.status_code == 200 and request.method == "POST" and self._acts_on_own():
                return self._tag_if_same(answer, self.tag_now(request))
            if answer.status_code == 201 and isinstance(answer.data, dict) and "id" in answer.data:
                made = self._detail(request, getattr(self, "model", None), answer.data["id"])
                return self._tag_if_same(answer, tag_of(made.get(request, **made.kwargs).data)) if made else None
        except NotVisible:  # whoever made it does not see it any more
            return None
        return None

    def _acts_on_own(self) -> bool:
        """Whether a POST does something to the row of the address, and answers with that row."""
        return (
            self.tag_of is None and not self.tag_via and getattr(self, "model", None) in DETAILS and "pk" in self.kwargs
        )

    def _tag_if_same(self, answer: Response, now: str | None) -> str | None:
        return now if now == tag_of(answer.data) else None


def tag_of(data: Any) -> str:
    """A strong tag: sha256 over what is sent."""
    return f'"{hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:32]}"'


def check_precondition(verb: str) -> None:
    """Asked by `require` of verbs that write: before their row is locked, and again when it is. Raises Outdated."""
    waiting = _waiting.get()
    if waiting is None or waiting.is_met:
        return
    if verb not in {entry.read_verb for entry in VISIBILITY.values()}:
        waiting.check()


def _names(sent: str, tag: str) -> bool:
    return sent.strip() == "*" or tag in {each.strip().removeprefix("W/") for each in sent.split(",")}


@contextmanager
def nothing_waiting() -> Iterator[None]:
    token = _waiting.set(None)
    try:
        yield
    finally:
        _waiting.reset(token)
