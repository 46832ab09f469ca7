from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "clm.api"
    label = "api"
