from django.urls import path

from contracts.pages import library, library_files, library_steps

urlpatterns = [
    path("", library.LibraryList.as_view(), name="library-clauses"),
    path("import/", library_files.library_import, name="library-import"),
    path("export/", library_files.library_export, name="library-export"),
    path("new/", library_steps.clause_new, name="library-clause-new"),
    path("<uuid:pk>/", library.clause_page, name="library-clause"),
    path("<uuid:pk>/edit/", library_steps.clause_edit, name="library-clause-edit"),
    path("<uuid:pk>/approve/", library_steps.clause_approve, name="library-clause-approve"),
    path("<uuid:pk>/retire/", library_steps.clause_retire, name="library-clause-retire"),
    path("offers/<uuid:pk>/decline/", library_steps.offer_decline, name="library-offer-decline"),
    path("adopt/<uuid:pk>/", library_steps.clause_adopt, name="clause-adopt"),
]
