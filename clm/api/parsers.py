"""What is sent to the API, read."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """JSON that is nested too deep to be read, or has half a character (a lone surrogate, which no answer could say
    again), is refused as any other that cannot be read."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        content = stream.read()
        try:
            found = super().parse(io.BytesIO(content), media_type, parser_context)
            if b"\\" in content:
                json.dumps(found, ensure_ascii=False).encode()
        except RecursionError as deep:
            raise ParseError("JSON parse error - it is nested too deep") from deep
        except UnicodeEncodeError as half:
            raise ParseError("JSON parse error - half a character") from half
        return found
