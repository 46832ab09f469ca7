from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "clm.audit"
    label = "audit"

    def ready(self) -> None:
        from clm.audit import access, events, panels, work  # noqa: F401
        from clm.audit.head_seals import seal_digest
        from clm.audit.models import HeadSeal
        from clm.audit.seals import Seal, register_seal

        access.register()
        panels.register()
        register_seal(Seal(HeadSeal, frozenset({events.HEAD_SEALED}), seal_digest))
