from django.urls import path

from contracts.api import library, library_files

urlpatterns = [
    path("library-clauses/", library.LibraryClauses.as_view(), name="api-library-clauses"),
    path("library-clauses/import/", library_files.LibraryFile.as_view(), name="api-library-import"),
    path("library-clauses/export/", library_files.LibraryExport.as_view(), name="api-library-export"),
    path("library-clauses/<uuid:pk>/", library.LibraryClauseDetail.as_view(), name="api-library-clause"),
    path("library-clauses/<uuid:pk>/approval/", library.LibraryApproval.as_view(), name="api-library-approval"),
    path("library-clauses/<uuid:pk>/retirement/", library.LibraryRetirement.as_view(), name="api-library-retirement"),
    path("clauses/<uuid:pk>/adoption/", library.Adoption.as_view(), name="api-clause-adoption"),
    path("contracts/<uuid:pk>/declined-offers/", library.OfferDecline.as_view(), name="api-contract-offer-decline"),
    path("versions/<uuid:pk>/library/", library.VersionLibrary.as_view(), name="api-version-library"),
]
