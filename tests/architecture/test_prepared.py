"""With an Idempotency-Key a POST runs in one transaction: what must stand outside of it is done by `prepare`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from django.urls import URLPattern, get_resolver

from clm.api.idempotency import IdempotentMixin
from clm.lib.outside import outside_transactions
from contracts.papers.envelopes import make_envelope_paper

OURS = {"tests", "clm", "contracts", "slas", "billing", "obligations"}


def test_what_posts_and_goes_outside_prepares_it() -> None:
    views = set(idempotent_views(get_resolver().url_patterns))
    outside = {view for view in views if hasattr(view, "post") and goes_outside(view.post, view, set())}

    assert len(views) > 100
    assert len(outside) > 10
    assert sorted(view.__name__ for view in outside if view.prepare is IdempotentMixin.prepare) == []


def test_a_view_that_does_both_at_once_is_found() -> None:
    class Hasty(IdempotentMixin):
        def post(self) -> None:
            self.make()

        def make(self) -> Any:
            return [make_envelope_paper(actor, actor) for actor in ()]

    assert goes_outside(Hasty.post, Hasty, set())
    assert not goes_outside(IdempotentMixin.undone, Hasty, set())


def idempotent_views(patterns: Any) -> Iterator[Any]:
    for each in patterns:
        if not isinstance(each, URLPattern):
            yield from idempotent_views(each.url_patterns)
            continue
        view = getattr(each.callback, "view_class", None) or getattr(each.callback, "cls", None)
        if view is not None and issubclass(view, IdempotentMixin):
            yield view


def goes_outside(called: Any, view: Any, seen: set[Any]) -> bool:
    """Whether a function of ours leads to `outside_transactions`: by its own names, of methods by those of the view."""
    called = inspect.unwrap(called)
    if called is outside_transactions:
        return True
    if not isinstance(called, FunctionType) or called in seen or called.__module__.partition(".")[0] not in OURS:
        return False
    seen.add(called)
    names = {name for code in codes(called.__code__) for name in code.co_names} - {"prepare"}
    return any(goes_outside(each, view, seen) for each in named(called, names, view))


def codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from codes(each)


def named(called: FunctionType, names: set[str], view: Any) -> Iterator[Any]:
    """What the names stand for: globals, members of modules, methods of the view."""
    for name in sorted(names):
        found = called.__globals__.get(name)
        if isinstance(found, ModuleType):
            yield from (getattr(found, each, None) for each in sorted(names))
        else:
            yield found
        if called.__qualname__.split(".")[-2:-1] in [[each.__name__] for each in view.__mro__]:
            yield getattr(view, name, None)
