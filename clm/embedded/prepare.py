"""Makes the database ready in one Django process: schema, first portfolio, sign-ins."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """The schema is current; an empty installation is loading its portfolio; `argv[1]` holds the sign-ins.

    COVENANT_PORTFOLIO=none leaves an empty installation empty, as do settings that do not allow the portfolio.
    """
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    print("migrating", flush=True)
    call_command("migrate", interactive=False, verbosity=1)
    if settings.FIRST_PORTFOLIO_ALLOWED and os.environ.get("COVENANT_PORTFOLIO") != "none":
        from clm.portfolio.people import houses_present

        # A load that was cut short goes on; people who have only organizations of their own get no others.
        call_command("load_portfolio", "--background", *([] if houses_present() else ["--if-empty"]))
        with Path(sys.argv[1]).open("w") as out:
            call_command("sign_ins", stdout=out)


if __name__ == "__main__":
    main()
