from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "clm.pages"
    label = "pages"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from clm.notify.acts import InboxAct, register_acts
        from clm.pages import access
        from clm.pages.operations.check_view import MATCHED

        access.register()
        register_acts(MATCHED, InboxAct(_("Switch off"), "off/", "bell-off"))
