"""The platform: what every domain app stands on. It knows nothing about contracts."""

from clm.celery import app as celery_app

__all__ = ["celery_app"]
