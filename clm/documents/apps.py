from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "clm.documents"
    label = "documents"
