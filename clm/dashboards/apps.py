from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DashboardsConfig(AppConfig):
    name = "clm.dashboards"
    label = "dashboards"

    def ready(self) -> None:
        from clm.dashboards import access
        from clm.dashboards.registry import NavigationEntry, register_navigation

        access.register()
        register_navigation(NavigationEntry("home", _("Home"), "home", "home", "dashboards.view_home", 10))
