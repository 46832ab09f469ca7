"""What notices and jobs may be about. Their words are shown as long as their subject is."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, Model, OuterRef, Q

from clm.access.permissions import visible
from clm.lib.actor import Actor

SUBJECTS: dict[str, type[Model]] = {}


def register_subjects(*models: type[Model]) -> None:
    """`tell` and `start_job` take rows of these models as their subject."""
    for model in models:
        SUBJECTS[model._meta.label_lower] = model


def subject_type_of(subject: Model) -> str:
    """The subject's name in a row about it. Raises LookupError for a model that nobody registered: it would hide."""
    label = subject._meta.label_lower
    if label not in SUBJECTS:
        raise LookupError(f"{label} is not registered as a subject")
    return label


def about_what_is_seen(actor: Actor, kinds: Collection[str] | None = None) -> Q:
    """Rows without a subject, and those whose subject the actor sees now; with `kinds` of no other subject types."""
    seen = Q(subject_type="")
    for label, model in SUBJECTS.items():
        if kinds is not None and label not in kinds:
            continue
        subject = visible(actor, model._default_manager.filter(pk=OuterRef("subject_id")))
        seen |= Q(Exists(subject), subject_type=label)
    return seen
