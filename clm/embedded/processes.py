"""The process list of Covenant, as data: `make run` and docker-compose.yml run these and no others."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Process:
    """One long-running program.

    `{bind}` in its arguments stands for the address to listen on, `{scratch}` in its environment for a folder
    that is empty at every start.
    """

    name: str
    arguments: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    # The path that answers 200 once the process is ready; None when it listens on nothing.
    ready_path: str | None = None

    def command(self, *, bind: str, python: str = sys.executable) -> list[str]:
        """The whole command line."""
        return [python, *(part.format(bind=bind) for part in self.arguments)]

    def variables(self, *, scratch: str) -> dict[str, str]:
        """What it has in its environment beyond the variables that all processes share."""
        return {name: value.format(scratch=scratch) for name, value in self.environment.items()}


READY_PATH = "/accounts/login/"

WEB = Process(
    name="web",
    arguments=(
        *("-m", "gunicorn", "clm.wsgi:application", "--bind", "{bind}"),
        *("--workers", "2", "--threads", "4", "--timeout", "120", "--graceful-timeout", "4"),
    ),
    # The worker processes answer /metrics as one, through files in this folder (prometheus_client).
    environment={"PROMETHEUS_MULTIPROC_DIR": "{scratch}"},
    ready_path=READY_PATH,
)
WORKER = Process(
    name="worker",
    arguments=("-m", "celery", "-A", "clm", "worker", "--loglevel", "INFO", "--concurrency", "2"),
)
BEAT = Process(name="beat", arguments=("-m", "celery", "-A", "clm", "beat", "--loglevel", "INFO"))

PROCESSES = (WEB, WORKER, BEAT)
