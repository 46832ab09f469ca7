from django.urls import path

from contracts.pages import custom_fields

urlpatterns = [
    path("", custom_fields.CustomFieldList.as_view(), name="custom-fields"),
    path("new/", custom_fields.custom_field_new, name="custom-field-new"),
    path("<uuid:pk>/", custom_fields.custom_field_page, name="custom-field"),
    path("<uuid:pk>/edit/", custom_fields.custom_field_edit, name="custom-field-edit"),
    path("<uuid:pk>/retire/", custom_fields.custom_field_retire, name="custom-field-retire"),
    path("<uuid:pk>/reinstate/", custom_fields.custom_field_reinstate, name="custom-field-reinstate"),
]
