"""Structured logs: one JSON object a line, carrying the request id that the answer's header carries."""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

# The address of a signer's page is the link itself: whoever reads the log must not be able to open it.
_LINKS = re.compile(r"/sign/[^/\s\"']+")


def without_links(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Every word of the record without links to sign by."""
    return {name: _LINKS.sub("/sign/…", str(value)) if _may_hold(value) else value for name, value in event.items()}


def _may_hold(value: Any) -> bool:
    return not isinstance(value, int | float | bool | None) and "/sign/" in str(value)


def json_formatter() -> logging.Formatter:
    """A formatter that renders standard and structlog records as JSON with the bound context."""
    _send_through_logging()
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.ExtraAdder(),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            without_links,
            structlog.processors.JSONRenderer(default=str),
        ],
    )


def _send_through_logging() -> None:
    """structlog's records go where the standard library's go, with the context bound to the request."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
