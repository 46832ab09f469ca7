"""`python -m clm.documents.ocr_worker LIMITS COMMAND...`: becomes the command, within its bounds.

The bounds are set here, because setting them between fork and exec is unsafe in a threaded parent.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from contextlib import suppress


def main(arguments: list[str]) -> None:
    bounds = {getattr(resource, name): bound for name, bound in json.loads(arguments[1]).items()}
    for which, bound in bounds.items():
        with suppress(ValueError, OSError):
            resource.setrlimit(which, (bound, bound))
    # The program is another Python's, which our own packages are not for.
    os.environ.pop("PYTHONPATH", None)
    # The command is ours; of the document there is only the name of a temporary file.
    os.execvp(arguments[2], arguments[2:])  # noqa: S606


if __name__ == "__main__":
    main(sys.argv)
