from django.apps import AppConfig


class SlasConfig(AppConfig):
    name = "slas"

    def ready(self) -> None:
        from clm.api.metrics import register_gauge
        from clm.lib import clock
        from slas import access, mishaps, panels, portfolio, seals, subscribers, travelling, work
        from slas.models import EvaluationWindow

        access.register()
        due = EvaluationWindow._default_manager
        register_gauge(
            "windows_due",
            "Windows that wait to be judged",
            lambda: due.filter(due_at__lte=clock.now()).count(),
        )
        seals.register()
        mishaps.register()
        panels.register()
        portfolio.register()
        travelling.register()
        self.handlers = subscribers
        self.work = work
