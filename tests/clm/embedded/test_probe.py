"""The health checks of the containers say yes only for a page that answers and a schedule that is written."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from clm.embedded import probe


class Page(BaseHTTPRequestHandler):
    """Answers 200 to the name covenant.example and 400 to any other."""

    def do_GET(self) -> None:
        self.send_response(200 if self.headers["Host"] == "covenant.example" else 400)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/healthz"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("hosts", "status"), [("covenant.example,other", 0), ("other", 1), ("", 1)])
def test_a_page_is_asked_for_under_an_allowed_name(
    url: str, hosts: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", hosts)
    assert probe.main([url]) == status


def test_a_page_that_nobody_serves_is_unhealthy() -> None:
    assert probe.main(["http://127.0.0.1:1/healthz"]) == 1


def test_a_schedule_is_healthy_while_it_is_written(tmp_path: Path) -> None:
    schedule = tmp_path / "celerybeat-schedule"
    assert probe.main(["--fresh", str(schedule), "600"]) == 1
    written = tmp_path / "celerybeat-schedule.db"
    written.touch()
    assert probe.main(["--fresh", str(schedule), "600"]) == 0
    os.utime(written, (0, 0))
    assert probe.main(["--fresh", str(schedule), "600"]) == 1


def test_anything_else_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert probe.main([]) == 2
    assert capsys.readouterr().err == "Usage: python -m clm.embedded.probe URL | --fresh FILE SECONDS\n"
