from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "clm.pages"
    label = "pages"
