"""Cursor pagination, newest first: identifiers are time-ordered, so the id is the cursor."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """`next` and `previous` are links; `page_size` up to 200."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def decode_cursor(self, request: Any) -> Any:
        """The cursor, or NotFound for one that never was in a link: its position is an identifier."""
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and self.ordering in ("-id", ("-id",)):
            try:
                UUID(str(cursor.position))
            except ValueError as malformed:
                raise NotFound(self.invalid_cursor_message) from malformed
        return cursor
