from django.urls import path

from contracts.api import relations

urlpatterns = [
    path("contracts/<uuid:pk>/relations/", relations.ContractRelations.as_view(), name="api-contract-relations"),
    path("contracts/<uuid:pk>/family/", relations.Family.as_view(), name="api-contract-family"),
    path("contract-relations/<uuid:pk>/", relations.RelationDetail.as_view(), name="api-contract-relation"),
]
