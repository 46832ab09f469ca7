from django.urls import path

from contracts.pages import lists, parties

urlpatterns = [
    path("", lists.PartyList.as_view(), name="parties"),
    path("new/", parties.party_new, name="party-new"),
    path("<uuid:pk>/", parties.party_page, name="party"),
    path("<uuid:pk>/edit/", parties.party_edit, name="party-edit"),
    path("<uuid:pk>/parent/", parties.party_parent, name="party-parent"),
    path("<uuid:pk>/archive/", parties.party_archive, name="party-archive"),
    path("<uuid:pk>/reinstate/", parties.party_reinstate, name="party-reinstate"),
    path("<uuid:pk>/numbers/new/", parties.identifier_new, name="party-identifier-new"),
    path("<uuid:pk>/numbers/<uuid:part_id>/remove/", parties.identifier_remove, name="party-identifier-remove"),
    path("<uuid:pk>/addresses/new/", parties.address_new, name="party-address-new"),
    path("<uuid:pk>/addresses/<uuid:part_id>/", parties.address_edit, name="party-address-edit"),
    path("<uuid:pk>/addresses/<uuid:part_id>/remove/", parties.address_remove, name="party-address-remove"),
    path("<uuid:pk>/contacts/new/", parties.contact_new, name="party-contact-new"),
    path("<uuid:pk>/contacts/<uuid:part_id>/", parties.contact_edit, name="party-contact-edit"),
    path("<uuid:pk>/contacts/<uuid:part_id>/remove/", parties.contact_remove, name="party-contact-remove"),
]
