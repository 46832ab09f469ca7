from django.apps import AppConfig


class ObligationsConfig(AppConfig):
    name = "obligations"

    def ready(self) -> None:
        from obligations import access, panels, portfolio, subscribers, travelling

        access.register()
        panels.register()
        portfolio.register()
        travelling.register()
        self.handlers = subscribers
