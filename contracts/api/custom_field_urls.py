from django.urls import path

from contracts.api import custom_fields

urlpatterns = [
    path("custom-fields/", custom_fields.CustomFields.as_view(), name="api-custom-fields"),
    path("custom-fields/<uuid:pk>/", custom_fields.CustomFieldDetail.as_view(), name="api-custom-field"),
    path("custom-fields/<uuid:pk>/retirement/", custom_fields.Retirement.as_view(), name="api-custom-field-retirement"),
    path(
        "custom-fields/<uuid:pk>/reinstatement/",
        custom_fields.Reinstatement.as_view(),
        name="api-custom-field-reinstatement",
    ),
]
