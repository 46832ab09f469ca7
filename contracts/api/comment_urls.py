from django.urls import path

from contracts.api import comments

urlpatterns = [
    path("contracts/<uuid:pk>/threads/", comments.Threads.as_view(), name="api-threads"),
    path("threads/<uuid:pk>/", comments.ThreadDetail.as_view(), name="api-thread"),
    path("threads/<uuid:pk>/replies/", comments.Replies.as_view(), name="api-thread-replies"),
    path("threads/<uuid:pk>/resolution/", comments.Resolution.as_view(), name="api-thread-resolution"),
    path("threads/<uuid:pk>/reopening/", comments.Reopening.as_view(), name="api-thread-reopening"),
    path("comments/<uuid:pk>/", comments.CommentDetail.as_view(), name="api-comment"),
]
