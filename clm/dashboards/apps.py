from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "clm.dashboards"
    label = "dashboards"
