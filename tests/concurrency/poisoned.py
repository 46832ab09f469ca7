"""Processes that dispatch one after the other, each an hour later, where a handler ends the process it runs in."""

from __future__ import annotations

import os
from datetime import timedelta

import django

ENDED_BY_HANDLER = 9


def main() -> None:
    """Print the exit codes of eight dispatching processes and of one more."""
    django.setup()
    from clm.events.dispatcher import MAX_ATTEMPTS

    print(*[exit_code(hours) for hours in range(MAX_ATTEMPTS + 1)])


def exit_code(hours: int) -> int:
    # Before the fork nothing has asked the database: each process has a connection of its own.
    process = os.fork()
    if process == 0:
        dispatch(hours)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def dispatch(hours: int) -> None:
    from clm.events.dispatcher import drain
    from clm.events.handlers import handles
    from clm.events.models import OutboxEvent
    from clm.lib import clock

    @handles("test.poisoned")
    def ends_its_process(event: OutboxEvent) -> None:
        os._exit(ENDED_BY_HANDLER)

    @handles("test.harmless")
    def takes_it(event: OutboxEvent) -> None: ...

    try:
        with clock.set_to(clock.now() + timedelta(hours=hours)):
            drain()
    except BaseException:
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
