from django.urls import path

from contracts.api import library

urlpatterns = [
    path("library-clauses/", library.LibraryClauses.as_view(), name="api-library-clauses"),
    path("library-clauses/<uuid:pk>/", library.LibraryClauseDetail.as_view(), name="api-library-clause"),
    path("library-clauses/<uuid:pk>/approval/", library.LibraryApproval.as_view(), name="api-library-approval"),
    path("library-clauses/<uuid:pk>/retirement/", library.LibraryRetirement.as_view(), name="api-library-retirement"),
    path("clauses/<uuid:pk>/adoption/", library.Adoption.as_view(), name="api-clause-adoption"),
    path("versions/<uuid:pk>/library/", library.VersionLibrary.as_view(), name="api-version-library"),
]
