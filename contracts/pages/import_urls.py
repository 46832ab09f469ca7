from django.urls import path

from contracts.pages import imports

urlpatterns = [
    path("", imports.ImportList.as_view(), name="imports"),
    path("new/", imports.import_new, name="import-new"),
    path("<uuid:pk>/", imports.import_page, name="import"),
    path("<uuid:pk>/map/", imports.import_map, name="import-map"),
    path("<uuid:pk>/run/", imports.import_run, name="import-run"),
    path("<uuid:pk>/discard/", imports.import_discard, name="import-discard"),
    path("<uuid:pk>/decide/", imports.import_decide, name="import-decide"),
    path("<uuid:pk>/scans/", imports.import_scans, name="import-scans"),
    path("<uuid:pk>/sheet/", imports.import_sheet, name="import-sheet"),
    path("<uuid:pk>/result/", imports.import_result, name="import-result"),
]
