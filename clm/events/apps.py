from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "clm.events"
    label = "events"

    def ready(self) -> None:
        from clm.events import access, panels

        access.register()
        panels.register()
