from django.urls import path

from clm.accounts.api import team_views, views

urlpatterns = [
    path("people/", views.PeopleView.as_view(), name="api-people"),
    path("people/<uuid:pk>/", views.PersonView.as_view(), name="api-person"),
    path("people/<uuid:pk>/roles/", views.RolesView.as_view(), name="api-person-roles"),
    path("organization/", views.OrganizationView.as_view(), name="api-organization"),
    path("profile/", views.ProfileView.as_view(), name="api-profile"),
    path("tokens/", views.TokensView.as_view(), name="api-tokens"),
    path("tokens/<uuid:pk>/", views.TokenView.as_view(), name="api-token"),
    path("teams/", team_views.TeamsView.as_view(), name="api-teams"),
    path("teams/<uuid:pk>/", team_views.TeamView.as_view(), name="api-team"),
    path("delegations/", team_views.DelegationsView.as_view(), name="api-delegations"),
    path("delegations/<uuid:pk>/", team_views.DelegationView.as_view(), name="api-delegation"),
    path("delegations/<uuid:pk>/revocation/", team_views.RevocationView.as_view(), name="api-delegation-revocation"),
]
