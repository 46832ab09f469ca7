#!/usr/bin/env python
"""Django's command line for Covenant."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clm.settings.local")
    from django.core.management import execute_from_command_line

    from clm.lib.memory import with_room

    with_room(execute_from_command_line)(sys.argv)


if __name__ == "__main__":
    main()
