"""@handles: which function answers which fact. Handlers are idempotent by (event, handler)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from clm.events.models import OutboxEvent

Handler = Callable[[OutboxEvent], None]
# What the column holds. A longer one would keep its events, and all behind them, from ever being fanned out.
LONGEST_NAME = 120
_HANDLERS: dict[str, dict[str, Handler]] = defaultdict(dict)


def handles(*event_types: str) -> Callable[[Handler], Handler]:
    """Register a function for event types. It runs within the event's organization and in one transaction with
    the mark that it is done, so its database work happens exactly once; what lies outside must be idempotent."""

    def register(handler: Handler) -> Handler:
        name = f"{handler.__module__}.{handler.__qualname__}"
        if len(name) > LONGEST_NAME:
            raise ValueError(f"the name of the handler {name} is longer than {LONGEST_NAME} characters")
        for event_type in event_types:
            _HANDLERS[event_type][name] = handler
        return handler

    return register


def handlers_of(event_type: str) -> dict[str, Handler]:
    """Handler name -> function, for one event type."""
    return dict(_HANDLERS.get(event_type, {}))


def handler_named(event_type: str, name: str) -> Handler | None:
    return _HANDLERS.get(event_type, {}).get(name)
