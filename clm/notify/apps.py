from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "clm.notify"
    label = "notify"

    def ready(self) -> None:
        from clm.notify import access, panels

        access.register()
        panels.register()
