from django.apps import AppConfig


class PortfolioConfig(AppConfig):
    name = "clm.portfolio"
    label = "portfolio"
