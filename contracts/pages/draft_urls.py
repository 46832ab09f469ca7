from django.urls import path

from contracts.pages import draft_endpoints as views

urlpatterns = [
    path("<uuid:pk>/draft/begin/", views.draft_begin, name="draft-begin"),
    path("<uuid:pk>/turn/take-back/", views.draft_take_back, name="draft-take-back"),
    path("drafts/<uuid:pk>/", views.draft_data, name="draft-data"),
    path("drafts/<uuid:pk>/pulse/", views.draft_pulse, name="draft-pulse"),
    path("drafts/<uuid:pk>/clauses/", views.clause_add, name="draft-clause-add"),
    path("drafts/<uuid:pk>/hand-over/", views.draft_hand_over, name="draft-hand-over"),
    path("drafts/<uuid:pk>/abandon/", views.draft_abandon, name="draft-abandon"),
    path("drafts/clauses/<uuid:pk>/edit/", views.clause_edit, name="draft-clause-edit"),
    path("drafts/clauses/<uuid:pk>/keep/", views.clause_keep, name="draft-clause-keep"),
    path("drafts/clauses/<uuid:pk>/hold/", views.clause_hold, name="draft-clause-hold"),
    path("drafts/clauses/<uuid:pk>/remove/", views.clause_remove, name="draft-clause-remove"),
    path("drafts/clauses/<uuid:pk>/restore/", views.clause_restore, name="draft-clause-restore"),
    path("drafts/clauses/<uuid:pk>/move/", views.clause_move, name="draft-clause-move"),
    path("drafts/clauses/<uuid:pk>/position/", views.clause_position, name="draft-clause-position"),
    path("drafts/clauses/<uuid:pk>/positions/", views.clause_positions, name="draft-clause-positions"),
    path("drafts/<uuid:pk>/put-in/", views.draft_put_in, name="draft-put-in"),
    path("drafts/clauses/<uuid:pk>/history/", views.clause_history, name="draft-clause-history"),
    path("drafts/words/<uuid:pk>/settle/", views.words_settle, name="draft-words-settle"),
]
