"""Settings of `make run`: a machine of one's own, nothing sent outside."""

import os

from clm.settings.base import *  # noqa: F403
from clm.settings.base import STORAGES, VAR_DIR

# Whoever tries it out sees the pages that everybody sees; who develops it asks for Django's own of faults.
DEBUG = os.environ.get("COVENANT_DEBUG") == "1"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
FIRST_PORTFOLIO_ALLOWED = True
