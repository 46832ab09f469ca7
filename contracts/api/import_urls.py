from django.urls import path

from contracts.api import imports

urlpatterns = [
    path("contract-imports/", imports.Imports.as_view(), name="api-imports"),
    path("contract-imports/<uuid:pk>/", imports.ImportDetail.as_view(), name="api-import"),
    path("contract-imports/<uuid:pk>/rows/", imports.ImportRows.as_view(), name="api-import-rows"),
    path("contract-imports/<uuid:pk>/mapping/", imports.ImportMappingView.as_view(), name="api-import-mapping"),
    path("contract-imports/<uuid:pk>/decisions/", imports.ImportDecisions.as_view(), name="api-import-decisions"),
    path("contract-imports/<uuid:pk>/run/", imports.ImportRun.as_view(), name="api-import-run"),
    path("contract-imports/<uuid:pk>/discard/", imports.ImportDiscard.as_view(), name="api-import-discard"),
    path("contract-imports/<uuid:pk>/scans/", imports.ImportScans.as_view(), name="api-import-scans"),
    path("contract-imports/<uuid:pk>/sheet/", imports.ImportSheet.as_view(), name="api-import-sheet"),
    path("versions/<uuid:pk>/recognition/", imports.VersionRecognition.as_view(), name="api-version-recognition"),
]
