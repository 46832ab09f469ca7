"""`make reset`: asks, then removes every piece of local data."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from clm.embedded import places, preflight
from clm.embedded.running import Trouble

SERVICES = ("postgres", "valkey")


def remove_data(var: Path) -> None:
    """`var` and the service data that stands elsewhere are gone; raises Trouble while Covenant runs."""
    with preflight.only_one(places.private_subfolder(var, "run") / "lock"):
        for service in SERVICES:
            places.remove_service_home(var, service)
        shutil.rmtree(var)


def main() -> int:
    """0 when the data is gone, 1 when the person or a running Covenant refuses."""
    var = places.var_folder()
    print(f"This removes every contract, document and account in {var}. There is no way back.")
    try:
        answer = input("Type yes to go on: ")
    except EOFError:
        answer = ""
    if answer.strip() != "yes":
        print("Nothing was removed.")
        return 1
    try:
        remove_data(var)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    print("Removed. `make run` starts afresh.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
