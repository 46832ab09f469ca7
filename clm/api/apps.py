from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "clm.api"
    label = "api"

    def ready(self) -> None:
        from clm.access.registry import register_precondition
        from clm.api import metrics, schema  # noqa: F401
        from clm.api.conditional import check_precondition

        metrics.register()
        register_precondition(check_precondition)
