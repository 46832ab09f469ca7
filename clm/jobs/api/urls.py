from django.urls import path

from clm.jobs.api import views

urlpatterns = [
    path("jobs/", views.JobsView.as_view(), name="api-jobs"),
    path("jobs/<uuid:pk>/", views.JobView.as_view(), name="api-job"),
    path("jobs/<uuid:pk>/cancel/", views.CancelJobView.as_view(), name="api-job-cancel"),
    path("jobs/<uuid:pk>/retry/", views.RetryJobView.as_view(), name="api-job-retry"),
]
