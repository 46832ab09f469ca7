from django.urls import path

from clm.pages.api import views

urlpatterns = [
    path("saved-views/", views.SavedViews.as_view(), name="api-saved-views"),
    path("saved-views/<uuid:pk>/", views.SavedViewDetail.as_view(), name="api-saved-view"),
    path("saved-views/<uuid:pk>/alert/", views.SavedViewAlert.as_view(), name="api-saved-view-alert"),
]
