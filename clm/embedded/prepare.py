"""Makes the database ready in one Django process: schema, first portfolio, sign-ins."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """The schema is current; an empty installation is loading its portfolio; `argv[1]` holds the sign-ins."""
    import django
    from django.core.management import call_command, get_commands

    django.setup()
    print("migrating", flush=True)
    call_command("migrate", interactive=False, verbosity=1)
    commands = get_commands()
    if "load_portfolio" in commands and is_empty() and os.environ.get("COVENANT_PORTFOLIO") != "none":
        print("starting the first portfolio", flush=True)
        call_command("load_portfolio", "--background")
    if "sign_ins" in commands:
        with Path(sys.argv[1]).open("w") as out:
            call_command("sign_ins", stdout=out)


def is_empty() -> bool:
    """Whether no organization has been made yet."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('accounts_organization')")
        if cursor.fetchone() == (None,):
            return False
        cursor.execute("SELECT NOT EXISTS (SELECT 1 FROM accounts_organization)")
        return bool(cursor.fetchone() == (True,))


if __name__ == "__main__":
    main()
