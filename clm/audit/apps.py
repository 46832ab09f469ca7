from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "clm.audit"
    label = "audit"

    def ready(self) -> None:
        from clm.audit import access, panels, work  # noqa: F401

        access.register()
        panels.register()
