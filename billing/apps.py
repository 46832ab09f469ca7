from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing import access, mishaps, panels, portfolio, seals, subscribers

        access.register()
        seals.register()
        mishaps.register()
        panels.register()
        portfolio.register()
        self.handlers = subscribers
