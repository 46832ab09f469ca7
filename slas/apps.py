from django.apps import AppConfig


class SlasConfig(AppConfig):
    name = "slas"

    def ready(self) -> None:
        from slas import access

        access.register()
