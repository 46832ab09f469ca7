from django.urls import path

from contracts.api import omissions

urlpatterns = [
    path("contracts/<uuid:pk>/omissions/", omissions.ContractOmissions.as_view(), name="api-contract-omissions"),
    path("omissions/<uuid:pk>/", omissions.OmissionDetail.as_view(), name="api-omission"),
    path("omissions/<uuid:pk>/approval/", omissions.OmissionApproval.as_view(), name="api-omission-approval"),
    path("omissions/<uuid:pk>/refusal/", omissions.OmissionRefusal.as_view(), name="api-omission-refusal"),
    path("drafts/<uuid:pk>/library/", omissions.DraftLibrary.as_view(), name="api-draft-library"),
]
