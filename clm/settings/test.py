"""Settings of the test suite: the real database and broker, mail kept in memory, tasks run at once."""

import os
import tempfile
from pathlib import Path

from clm.settings.base import *  # noqa: F403
from clm.settings.base import DATABASES, STORAGES

DEBUG = False
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
SECRET_KEY = "only-for-tests-" + "x" * 50
# A million statements and a half are asked, and nobody reads how long each took.
DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
DATABASES["default"]["TEST"] = {"NAME": os.environ.get("COVENANT_TEST_DB", "test_covenant")}
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["OPTIONS"] = {"options": "-c covenant.allow_truncate=on"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
TEST_FOLDER = Path(os.environ.get("COVENANT_TEST_FOLDER") or tempfile.gettempdir())
MEDIA_ROOT = TEST_FOLDER / f"covenant-test-blobs-{os.getpid()}"
SEAL_FOLDER = TEST_FOLDER / f"covenant-test-seal-{os.getpid()}"
STORAGES["default"] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": MEDIA_ROOT, "base_url": None},
}
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
ACCOUNT_RATE_LIMITS: dict[str, str] = {}
FIRST_PORTFOLIO_ALLOWED = True
