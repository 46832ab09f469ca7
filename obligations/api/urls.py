from django.urls import path

from obligations.api import views

urlpatterns = [
    path("obligations/", views.Obligations.as_view(), name="api-obligations"),
    path("obligations/<uuid:pk>/", views.ObligationDetail.as_view(), name="api-obligation"),
    path("obligations/<uuid:pk>/end/", views.EndObligation.as_view(), name="api-obligation-end"),
    path("occurrences/", views.Occurrences.as_view(), name="api-occurrences"),
    path("occurrences/<uuid:pk>/", views.OccurrenceDetail.as_view(), name="api-occurrence"),
    path("occurrences/<uuid:pk>/submit/", views.SubmitOccurrence.as_view(), name="api-occurrence-submit"),
    path("occurrences/<uuid:pk>/fulfil/", views.FulfilOccurrence.as_view(), name="api-occurrence-fulfil"),
    path("occurrences/<uuid:pk>/dispute/", views.DisputeOccurrence.as_view(), name="api-occurrence-dispute"),
    path("occurrences/<uuid:pk>/waive/", views.WaiveOccurrence.as_view(), name="api-occurrence-waive"),
    path("deadlines/", views.Deadlines.as_view(), name="api-deadlines"),
]
