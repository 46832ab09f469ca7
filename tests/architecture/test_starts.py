"""What takes long to load is loaded by those who need it, and not at the start of every process."""

from __future__ import annotations

import subprocess
import sys

from django.conf import settings

LATE = ("pyhanko", "openpyxl", "weasyprint")
STARTED = f"""
import sys
import clm.wsgi, clm.celery, clm.urls
clm.celery.app.loader.import_default_modules()
print([name for name in {LATE} if name in sys.modules])
"""


def test_what_takes_long_is_not_loaded_at_the_start() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTED], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
