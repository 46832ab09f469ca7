from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "clm.jobs"
    label = "jobs"

    def ready(self) -> None:
        # Tasks find their application once Django has started. `clm` itself does not import it: the process that reads
        # a document needs nothing of Celery, and starts in a fraction of the time without.
        import clm.celery  # noqa: F401
        from clm.jobs import access, panels

        access.register()
        panels.register()
