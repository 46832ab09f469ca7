from django.urls import path

from contracts.api import amendments

urlpatterns = [
    path("contracts/<uuid:pk>/amendments/", amendments.ContractAmendments.as_view(), name="api-contract-amendments"),
    path("contracts/<uuid:pk>/version-in-force/", amendments.VersionInForce.as_view(), name="api-version-in-force"),
    path("amendments/<uuid:pk>/", amendments.AmendmentDetail.as_view(), name="api-amendment"),
    path("amendments/<uuid:pk>/acceptance/", amendments.AmendmentAcceptance.as_view(), name="api-amendment-acceptance"),
    path("amendments/<uuid:pk>/refusal/", amendments.AmendmentRefusal.as_view(), name="api-amendment-refusal"),
    path("amendments/<uuid:pk>/recording/", amendments.AmendmentRecording.as_view(), name="api-amendment-recording"),
    path("amendments/<uuid:pk>/withdrawal/", amendments.AmendmentWithdrawal.as_view(), name="api-amendment-withdrawal"),
    path("amendments/<uuid:pk>/instrument/", amendments.AmendmentInstrument.as_view(), name="api-amendment-instrument"),
    path(
        "amendments/<uuid:pk>/parties/<uuid:part_id>/evidence/",
        amendments.AnswerEvidence.as_view(),
        name="api-amendment-evidence",
    ),
]
