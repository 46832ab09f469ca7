from django.urls import path

from contracts.pages import library, library_steps

urlpatterns = [
    path("", library.LibraryList.as_view(), name="library-clauses"),
    path("new/", library_steps.clause_new, name="library-clause-new"),
    path("<uuid:pk>/", library.clause_page, name="library-clause"),
    path("<uuid:pk>/edit/", library_steps.clause_edit, name="library-clause-edit"),
    path("<uuid:pk>/approve/", library_steps.clause_approve, name="library-clause-approve"),
    path("<uuid:pk>/retire/", library_steps.clause_retire, name="library-clause-retire"),
    path("adopt/<uuid:pk>/", library_steps.clause_adopt, name="clause-adopt"),
]
