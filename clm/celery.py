"""The Celery application; the beat table stands in `clm.schedule`."""

import gc
import os
from typing import Any

from celery import Celery, Task
from celery.signals import task_postrun, worker_process_init

from clm.lib.memory import keep_loaded, with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clm.settings.local")


class RoomyTask(Task):  # type: ignore[misc,type-arg,unused-ignore]
    """A task with room for what it calls. The worker gives it its request; called by itself it has none."""

    @with_room
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.run(*args, **kwargs)


app = Celery("covenant", task_cls=RoomyTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def _keep_loaded(**_more: Any) -> None:
    keep_loaded()


@task_postrun.connect
def _tidy(task: Any = None, **_more: Any) -> None:
    """What a task read and wrote is gone before the next: a paper may be large, and its objects few. Within another
    process, as in the tests, there is all of that to look through."""
    if task is None or not task.request.is_eager:
        gc.collect()
