from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "clm.pages"
    label = "pages"

    def ready(self) -> None:
        from clm.pages import access

        access.register()
