from django.urls import path

from contracts.pages import lists, steps, views

urlpatterns = [
    path("", lists.ContractList.as_view(), name="contracts"),
    path("new/", steps.contract_new, name="contract-new"),
    path("parties/", lists.PartyList.as_view(), name="parties"),
    path("parties/<uuid:pk>/", views.party_page, name="party"),
    path("parties/<uuid:pk>/edit/", steps.party_edit, name="party-edit"),
    path("versions/<uuid:pk>/", views.version_page, name="version"),
    path("versions/<uuid:pk>/file/", views.version_file, name="version-file"),
    path("versions/<uuid:pk>/final/", steps.version_finalize, name="version-finalize"),
    path("versions/<uuid:pk>/mark/", steps.passage_mark, name="passage-mark"),
    path("passages/<uuid:pk>/", views.passage_page, name="passage"),
    path("terms/<uuid:pk>/", views.term_trace, name="term-trace"),
    path("<uuid:pk>/", views.contract_page, name="contract"),
    path("<uuid:pk>/edit/", steps.contract_edit, name="contract-edit"),
    path("<uuid:pk>/upload/", steps.version_new, name="version-new"),
    path("<uuid:pk>/set-terms/", steps.contract_terms, name="contract-terms"),
    path("<uuid:pk>/add-party/", steps.contract_parties, name="contract-parties"),
    path("<uuid:pk>/parties/<uuid:part_id>/remove/", steps.party_remove, name="party-remove"),
    path("<uuid:pk>/execute/", steps.contract_execute, name="contract-execute"),
    path("<uuid:pk>/activate/", steps.contract_activate, name="contract-activate"),
    path("<uuid:pk>/archive/", steps.contract_archive, name="contract-archive"),
    path("<uuid:pk>/decide/", steps.renewal_decide, name="renewal-decide"),
    path("<uuid:pk>/terminate/", steps.contract_terminate, name="contract-terminate"),
    path("<uuid:pk>/access/", steps.contract_access, name="contract-access"),
    path("<uuid:pk>/compare/", views.version_compare, name="version-compare"),
    path("<uuid:pk>/<slug:key>/", views.contract_page, name="contract-tab"),
]
