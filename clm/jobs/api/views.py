"""Long work: its progress and result, stopping it and trying it again."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import check_empty
from clm.api.views import VisibleRowsView, actor_in
from clm.jobs.api.serializers import JobSerializer
from clm.jobs.filters import JobFilter
from clm.jobs.models import Job
from clm.jobs.operations.cancel_job import cancel_job
from clm.jobs.operations.retry_job import retry_job
from clm.jobs.queries import with_words


class JobsView(ListModelMixin, VisibleRowsView):
    model = Job
    verb = "jobs.list_jobs"
    serializer_class = JobSerializer
    filterset_class = JobFilter

    def rows(self) -> QuerySet[Job]:
        return with_words(actor_in(self.request), Job.objects.all())

    def get(self, request: Request) -> Response:
        """One's own jobs, newest first; for administrators all."""
        return self.list(request)


class JobView(RetrieveModelMixin, VisibleRowsView):
    model = Job
    verb = "jobs.view_job"
    serializer_class = JobSerializer

    def get(self, request: Request, pk: UUID) -> Response:
        return self.retrieve(request)


class CancelJobView(IdempotentMixin):
    model = Job

    @extend_schema(request=None, responses=JobSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Ask a job to stop."""
        check_empty(request)
        job = cancel_job(actor=actor_in(request), job_id=pk)
        return Response(JobSerializer(job, context={"request": request}).data)


class RetryJobView(IdempotentMixin):
    model = Job

    @extend_schema(request=None, responses=JobSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Run a failed job again."""
        check_empty(request)
        job = retry_job(actor=actor_in(request), job_id=pk)
        return Response(JobSerializer(job, context={"request": request}).data)
