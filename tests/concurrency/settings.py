"""Settings of the processes that a test starts and kills: the suite's, with a real broker under keys of its own."""

import os
from pathlib import Path

from clm.settings.test import *  # noqa: F403
from clm.settings.test import CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES, STORAGES

CELERY_TASK_ALWAYS_EAGER = False
DATABASES["default"]["ENGINE"] = "django_prometheus.db.backends.postgresql"  # as a server has it
CELERY_BROKER_TRANSPORT_OPTIONS = CELERY_BROKER_TRANSPORT_OPTIONS | {
    "global_keyprefix": os.environ["COVENANT_KEY_PREFIX"]
}
MEDIA_ROOT = Path(os.environ["COVENANT_BLOBS"])
STORAGES["default"] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": MEDIA_ROOT, "base_url": None},
}
