"""What people may be told about. A notice is seen as long as its subject is."""

from __future__ import annotations

from django.db.models import Exists, Model, OuterRef, Q

from clm.access.permissions import visible
from clm.lib.actor import Actor

SUBJECTS: dict[str, type[Model]] = {}


def register_subjects(*models: type[Model]) -> None:
    """`tell` takes rows of these models as its subject."""
    for model in models:
        SUBJECTS[model._meta.label_lower] = model


def subject_type_of(subject: Model) -> str:
    """The subject's name in a notice. Raises LookupError for a model that nobody registered: its notices hide."""
    label = subject._meta.label_lower
    if label not in SUBJECTS:
        raise LookupError(f"{label} is not registered as a subject of notices")
    return label


def about_what_is_seen(actor: Actor) -> Q:
    """Notices without a subject, and those whose subject the actor sees now."""
    seen = Q(subject_type="")
    for label, model in SUBJECTS.items():
        subject = visible(actor, model._default_manager.filter(pk=OuterRef("subject_id")))
        seen |= Q(Exists(subject), subject_type=label)
    return seen
