"""Comments beside the editor: the page that holds it names only the draft."""

from __future__ import annotations

from typing import Any

from django import template

from clm.access.permissions import can
from contracts.access.comments import TO_OTHER_SIDE
from contracts.models import Draft
from contracts.queries.comments import draft_threads

register = template.Library()


@register.simple_tag(takes_context=True)
def comments_of_draft(context: Any, draft: Draft) -> dict[str, Any]:
    """The open `threads` in the order of the draft's clauses, those of the contract last; `may_write` to the other
    side."""
    actor = context["request"].actor
    grouped = draft_threads(actor, draft)
    last = grouped.pop(None, [])
    return {
        "threads": [shown for group in grouped.values() for shown in group] + last,
        "may_write": can(actor, TO_OTHER_SIDE),
    }
