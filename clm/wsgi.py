"""The WSGI entry point that gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clm.settings.local")

application = get_wsgi_application()

# What is loaded by now stays for as long as the process does, so the collector need not look through it again.
gc.collect()
gc.freeze()
