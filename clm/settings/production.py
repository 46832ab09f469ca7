"""Settings of an installation that others reach. It refuses to start with a default secret."""

import os

from django.core.exceptions import ImproperlyConfigured

from clm.settings import sources
from clm.settings.base import *  # noqa: F403
from clm.settings.base import ALLOWED_HOSTS, DEFAULT_SECRET_KEY, SECRET_KEY

if SECRET_KEY == DEFAULT_SECRET_KEY or len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("Set SECRET_KEY to a random value of at least 50 characters.")
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("Set ALLOWED_HOSTS to the names this installation is reached by.")
if not sources.has_database():
    raise ImproperlyConfigured("Set DATABASE_URL, or DATABASE_HOST with DATABASE_USER and DATABASE_PASSWORD.")
if not sources.has_redis():
    raise ImproperlyConfigured("Set REDIS_URL, or REDIS_HOST with REDIS_PASSWORD.")

DEBUG = False
SECURE_SSL_REDIRECT = os.environ.get("INSECURE_HTTP") != "1"
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
