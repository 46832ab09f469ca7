"""Which of a contract's texts counts today: the one in force, or the newest before there is one."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Case, DateField, F, Func, IntegerField, QuerySet, Value, When
from django.db.models.functions import Cast

from clm.lib import clock
from contracts.models import Contract, Version
from contracts.states import NOT_SIGNED, Side, VersionState

IN_FORCE, AGREED, WORKED_ON = 0, 1, 2


def our_texts() -> QuerySet[Version]:
    """Those that our side has: not what the other side took back."""
    return Version.objects.exclude(side=Side.THEIRS, shared_at=None)


def by_counting(rows: QuerySet[Version]) -> QuerySet[Version]:
    """Of each contract first the text that counts: of what is signed the one in force by its own calendar, else the
    newest that was agreed; before that the newest. Drafts of amendments come after it."""
    here = Func(F("contract__time_zone"), Value(clock.now()), function="timezone")
    today = Cast(here, DateField())
    rank = Case(
        When(contract__state__in=NOT_SIGNED, then=WORKED_ON),
        When(state=VersionState.FINAL, effective_on__lte=today, then=IN_FORCE),
        When(state=VersionState.FINAL, then=AGREED),
        default=WORKED_ON,
        output_field=IntegerField(),
    )
    since = Case(When(rank=IN_FORCE, then=F("effective_on")), output_field=DateField())
    ranked = rows.annotate(rank=rank).annotate(since=since)
    return ranked.order_by("contract", "rank", F("since").desc(nulls_last=True), "-number")


def sought_texts(contract: Contract) -> Sequence[Version]:
    """What its words are found in: the text that counts, and the newest, where somebody works on another."""
    rows = our_texts().filter(contract=contract).only("pk", "text")
    found = [by_counting(rows).first(), rows.order_by("-number").first()]
    return list({row.pk: row for row in found if row is not None}.values())
