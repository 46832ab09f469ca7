from django.apps import AppConfig


class PortfolioConfig(AppConfig):
    name = "clm.portfolio"
    label = "portfolio"

    def ready(self) -> None:
        from clm.portfolio import access, load, panels  # noqa: F401

        access.register()
        panels.register()
