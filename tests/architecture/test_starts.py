"""What takes long to load is loaded by those who need it: a fifth of the start of every process."""

from __future__ import annotations

import subprocess
import sys

from django.conf import settings

LATE = ("pyhanko", "openpyxl", "weasyprint")
STARTED = f"""
import sys
import clm.wsgi, clm.celery, clm.urls
print([name for name in {LATE} if name in sys.modules])
"""


def test_a_start_loads_no_maker_of_papers() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTED], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
