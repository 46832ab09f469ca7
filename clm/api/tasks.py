from celery import shared_task

from clm.api.idempotency import forget_before_now


@shared_task
def forget_idempotency_keys() -> int:
    """Answers kept for repeated requests are forgotten after a day."""
    return forget_before_now()
