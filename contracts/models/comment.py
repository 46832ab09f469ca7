"""What people say about a contract, among themselves or to the other side."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.lib.states import StateTable
from contracts.states import THREAD_STATES, ThreadState

PEOPLE: dict[str, Any] = {"on_delete": models.PROTECT, "related_name": "+"}


class Audience(models.TextChoices):
    INTERNAL = "internal", _("Only us")
    SHARED = "shared", _("Us and the other side")


class Thread(OrganizationRow):
    """Who may read a thread never changes (trigger), nor where it was begun: on the contract as a whole, or on a clause
    of a version or of a draft, whose label is kept as it was. `quote` are words of that clause. On later versions the
    thread is shown at the clause that came of this one. `started_by` is null where it began in a document of the other
    side's."""

    STATES: ClassVar[StateTable] = THREAD_STATES

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="threads")
    audience = models.CharField(_("who reads it"), max_length=10, choices=Audience.choices, default=Audience.INTERNAL)
    state = models.CharField(_("state"), max_length=10, choices=ThreadState.choices, default=ThreadState.OPEN)
    clause = models.ForeignKey("contracts.Clause", null=True, on_delete=models.PROTECT, related_name="threads")
    draft_clause = models.ForeignKey(
        "contracts.DraftClause", null=True, on_delete=models.PROTECT, related_name="threads"
    )
    number = models.CharField(max_length=40, blank=True)
    heading = models.CharField(max_length=300, blank=True)
    quote = models.TextField(_("words it is about"), blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(clause=None) | models.Q(draft_clause=None), name="thread_has_one_place"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["contract", "state", "audience"], name="thread_of_contract")]

    def __str__(self) -> str:
        return f"{self.number} {self.heading}".strip()

    @property
    def is_shared(self) -> bool:
        return self.audience == Audience.SHARED


class Comment(OrganizationRow):
    """Words in a thread as they read now; `edited_at` is set once they were changed.

    One that stood in a document that came back has `came_with`, no author of the house, and the name that the document
    gives in `outside_author` (as its writer chose it); `key` is how that document names it."""

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    outside_author = models.CharField(max_length=120, blank=True, default="")
    came_with = models.ForeignKey(
        "contracts.Version", null=True, on_delete=models.PROTECT, related_name="comments_in_it"
    )
    key = models.CharField(max_length=8, blank=True, default="")
    text = models.TextField(_("comment"))
    written_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["written_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(author__isnull=False, came_with=None, outside_author="")
                | models.Q(author=None, came_with__isnull=False),
                name="comment_has_one_author",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def writer(self) -> str:
        return self.outside_author if self.author is None else str(self.author)


class FormerWords(OrganizationRow):
    """What a comment said until `until`. Append-only (trigger)."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="former_words")
    text = models.TextField()
    until = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["until", "id"]

    def __str__(self) -> str:
        return self.text[:80]


class Mention(OrganizationRow):
    """Somebody who was named in a comment, and told of it. Append-only (trigger)."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="mentions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, **PEOPLE)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["comment", "person"], name="mentioned_once"),
        ]

    def __str__(self) -> str:
        return f"{self.comment_id} {self.person_id}"
