"""`python -m tests.conformance SUITE PATH`, or `--all` for what is here."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.conformance.runner import ABSENT, SUITES, run, run_all

USAGE = f"usage: python -m tests.conformance SUITE PATH | --all\nsuites: {', '.join((*SUITES, *ABSENT))}"


def main(arguments: list[str]) -> int:
    if arguments == ["--all"]:
        return run_all()
    if len(arguments) == 2:
        return run(arguments[0], Path(arguments[1]))
    print(USAGE, file=sys.stderr)
    return 2


sys.exit(main(sys.argv[1:]))
