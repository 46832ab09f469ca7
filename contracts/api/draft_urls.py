from django.urls import path

from contracts.api import drafts

urlpatterns = [
    path("contracts/<uuid:pk>/drafts/", drafts.ContractDrafts.as_view(), name="api-contract-drafts"),
    path("contracts/<uuid:pk>/turns/", drafts.ContractTurns.as_view(), name="api-contract-turns"),
    path("contracts/<uuid:pk>/taking-back/", drafts.TakingBack.as_view(), name="api-contract-taking-back"),
    path("drafts/<uuid:pk>/", drafts.DraftDetail.as_view(), name="api-draft"),
    path("drafts/<uuid:pk>/clauses/", drafts.NewClause.as_view(), name="api-draft-clauses"),
    path("drafts/<uuid:pk>/handing-over/", drafts.HandingOver.as_view(), name="api-draft-handing-over"),
    path("drafts/<uuid:pk>/abandonment/", drafts.Abandonment.as_view(), name="api-draft-abandonment"),
    path("draft-clauses/<uuid:pk>/", drafts.DraftClauseDetail.as_view(), name="api-draft-clause"),
    path("draft-clauses/<uuid:pk>/edits/", drafts.DraftClauseEdits.as_view(), name="api-draft-clause-edits"),
    path("draft-clauses/<uuid:pk>/unsaved-words/", drafts.Keeping.as_view(), name="api-draft-clause-unsaved"),
    path("draft-clauses/<uuid:pk>/hold/", drafts.Holding.as_view(), name="api-draft-clause-hold"),
    path("draft-clauses/<uuid:pk>/removal/", drafts.Removal.as_view(), name="api-draft-clause-removal"),
    path(
        "draft-clauses/<uuid:pk>/restoration/", drafts.ClauseRestoration.as_view(), name="api-draft-clause-restoration"
    ),
    path("draft-clauses/<uuid:pk>/place/", drafts.Placing.as_view(), name="api-draft-clause-place"),
    path("draft-clauses/<uuid:pk>/position/", drafts.Positioning.as_view(), name="api-draft-clause-position"),
    path("kept-words/<uuid:pk>/settlement/", drafts.Settlement.as_view(), name="api-kept-words-settlement"),
]
