"""Health checks of the containers: `probe URL` and `probe --fresh FILE SECONDS`; exit status 0 means healthy.

Standard library only, so that a check costs little.
"""

from __future__ import annotations

import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path


def answers(url: str) -> bool:
    """Whether the page is served with status 200 under the first name of ALLOWED_HOSTS."""
    host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].lstrip(".")
    headers = {"Host": host} if host not in {"", "*"} else {}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - ours, and http only
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def is_fresh(file: Path, seconds: float) -> bool:
    """Whether the file, or the one a database library made of its name, was written in the last `seconds`."""
    written = [each.stat().st_mtime for each in file.parent.glob(f"{file.name}*")]
    return bool(written) and time.time() - max(written) < seconds


def main(arguments: list[str]) -> int:
    """0 when healthy, 1 when not, 2 when asked for something else."""
    match arguments:
        case ["--fresh", file, seconds]:
            return 0 if is_fresh(Path(file), float(seconds)) else 1
        case [url] if url.startswith("http://"):
            return 0 if answers(url) else 1
    print("Usage: python -m clm.embedded.probe URL | --fresh FILE SECONDS", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
