from django.urls import path

from contracts.api import parties

urlpatterns = [
    path("parties/", parties.Parties.as_view(), name="api-parties"),
    path("parties/similar/", parties.SimilarParties.as_view(), name="api-parties-similar"),
    path("parties/<uuid:pk>/", parties.PartyDetail.as_view(), name="api-party"),
    path("parties/<uuid:pk>/group/", parties.Group.as_view(), name="api-party-group"),
    path("parties/<uuid:pk>/parent/", parties.Parent.as_view(), name="api-party-parent"),
    path("parties/<uuid:pk>/archiving/", parties.Archiving.as_view(), name="api-party-archiving"),
    path("parties/<uuid:pk>/reinstatement/", parties.Reinstatement.as_view(), name="api-party-reinstatement"),
    path("parties/<uuid:pk>/identifiers/", parties.Identifiers.as_view(), name="api-party-identifiers"),
    path(
        "parties/<uuid:pk>/identifiers/<uuid:part_id>/", parties.IdentifierDetail.as_view(), name="api-party-identifier"
    ),
    path("parties/<uuid:pk>/addresses/", parties.Addresses.as_view(), name="api-party-addresses"),
    path("parties/<uuid:pk>/addresses/<uuid:part_id>/", parties.AddressDetail.as_view(), name="api-party-address"),
    path("parties/<uuid:pk>/contacts/", parties.Contacts.as_view(), name="api-party-contacts"),
    path("parties/<uuid:pk>/contacts/<uuid:part_id>/", parties.ContactDetail.as_view(), name="api-party-contact"),
]
