from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing import access, mishaps, panels, portfolio, seals, subscribers, travelling

        access.register()
        seals.register()
        mishaps.register()
        panels.register()
        portfolio.register()
        travelling.register()
        self.handlers = subscribers
