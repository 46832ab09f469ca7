"""A verb's refusal on a form: what is wrong beside the field, and what was typed kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.forms import BaseForm

from clm.lib.errors import DomainError, Forbidden, NotVisible

T = TypeVar("T")


def attempt(form: BaseForm, verb: Callable[[], T]) -> T | None:
    """What the verb returns, or None with the refusal put on the form. NotVisible and Forbidden pass through."""
    try:
        return verb()
    except (NotVisible, Forbidden):
        raise
    except DomainError as refusal:
        for name, texts in refusal.fields.items():
            form.add_error(name if name in form.fields else None, list(texts))
        if not refusal.fields:
            form.add_error(None, refusal.message)
        return None
