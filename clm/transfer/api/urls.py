from django.urls import path

from clm.transfer.api import views

urlpatterns = [
    path("exports/", views.ExportsView.as_view(), name="api-exports"),
    path("exports/<uuid:pk>/", views.ExportView.as_view(), name="api-export"),
    path("exports/<uuid:pk>/download/", views.DownloadView.as_view(), name="api-export-download"),
]
