from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "clm.access"
    label = "access"
