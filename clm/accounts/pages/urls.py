from django.urls import path

from clm.accounts.pages import teams, views

urlpatterns = [
    path("people/", views.PeoplePage.as_view(), name="people"),
    path("people/invite/", views.invite, name="person-invite"),
    path("people/<uuid:pk>/", views.person, name="person"),
    path("people/<uuid:pk>/remove/", views.remove, name="person-remove"),
    path("organization/", views.organization, name="organization"),
    path("organization/switch/", views.switch_organization, name="switch_organization"),
    path("profile/", views.profile, name="profile"),
    path("tokens/", views.TokensPage.as_view(), name="tokens"),
    path("tokens/new/", views.new_token, name="token-new"),
    path("tokens/<uuid:pk>/revoke/", views.revoke, name="token-revoke"),
    path("teams/", teams.TeamsPage.as_view(), name="teams"),
    path("teams/new/", teams.team_new, name="team-new"),
    path("teams/<uuid:pk>/", teams.team, name="team"),
    path("teams/<uuid:pk>/delete/", teams.team_delete, name="team-delete"),
    path("away/", teams.away, name="away"),
    path("away/<uuid:pk>/end/", teams.delegation_end, name="delegation-end"),
]
