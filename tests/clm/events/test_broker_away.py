"""A broker that is away costs a request next to nothing: beat dispatches what was not published."""

from __future__ import annotations

import time

import pytest
from django.conf import settings
from kombu import Connection
from kombu.exceptions import OperationalError

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


def test_publishing_gives_up_at_once() -> None:
    begun = time.monotonic()

    with (
        Connection(NOBODY_LISTENS, transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS) as broker,
        pytest.raises(OperationalError),
    ):
        broker.default_channel  # noqa: B018  reading it connects

    assert time.monotonic() - begun < 2
