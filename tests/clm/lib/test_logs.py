"""What a log line never says."""

from __future__ import annotations

import json
import logging

from clm.lib.logs import json_formatter


def written(message: str, *arguments: object, **extra: object) -> str:
    record = logging.LogRecord("django.security.csrf", logging.WARNING, __file__, 1, message, arguments, None)
    record.__dict__.update(extra)
    return json_formatter().format(record)


def test_a_link_to_sign_by_is_in_no_line() -> None:
    line = written(
        "Forbidden (%s): %s", "CSRF cookie not set", "/sign/abc-DEF_123/code/", request="GET /sign/abc-DEF_123"
    )
    assert "abc-DEF_123" not in line
    assert json.loads(line)["event"] == "Forbidden (CSRF cookie not set): /sign/…/code/"


def test_other_words_stay() -> None:
    assert json.loads(written("Signed by %s", "/contracts/1/"))["event"] == "Signed by /contracts/1/"
