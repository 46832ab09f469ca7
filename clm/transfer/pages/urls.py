from django.urls import path

from clm.transfer.pages import views

urlpatterns = [
    path("exports/", views.ExportsPage.as_view(), name="exports"),
    path("exports/start/", views.start, name="export-start"),
    path("exports/<uuid:pk>/", views.export, name="export"),
    path("exports/<uuid:pk>/download/", views.download, name="export-download"),
    path("exports/<uuid:pk>/remove/", views.remove, name="export-remove"),
]
