"""A broker that takes connections and says nothing holds no request up for long."""

from __future__ import annotations

import socket
import time

import pytest
from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError


def test_publishing_to_a_silent_broker_ends() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        app = Celery("silent", broker=f"redis://127.0.0.1:{silent.getsockname()[1]}/0", set_as_current=False)
        app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        begun = time.monotonic()

        with pytest.raises(OperationalError):
            app.send_task("nothing", retry=False, ignore_result=True)

    assert time.monotonic() - begun < 15
