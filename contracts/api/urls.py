from django.urls import include, path

from contracts.api import comparisons, template_views, views

urlpatterns = [
    path("", include("contracts.api.library_urls")),
    path("", include("contracts.api.draft_urls")),
    path("", include("contracts.api.omission_urls")),
    path("", include("contracts.api.request_urls")),
    path("", include("contracts.api.comment_urls")),
    path("", include("contracts.api.change_urls")),
    path("contracts/", views.Contracts.as_view(), name="api-contracts"),
    path("contracts/<uuid:pk>/", views.ContractDetail.as_view(), name="api-contract"),
    path("contracts/<uuid:pk>/versions/", views.Versions.as_view(), name="api-versions"),
    path("contracts/<uuid:pk>/parties/", views.Parts.as_view(), name="api-contract-parties"),
    path("contracts/<uuid:pk>/parties/<uuid:part_id>/", views.PartDetail.as_view(), name="api-contract-party"),
    path("contracts/<uuid:pk>/timeline/", views.Timeline.as_view(), name="api-contract-timeline"),
    path("contracts/<uuid:pk>/terms/", views.Terms.as_view(), name="api-contract-terms"),
    path("contracts/<uuid:pk>/execution/", views.Execution.as_view(), name="api-contract-execution"),
    path("contracts/<uuid:pk>/activation/", views.Activation.as_view(), name="api-contract-activation"),
    path("contracts/<uuid:pk>/renewal-decisions/", views.Decisions.as_view(), name="api-contract-decisions"),
    path("contracts/<uuid:pk>/termination/", views.Termination.as_view(), name="api-contract-termination"),
    path("contracts/<uuid:pk>/archiving/", views.Archiving.as_view(), name="api-contract-archiving"),
    path("contracts/<uuid:pk>/access/", views.Access.as_view(), name="api-contract-access"),
    path("versions/<uuid:pk>/", views.VersionDetail.as_view(), name="api-version"),
    path("versions/<uuid:pk>/file/", views.VersionFile.as_view(), name="api-version-file"),
    path("versions/<uuid:pk>/comparison/", comparisons.VersionComparison.as_view(), name="api-version-comparison"),
    path(
        "versions/<uuid:pk>/comparison/papers/",
        comparisons.ComparisonPapers.as_view(),
        name="api-version-comparison-papers",
    ),
    path(
        "versions/<uuid:pk>/comparison/papers/<uuid:paper_id>/",
        comparisons.ComparisonPaper.as_view(),
        name="api-version-comparison-paper",
    ),
    path("versions/<uuid:pk>/terms/", views.VersionTerms.as_view(), name="api-version-terms"),
    path("versions/<uuid:pk>/final/", views.VersionFinal.as_view(), name="api-version-final"),
    path("versions/<uuid:pk>/pdf/", template_views.VersionPrint.as_view(), name="api-version-print"),
    path("templates/", template_views.Templates.as_view(), name="api-templates"),
    path("templates/<uuid:pk>/", template_views.TemplateDetail.as_view(), name="api-template"),
    path("templates/<uuid:pk>/versions/", template_views.TemplateVersions.as_view(), name="api-template-versions"),
    path("templates/<uuid:pk>/approval/", template_views.TemplateApproval.as_view(), name="api-template-approval"),
    path(
        "templates/<uuid:pk>/retirement/", template_views.TemplateRetirement.as_view(), name="api-template-retirement"
    ),
    path("template-versions/<uuid:pk>/", template_views.TemplateVersionDetail.as_view(), name="api-template-version"),
    path("template-versions/<uuid:pk>/drafts/", template_views.Drafts.as_view(), name="api-template-drafts"),
    path("passages/", views.Passages.as_view(), name="api-passages"),
    path("passages/<uuid:pk>/", views.PassageDetail.as_view(), name="api-passage"),
    path("parties/", views.Parties.as_view(), name="api-parties"),
    path("parties/<uuid:pk>/", views.PartyDetail.as_view(), name="api-party"),
]
