from django.apps import AppConfig


class TransferConfig(AppConfig):
    name = "clm.transfer"
    label = "transfer"

    def ready(self) -> None:
        from clm.transfer import access, panels, travelling, work  # noqa: F401  (registers its job)

        access.register()
        panels.register()
        travelling.register()
