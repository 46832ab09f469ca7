"""The WSGI entry point that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from clm.lib.memory import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clm.settings.local")

application = get_wsgi_application()

settle()
