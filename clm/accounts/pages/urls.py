from django.urls import path

from clm.accounts.pages import views

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
]
