from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "clm.jobs"
    label = "jobs"

    def ready(self) -> None:
        from clm.jobs import access, panels

        access.register()
        panels.register()
