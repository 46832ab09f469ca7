from django.urls import path

from clm.accounts.api import views

urlpatterns = [
    path("people/", views.PeopleView.as_view(), name="api-people"),
    path("people/<uuid:pk>/", views.PersonView.as_view(), name="api-person"),
    path("people/<uuid:pk>/roles/", views.RolesView.as_view(), name="api-person-roles"),
    path("organization/", views.OrganizationView.as_view(), name="api-organization"),
    path("profile/", views.ProfileView.as_view(), name="api-profile"),
    path("tokens/", views.TokensView.as_view(), name="api-tokens"),
    path("tokens/<uuid:pk>/", views.TokenView.as_view(), name="api-token"),
]
