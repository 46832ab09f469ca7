from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "clm.api"
    label = "api"

    def ready(self) -> None:
        from clm.api import metrics, schema  # noqa: F401

        metrics.register()
